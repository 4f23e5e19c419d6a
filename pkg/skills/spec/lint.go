package spec

import (
	"context"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// subject is what the checks look at: one skill with everything read once.
type subject struct {
	skill Skill
	fsys  fs.FS
	doc   Document
	err   error // of reading the skill file
	refs  []fileRefs
}

// fileRefs are the references of one Markdown file of the skill.
type fileRefs struct {
	file   string // slash path in the tree
	inside string // slash path in the skill's folder
	refs   []ref
}

// faults turns what the parser noticed into hits.
func faults(check string) func(*subject) []hit {
	return func(s *subject) []hit { return s.doc.faultsOf(check) }
}

// Lint checks one skill of fsys. The problems are sorted by place; none means
// that the skill is sound. The checks that compare skills are in [LintTree].
func Lint(skill Skill, fsys fs.FS) []Problem {
	problems, _ := lint(skill, fsys)
	return problems
}

func lint(skill Skill, fsys fs.FS) ([]Problem, Metadata) {
	s := newSubject(skill, fsys)
	var problems []Problem
	for _, c := range Checks() {
		if c.find != nil {
			problems = append(problems, c.problems(skill.ID, skill.Path(), c.find(s))...)
		}
	}
	sortProblems(problems)
	return problems, s.doc.Metadata
}

func newSubject(skill Skill, fsys fs.FS) *subject {
	s := &subject{skill: skill, fsys: fsys}
	if skill.Irregular {
		return s
	}
	if s.doc, s.err = Read(fsys, skill); s.err == nil {
		s.refs = s.readRefs()
	}
	return s
}

// readRefs collects the references of the skill file and of the Markdown files
// that it links to or mentions, which is as deep as the specification goes.
func (s *subject) readRefs() []fileRefs {
	const maxFiles = 100
	main := fileRefs{s.skill.Path(), s.skill.File, references(s.doc.Body, s.doc.BodyLine)}
	all := []fileRefs{main}
	seen := map[string]bool{main.inside: true}
	for _, r := range main.refs {
		inside, ok := resolve(".", r.target)
		if !ok || seen[inside] || !isMarkdown(inside) || isSkillFile(inside) || len(all) > maxFiles {
			continue
		}
		seen[inside] = true
		file := path.Join(s.skill.ID, inside)
		if info, err := fs.Lstat(s.fsys, file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		data, err := readCapped(s.fsys, file)
		if err != nil {
			continue
		}
		all = append(all, fileRefs{file, inside, references(data, 1)})
	}
	return all
}

// isSkillFile reports whether a path is the skill file of another, nested skill.
func isSkillFile(name string) bool { return strings.EqualFold(path.Base(name), FileName) }

func isMarkdown(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".md" || ext == ".mdx" || ext == ".markdown"
}

// resolve returns the slash path in the skill's folder that target means in a
// file of the folder dir; false when it is absolute or leaves the skill.
func resolve(dir, target string) (string, bool) {
	target = strings.ReplaceAll(target, "\\", "/")
	if strings.HasPrefix(target, "/") || strings.HasPrefix(target, "~") || isDrive(target) {
		return "", false
	}
	p := path.Join(dir, target)
	return p, fs.ValidPath(p)
}

// isDrive reports whether a path starts like C:/ does.
func isDrive(target string) bool {
	return len(target) > 2 && target[1] == ':' && (target[2] == '/' || target[2] == '\\')
}

// Report is what [LintTree] found: the problems of all skills, sorted by place.
type Report struct {
	Tree
	Problems []Problem `json:"problems"`
}

// LintTree finds and checks every skill of fsys, and compares them. Skills are
// checked side by side; the report does not depend on that. The error is
// non-nil only when the root cannot be read or ctx ends.
func (f Finder) LintTree(ctx context.Context, fsys fs.FS) (Report, error) {
	tree, err := f.Discover(ctx, fsys)
	if err != nil {
		return Report{}, err
	}
	found := make([][]Problem, len(tree.Skills))
	names := make([]string, len(tree.Skills))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range tree.Skills {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var m Metadata
			found[i], m = lint(s, fsys)
			names[i] = m.Name
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Report{}, err
	}
	r := Report{Tree: tree, Problems: slices.Concat(append(found, compare(tree, names))...)}
	sortProblems(r.Problems)
	return r, nil
}

// LintTree checks fsys as the zero [Finder] does.
func LintTree(ctx context.Context, fsys fs.FS) (Report, error) {
	return Finder{}.LintTree(ctx, fsys)
}

func sortProblems(p []Problem) { slices.SortStableFunc(p, before) }
