package spec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// FileName is the name of the file that makes a folder a skill.
const FileName = "SKILL.md"

// Skill is a folder that holds a skill file. A skill inside another skill's
// folder is a skill of its own.
type Skill struct {
	// ID is the slash path of the folder in the tree, "." for the root. Names
	// repeat by the thousand, so nothing else identifies a skill.
	ID string `json:"id"`
	// File is the base name of the skill file: SKILL.md, or the spelling that
	// was found when there is no SKILL.md.
	File string `json:"file"`
	// Folder is the name of the folder, which the name in the frontmatter has
	// to repeat; empty when it is not known.
	Folder string `json:"folder,omitempty"`
	// Also lists other spellings of SKILL.md in the same folder.
	Also []string `json:"also,omitempty"`
	// Irregular says that the skill file is a link, a device or a pipe. It is
	// never opened.
	Irregular bool `json:"irregular,omitempty"`
}

// Path returns the slash path of the skill file in the tree.
func (s Skill) Path() string { return path.Join(s.ID, s.File) }

// Reason says why a part of a tree was not searched for skills.
type Reason string

// The reasons.
const (
	LinkedFolder Reason = "linked-folder" // a symbolic link to a folder
	Unreadable   Reason = "unreadable"    // Err says why
	TooDeep      Reason = "too-deep"      // below Finder.MaxDepth
	TooMany      Reason = "too-many"      // after Finder.MaxSkills skills
)

// Skipped is a part of the tree that was not searched.
type Skipped struct {
	Path   string `json:"path"`
	Reason Reason `json:"reason"`
	Err    error  `json:"-"`
}

// Tree is what a search found: the skills sorted by ID, and every place that
// was not searched, sorted by path.
type Tree struct {
	Skills  []Skill   `json:"skills"`
	Skipped []Skipped `json:"skipped,omitempty"`
}

// Finder searches a tree for skills. The zero value is ready to use.
type Finder struct {
	RootName  string // name of the root folder, for a skill that is the root itself
	MaxDepth  int    // folders below the root; 0 means 64
	MaxSkills int    // 0 means 100,000
}

// Discover lists the skills of fsys as the zero [Finder] does.
func Discover(ctx context.Context, fsys fs.FS) (Tree, error) {
	return Finder{}.Discover(ctx, fsys)
}

// Discover lists the skills of fsys at any depth. Folders named .git are left
// out. Links to folders are not followed, and like folders that cannot be read
// and everything past the limits they are listed in [Tree.Skipped]. The error is
// non-nil only when the root cannot be read or ctx ends.
func (f Finder) Discover(ctx context.Context, fsys fs.FS) (Tree, error) {
	w := walk{
		fsys: fsys, limits: f, found: map[string]*Skill{},
	}
	w.limits.MaxDepth = cmp.Or(f.MaxDepth, 64)
	w.limits.MaxSkills = cmp.Or(f.MaxSkills, 100_000)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return w.visit(name, d, err)
	})
	if err != nil {
		return Tree{}, fmt.Errorf("search for skills: %w", err)
	}
	return w.tree(), nil
}

// walk collects what one search finds.
type walk struct {
	fsys    fs.FS
	limits  Finder
	found   map[string]*Skill // by folder
	skipped []Skipped
}

func (w *walk) visit(name string, d fs.DirEntry, err error) error {
	switch {
	case err != nil && (name == "." || d == nil):
		return err
	case err != nil:
		w.skip(name, Unreadable, err)
		return nil
	case d.IsDir():
		return w.enter(name, d)
	case strings.EqualFold(d.Name(), FileName):
		return w.add(name, d)
	case d.Type()&fs.ModeSymlink != 0:
		if info, err := fs.Stat(w.fsys, name); err == nil && info.IsDir() {
			w.skip(name, LinkedFolder, nil)
		}
	}
	return nil
}

func (w *walk) enter(name string, d fs.DirEntry) error {
	switch {
	case name == ".":
		return nil
	case d.Name() == ".git":
		return fs.SkipDir
	case strings.Count(name, "/")+1 > w.limits.MaxDepth:
		w.skip(name, TooDeep, nil)
		return fs.SkipDir
	}
	return nil
}

func (w *walk) add(name string, d fs.DirEntry) error {
	folder, file := path.Dir(name), d.Name()
	s := w.found[folder]
	if s == nil {
		if len(w.found) == w.limits.MaxSkills {
			w.skip(name, TooMany, nil)
			return fs.SkipAll
		}
		s = &Skill{ID: folder, File: file, Folder: path.Base(folder), Irregular: !d.Type().IsRegular()}
		if folder == "." {
			s.Folder = w.limits.RootName
		}
		w.found[folder] = s
		return nil
	}
	if file == FileName {
		file, s.File, s.Irregular = s.File, file, !d.Type().IsRegular()
	}
	s.Also = append(s.Also, file)
	return nil
}

func (w *walk) skip(name string, why Reason, err error) {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	w.skipped = append(w.skipped, Skipped{Path: name, Reason: why, Err: err})
}

func (w *walk) tree() Tree {
	t := Tree{Skills: make([]Skill, 0, len(w.found)), Skipped: w.skipped}
	for _, s := range w.found {
		slices.Sort(s.Also)
		t.Skills = append(t.Skills, *s)
	}
	slices.SortFunc(t.Skills, func(a, b Skill) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(t.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
	return t
}
