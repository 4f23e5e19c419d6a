package upstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// openSDK opens a folder as os.walk does: through a link, if it is one.
func openSDK(dir string) (*os.Root, error) { return openDir(dir, os.Stat) }

// sdkScan is one scan of a folder by the SDK's rules: files of ten kinds at any
// depth, of any size.
type sdkScan struct {
	set    *Set
	folder folder
	result Result
}

func scanSDK(ctx context.Context, s *Set, f folder) (Result, error) {
	scan := sdkScan{set: s, folder: f, result: Result{Findings: []Finding{}}}
	if err := scan.directory(ctx, "."); err != nil {
		return Result{}, err
	}
	scan.result.Passed = s.passed(scan.result.Findings)
	return scan.result, nil
}

// directory scans everything in the directory name. Like the SDK it carries on
// when something cannot be read; unlike the SDK it takes a note.
func (s *sdkScan) directory(ctx context.Context, name string) error {
	entries, err := readDir(s.folder.fsys, name, math.MaxInt)
	if err != nil {
		s.note(name, err)
	}
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		file := path.Join(name, entry.Name())
		if entry.IsDir() {
			if err := s.directory(ctx, file); err != nil {
				return err
			}
		} else if sdkReads(entry.Name()) {
			s.file(file, entry.Type())
		}
	}
	return nil
}

// file scans one file, whose name has the right ending.
func (s *sdkScan) file(name string, kind fs.FileMode) {
	text, err := s.read(name, kind)
	if err != nil {
		if !errors.Is(err, errIsDirectory) {
			s.note(name, err)
		}
		return
	}
	s.result.Files++
	s.result.Bytes += int64(len(text))
	s.result.Findings = append(s.result.Findings, s.set.ScanText(text, name)...)
}

var (
	errNotRegular    = errors.New("not a regular file")
	errUnknownTarget = errors.New("link of which the file system does not tell the target")
	errOutside       = errors.New("link out of the folder")
	errTooManyHops   = errors.New("too many links")
	errIsDirectory   = errors.New("link to a directory")
)

func (s *sdkScan) read(name string, kind fs.FileMode) ([]byte, error) {
	if kind == fs.ModeSymlink {
		fsys, ok := s.folder.fsys.(fs.ReadLinkFS)
		if !ok {
			return nil, errUnknownTarget
		}
		target, targetKind, err := followInside(fsys, name)
		if err != nil {
			return nil, err
		}
		name, kind = target, targetKind
	}
	switch {
	case kind.IsDir():
		return nil, errIsDirectory // os.walk does not count it among the files
	case !kind.IsRegular():
		return nil, errNotRegular // opening it may wait for ever
	}
	return fs.ReadFile(s.folder.fsys, name)
}

func (s *sdkScan) note(name string, err error) {
	if name == "." {
		name = s.folder.name
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	s.result.Notes = append(s.result.Notes, fmt.Sprintf("%s: not read: %v", name, err))
}

// followInside returns what name stands for once its links are followed, each
// element of each of them in the folder, and of what kind that is.
func followInside(fsys fs.ReadLinkFS, name string) (target string, kind fs.FileMode, err error) {
	const mostHops = 40
	hops := 0
	target = "."
	for rest := strings.Split(name, "/"); len(rest) > 0; {
		next := path.Join(target, rest[0])
		rest = rest[1:]
		if next == ".." {
			return "", 0, errOutside
		}
		info, err := fsys.Lstat(next)
		if err != nil {
			return "", 0, err
		}
		if kind = info.Mode().Type(); kind != fs.ModeSymlink {
			target = next
			continue
		}
		if hops++; hops > mostHops {
			return "", 0, errTooManyHops
		}
		link, err := fsys.ReadLink(next)
		if err != nil {
			return "", 0, err
		}
		if path.IsAbs(link) || filepath.IsAbs(link) {
			return "", 0, errOutside
		}
		rest = slices.Concat(strings.Split(filepath.ToSlash(link), "/"), rest)
	}
	return target, kind, nil
}

// sdkReads tells whether the SDK reads files of this name: by the ending as
// os.path.splitext has it, which leading dots do not begin.
func sdkReads(name string) bool {
	switch strings.ToLower(path.Ext(strings.TrimLeft(name, "."))) {
	case ".md", ".txt", ".py", ".js", ".ts", ".sh", ".yaml", ".yml", ".json", ".toml":
		return true
	}
	return false
}
