package skills

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Dir is a source over a folder or a single file of the operating system. It
// follows no link but one to a folder that Path itself is, and never waits for a
// pipe. Paths are reported below Prefix,
// which is Path in slashes when empty.
type Dir struct {
	Path   string
	Prefix string
	Skip   func(path string, folder bool) bool // leaves an entry out, by its reported path; may be nil
}

// Entries walks the folder. The folder .git of the root is left out; nothing else
// is unless Skip says so.
func (s Dir) Entries(ctx context.Context, yield func(Entry) bool) error {
	if s.Prefix == "" {
		s.Prefix = filepath.ToSlash(filepath.Clean(s.Path))
	}
	info, err := os.Lstat(s.Path)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if target, statErr := os.Stat(s.Path); statErr != nil || !target.IsDir() { // a broken one too
			link, linkErr := os.Readlink(s.Path)
			yield(Entry{Path: s.Prefix, Root: path.Dir(s.Prefix), Mode: fs.ModeSymlink, Link: link, Err: linkErr})
			return nil //nolint:nilerr // the entry says what it is
		}
	} else if !info.IsDir() {
		if s.Skip != nil && s.Skip(s.Prefix, false) {
			return nil
		}
		yield(Entry{Path: s.Prefix, Root: path.Dir(s.Prefix), Mode: info.Mode().Type(), Open: func() (fs.File, error) { return openNoFollow(s.Path) }})
		return nil
	}
	_, err = s.walk(ctx, s.Path, s.Prefix, 0, yield)
	return err
}

// walk lists one folder and those below it. It returns false when the listing
// is to end, and an error only for the folder the walk began with.
func (s Dir) walk(ctx context.Context, dir, shown string, depth int, yield func(Entry) bool) (bool, error) {
	if depth > MaxDepth {
		return yield(Entry{Path: shown, Root: s.Prefix, Mode: fs.ModeDir, Err: errTooDeep}), nil
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		if depth == 0 {
			return false, err
		}
		return yield(Entry{Path: shown, Root: s.Prefix, Mode: fs.ModeDir, Err: err}), nil
	}
	for _, d := range list {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		name := strings.TrimPrefix(shown+"/"+d.Name(), "./")
		full := dir + string(filepath.Separator) + d.Name()
		if d.IsDir() && depth == 0 && d.Name() == ".git" || s.Skip != nil && s.Skip(name, d.IsDir()) {
			continue
		}
		if d.IsDir() {
			if more, err := s.walk(ctx, full, name, depth+1, yield); !more {
				return false, err
			}
			continue
		}
		e := Entry{Path: name, Root: s.Prefix, Mode: d.Type(), Open: func() (fs.File, error) { return openNoFollow(full) }}
		if e.Mode&fs.ModeSymlink != 0 {
			e.Link, e.Err = os.Readlink(full)
		}
		if !yield(e) {
			return false, nil
		}
	}
	return true, nil
}
