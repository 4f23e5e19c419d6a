package spec_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

// sound is a skill in the folder a with which no check has a problem.
const sound = "---\nname: a\ndescription: does a thing, for when it is needed\n---\n# Title\n"

// front is a skill with these lines added to a sound frontmatter.
func front(lines string) string { return strings.Replace(sound, "---\n#", lines+"\n---\n#", 1) }

// named and described are skills with another name or description.
func named(name string) string { return strings.Replace(sound, "name: a", "name: "+name, 1) }

func described(text string) string {
	return strings.Replace(sound, "description: does a thing, for when it is needed", "description: "+text, 1)
}

// checkCase is a tree for which a check reports want, "path:line:column message"
// each. Files are below the folder a unless they start with a slash; the texts
// <link> and <denied> stand for a link and for a file that cannot be opened.
type checkCase struct {
	files map[string]string
	want  []string
}

func md(text string) map[string]string { return map[string]string{"SKILL.md": text} }

// deniedFS refuses to open files that hold "<denied>".
type deniedFS struct{ fstest.MapFS }

func (d deniedFS) Open(name string) (fs.File, error) {
	if f := d.MapFS[name]; f != nil && string(f.Data) == "<denied>" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.MapFS.Open(name)
}

func (c checkCase) tree() fs.FS {
	tree := fstest.MapFS{}
	for name, text := range c.files {
		path, rooted := strings.CutPrefix(name, "/")
		if !rooted {
			path = "a/" + name
		}
		tree[path] = file(text)
		if text == "<link>" {
			tree[path] = &fstest.MapFile{Data: []byte("elsewhere"), Mode: fs.ModeSymlink}
		}
	}
	return deniedFS{tree}
}

func cases() map[string][]checkCase {
	all := map[string][]checkCase{}
	for _, group := range []map[string][]checkCase{fileCases(), frontmatterCases(), nameCases(), fieldCases(), toolCases(), bodyCases(), linkCases(), treeCases()} {
		for id, c := range group {
			all[id] = append(all[id], c...)
		}
	}
	return all
}

func TestChecks(t *testing.T) {
	t.Parallel()
	for id, list := range cases() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			for i, tc := range list {
				report, err := spec.LintTree(t.Context(), tc.tree())
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, p := range report.Problems {
					if p.ID == id {
						got = append(got, p.Where()+" "+p.Message)
					}
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("case %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

func TestEveryCheckHasCases(t *testing.T) {
	t.Parallel()
	table := cases()
	seen := map[string]bool{}
	for _, c := range spec.Checks() {
		if seen[c.ID] {
			t.Errorf("check %s is there twice", c.ID)
		}
		seen[c.ID] = true
		if c.Level < spec.Info || c.Level > spec.Error || c.Title == "" || c.Why == "" || c.Fix == "" {
			t.Errorf("check %s is not complete: %+v", c.ID, c)
		}
		if strings.HasSuffix(c.Title+c.Why+c.Fix, ".") {
			t.Errorf("a text of check %s ends with a full stop", c.ID)
		}
		hits := slices.ContainsFunc(table[c.ID], func(tc checkCase) bool { return len(tc.want) > 0 })
		misses := slices.ContainsFunc(table[c.ID], func(tc checkCase) bool { return len(tc.want) == 0 })
		if !hits || !misses {
			t.Errorf("check %s: a case that it reports: %v, one that it does not: %v, want both", c.ID, hits, misses)
		}
	}
	for id := range table {
		if !seen[id] {
			t.Errorf("cases for %s, which is no check", id)
		}
	}
}

func TestSoundSkillsHaveNoProblems(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"least": sound,
		"full": front("license: MIT\ncompatibility: needs git\nallowed-tools: Read Bash(git add:*)\n" +
			"metadata:\n  author: me\n  version: \"1.0\""),
		"linked":          sound + "See [the guide](references/guide.md#start), [site](https://x.example/a.md).\nRun scripts/run.sh\n",
		"folded text":     described(">-\n  First line\n  and second: with a colon"),
		"quoted":          described(`"use when: always"`),
		"other alphabets": sound + "使い方は[ここ](references/guide.md)。\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{
				"a/SKILL.md": file(text), "a/references/guide.md": file("# Guide\n[back](../SKILL.md)\n"), "a/scripts/run.sh": file("#!/bin/sh\n"),
			}
			if got := spec.Lint(spec.Skill{ID: "a", File: "SKILL.md", Folder: "a"}, tree); len(got) != 0 {
				t.Errorf("problems = %v, want none", got)
			}
		})
	}
}

func TestProblemIsComplete(t *testing.T) {
	t.Parallel()
	got := spec.Lint(spec.Skill{ID: "x/a", File: "SKILL.md", Folder: "a"}, fstest.MapFS{"x/a/SKILL.md": file(named("A"))})
	want := []spec.Problem{
		{
			ID: "name-case", Level: spec.Error, Message: `the name "A" has upper-case letters`, Fix: "write the name in lower case",
			Skill: "x/a", Path: "x/a/SKILL.md", Pos: spec.Pos{Line: 2, Column: 7},
		},
		{
			ID: "name-folder", Level: spec.Error, Message: `the name is "A", the folder is "a"`, Fix: "rename the folder or change the name",
			Skill: "x/a", Path: "x/a/SKILL.md", Pos: spec.Pos{Line: 2, Column: 7},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestBrokenYAMLIsReportedOnce makes sure that one mistake is one problem.
func TestBrokenYAMLIsReportedOnce(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"description": described("use when: always"),
		"metadata":    front("metadata: {a: b"),
		"list":        "---\n- a\n---\nbody",
		"none":        "body",
		"empty":       "---\n---\nbody",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := spec.Lint(spec.Skill{ID: "a", File: "SKILL.md", Folder: "a"}, fstest.MapFS{"a/SKILL.md": file(text)})
			if len(got) != 1 || got[0].Level != spec.Error {
				t.Errorf("problems = %v, want one error", got)
			}
		})
	}
}

func TestLintTree(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{}
	for i := range 200 {
		tree[fmt.Sprintf("s%03d/SKILL.md", i)] = file(named("b"))
	}
	first, err := spec.LintTree(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Skills) != 200 || len(first.Problems) != 400 {
		t.Errorf("%d skills, %d problems, want 200 and 400", len(first.Skills), len(first.Problems))
	}
	second, err := spec.LintTree(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := spec.LintTree(ctx, tree); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: err = %v, want canceled", err)
	}
}

func TestRootSkillTakesTheNameItIsGiven(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"SKILL.md": file(sound)}
	for root, want := range map[string]int{"": 0, "a": 0, "b": 1} {
		report, err := spec.Finder{RootName: root}.LintTree(t.Context(), tree)
		if err != nil || len(report.Problems) != want {
			t.Errorf("root %q: problems = %v, err = %v, want %d", root, report.Problems, err, want)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for _, want := range spec.Levels() {
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got spec.Level
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%s: got %v, err = %v", text, got, err)
		}
	}
	if _, err := spec.ParseLevel("fatal"); err == nil {
		t.Error("level fatal was accepted")
	}
	if got := spec.Level(0).String(); got != "none" {
		t.Errorf("level 0 = %q, want none", got)
	}
}
