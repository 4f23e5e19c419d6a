package skills

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Entry is one thing a source holds.
type Entry struct {
	Path string      // slash-separated, as reported
	Mode fs.FileMode // type; permissions are those of the opened file
	Link string      // target of a symbolic link
	Root string      // Path of the scanned root it was found under
	Err  error       // it could not be looked at

	Open func() (fs.File, error) // of a regular file
}

// Source yields entries, each once, in any order. It stops when yield returns
// false, and returns an error only if nothing could be listed.
type Source interface {
	Entries(ctx context.Context, yield func(Entry) bool) error
}

// MaxDepth is how many folders deep a source goes.
const MaxDepth = 64

// FS is a source over a file system. Paths are reported below Prefix.
type FS struct {
	FS     fs.FS
	Prefix string
}

// Entries walks the file system. The folder .git of the root is left out;
// nothing else is.
func (s FS) Entries(ctx context.Context, yield func(Entry) bool) error {
	return fs.WalkDir(s.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		e := Entry{Path: path.Join(s.Prefix, name), Root: s.Prefix, Err: err}
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
		case d.IsDir():
			return s.folder(name, yield)
		default:
			s.describe(&e, name, d)
		}
		if !yield(e) {
			return fs.SkipAll
		}
		return nil
	})
}

func (s FS) folder(name string, yield func(Entry) bool) error {
	if name == ".git" {
		return fs.SkipDir
	}
	if strings.Count(name, "/") < MaxDepth {
		return nil
	}
	e := Entry{Path: path.Join(s.Prefix, name), Root: s.Prefix, Mode: fs.ModeDir, Err: errTooDeep}
	if !yield(e) {
		return fs.SkipAll
	}
	return fs.SkipDir
}

func (s FS) describe(e *Entry, name string, d fs.DirEntry) {
	e.Mode = d.Type()
	if e.Mode&fs.ModeSymlink != 0 {
		e.Link, e.Err = fs.ReadLink(s.FS, name)
	}
	e.Open = func() (fs.File, error) { return s.FS.Open(name) }
}

var errTooDeep = fmt.Errorf("more than %d folders deep", MaxDepth)

// Several is a source that yields the entries of each of its parts in turn.
type Several []Source

// Entries lists the parts. An error of a part ends the listing.
func (s Several) Entries(ctx context.Context, yield func(Entry) bool) error {
	more := true
	for _, part := range s {
		err := part.Entries(ctx, func(e Entry) bool {
			more = yield(e)
			return more
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// Except is a source without the entries that Skip names by their path.
type Except struct {
	Source
	Skip func(path string) bool
}

// Entries lists what is left.
func (s Except) Entries(ctx context.Context, yield func(Entry) bool) error {
	return s.Source.Entries(ctx, func(e Entry) bool { return s.Skip(e.Path) || yield(e) })
}

// Listed is a source of entries that are known already.
type Listed []Entry

// Entries yields the list.
func (l Listed) Entries(ctx context.Context, yield func(Entry) bool) error {
	for _, e := range l {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !yield(e) {
			return nil
		}
	}
	return nil
}

// skillFolders returns the folders of the skill files and the known ones,
// sorted.
func skillFolders(manifests, known []string) []string {
	out := slices.Clone(known)
	for _, p := range manifests {
		out = append(out, path.Dir(p))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// skillOf returns the innermost of folders that dir is or lies in, or "".
func skillOf(folders []string, dir string) string {
	for ; ; dir = path.Dir(dir) {
		if _, found := slices.BinarySearch(folders, dir); found {
			return dir
		}
		if dir == "." || dir == "/" {
			return ""
		}
	}
}
