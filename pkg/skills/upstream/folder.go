package upstream

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// folder is what is scanned and what findings about it as a whole call it.
type folder struct {
	fsys fs.FS
	name string
}

// ScanFS scans a folder that is open already. Findings about the folder itself
// carry the path ".". File systems that want a file link followed implement
// [fs.ReadLinkFS]. The error is ctx's; what cannot be read becomes a finding or
// a note, as the original has it.
func (s *Set) ScanFS(ctx context.Context, fsys fs.FS) (Result, error) {
	return s.walk(ctx, s, folder{fsys, "."})
}

// ScanDir scans the folder dir on disk. Nothing outside it is read, whatever its
// links say. Findings about the folder itself carry the path dir. A folder that
// is missing passes the SDK's scan and fails the runtime's. The error is ctx's.
func (s *Set) ScanDir(ctx context.Context, dir string) (Result, error) {
	root, err := s.open(dir)
	if err != nil {
		return s.walk(ctx, s, folder{closedFS{err}, dir})
	}
	defer root.Close()
	return s.walk(ctx, s, folder{dirFS{root}, dir})
}

// openDir opens dir if stat says that it is a directory, for opening something
// else could wait for ever.
func openDir(dir string, stat func(name string) (fs.FileInfo, error)) (*os.Root, error) {
	info, err := stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: errNotDirectory}
	}
	return os.OpenRoot(dir)
}

// closedFS is a folder that could not be opened.
type closedFS struct{ err error }

func (c closedFS) Open(string) (fs.File, error) { return nil, c.err }

// dirFS is a folder on disk. Unlike that of [os.Root.FS] its names may be any
// bytes, and opening a named pipe does not wait for a writer.
type dirFS struct{ root *os.Root }

func (d dirFS) Open(name string) (fs.File, error) {
	f, err := d.root.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d dirFS) Lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }

func (d dirFS) ReadLink(name string) (string, error) { return d.root.Readlink(name) }

// readDir returns at most limit entries of a directory, sorted by name.
func readDir(fsys fs.FS, name string, limit int) ([]fs.DirEntry, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dir, ok := f.(fs.ReadDirFile)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errNotDirectory}
	}
	var entries []fs.DirEntry
	for len(entries) < limit {
		more, err := dir.ReadDir(limit - len(entries))
		entries = append(entries, more...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}
