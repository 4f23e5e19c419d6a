package git

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// FS shows entries of the index or of a commit as a read-only file system, so
// that what reads folders can read a commit. Symbolic links are never followed;
// submodules are empty folders; deleted and unmerged entries are not there. It
// is safe for concurrent use.
//
// Names that are not UTF-8 can be opened, although [fs.ValidPath] refuses them.
// Objects have no times, and the size of a file costs reading it.
type FS struct {
	blobs *Blobs
	limit int64
	nodes map[string]*node
}

// NewFS returns the file system of entries. Of each file it gives at most limit
// bytes; a read past them is an error, not the end of the file. A name that is
// both a file and a folder, which only a forged tree holds, is an error.
func NewFS(entries []Entry, blobs *Blobs, limit int64) (*FS, error) {
	f := &FS{blobs: blobs, limit: limit, nodes: map[string]*node{".": {name: "."}}}
	for _, e := range entries {
		if e.State != Present {
			continue
		}
		if f.nodes[e.Path] != nil {
			return nil, fmt.Errorf("the path %q is there twice", e.Path)
		}
		n := &node{fs: f, name: path.Base(e.Path), entry: e}
		f.nodes[e.Path] = n
		folder, err := f.folder(path.Dir(e.Path))
		if err != nil {
			return nil, err
		}
		folder.children = append(folder.children, n)
	}
	for _, n := range f.nodes {
		slices.SortFunc(n.children, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	return f, nil
}

// folder returns the node of a folder, made when it is new.
func (f *FS) folder(name string) (*node, error) {
	n := f.nodes[name]
	switch {
	case n != nil && n.entry.Kind != "":
		return nil, fmt.Errorf("the path %q is both a file and a folder", name)
	case n != nil:
		return n, nil
	}
	n = &node{fs: f, name: path.Base(name)}
	f.nodes[name] = n
	parent, err := f.folder(path.Dir(name))
	if err != nil {
		return nil, err
	}
	parent.children = append(parent.children, n)
	return n, nil
}

func (f *FS) find(op, name string) (*node, error) {
	if n := f.nodes[name]; n != nil {
		return n, nil
	}
	reason := fs.ErrNotExist
	if !clean(name) {
		reason = fs.ErrInvalid
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: reason}
}

// clean reports whether name is a path inside the tree, written in the one way.
func clean(name string) bool {
	return name != "" && path.Clean(name) == name && name[0] != '/' && name != ".." && !strings.HasPrefix(name, "../")
}

// Open opens a file, or a folder. Opening a symbolic link is an error.
func (f *FS) Open(name string) (fs.File, error) {
	n, err := f.find("open", name)
	switch {
	case err != nil:
		return nil, err
	case n.IsDir():
		return &openFolder{node: n, path: name, rest: n.list()}, nil
	case n.entry.Kind == Symlink:
		return nil, &fs.PathError{Op: "open", Path: name, Err: errLink}
	}
	blob, err := f.blobs.Read(n.entry.ID, f.limit)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{node: n, path: name, left: blob.Size - int64(len(blob.Data)), data: bytes.NewReader(blob.Data)}, nil
}

var errLink = errors.New("a symbolic link is not followed")

// Stat describes a name. Like [FS.Lstat] it does not follow links.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Lstat describes a name.
func (f *FS) Lstat(name string) (fs.FileInfo, error) { return f.Stat(name) }

// ReadDir lists a folder in the order of names.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := f.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	return n.list(), nil
}

// ReadLink returns the target of a symbolic link as it is recorded.
func (f *FS) ReadLink(name string) (string, error) {
	n, err := f.find("readlink", name)
	if err != nil {
		return "", err
	}
	if n.entry.Kind != Symlink {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	blob, err := f.blobs.Read(n.entry.ID, f.limit)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(blob.Data), nil
}

// node is a file or a folder. It is its own fs.FileInfo and fs.DirEntry.
type node struct {
	fs       *FS
	name     string
	entry    Entry // of a folder: zero
	children []*node
}

func (n *node) Name() string               { return n.name }
func (n *node) IsDir() bool                { return n.Mode().IsDir() }
func (n *node) Type() fs.FileMode          { return n.Mode().Type() }
func (n *node) Info() (fs.FileInfo, error) { return n, nil }
func (*node) ModTime() time.Time           { return time.Time{} }
func (*node) Sys() any                     { return nil }
func (n *node) String() string             { return fs.FormatDirEntry(n) }

func (n *node) Mode() fs.FileMode {
	switch n.entry.Kind {
	case File:
		return 0o644
	case Executable:
		return 0o755
	case Symlink:
		return fs.ModeSymlink | 0o777
	default: // a submodule, or a folder
		return fs.ModeDir | 0o755
	}
}

// Size reads the object; it is 0 when that cannot be done.
func (n *node) Size() int64 {
	if n.IsDir() {
		return 0
	}
	blob, err := n.fs.blobs.Read(n.entry.ID, 0)
	if err != nil {
		return 0
	}
	return blob.Size
}

func (n *node) list() []fs.DirEntry {
	list := make([]fs.DirEntry, len(n.children))
	for i, child := range n.children {
		list[i] = child
	}
	return list
}

type openFile struct {
	node *node
	path string
	left int64 // bytes past the limit
	data *bytes.Reader
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.node, nil }
func (*openFile) Close() error                 { return nil }

func (o *openFile) Read(p []byte) (int, error) {
	n, err := o.data.Read(p)
	if errors.Is(err, io.EOF) && o.left > 0 {
		err = &fs.PathError{Op: "read", Path: o.path, Err: fmt.Errorf("%d bytes past the limit are left out", o.left)}
	}
	return n, err
}

type openFolder struct {
	node *node
	path string
	rest []fs.DirEntry
}

func (o *openFolder) Stat() (fs.FileInfo, error) { return o.node, nil }
func (*openFolder) Close() error                 { return nil }

func (o *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: o.path, Err: errors.New("is a folder")}
}

func (o *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(o.rest)
	} else if len(o.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(o.rest))
	list := o.rest[:n:n]
	o.rest = o.rest[n:]
	return list, nil
}
