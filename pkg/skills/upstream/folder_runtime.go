package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"
)

// Why the runtime calls a scan incomplete, in its words.
var (
	errNoName  = errors.New("skill directory requires a final name")
	errEntries = errors.New("skill discovery entry limit exceeded")
	errDepth   = errors.New("skill directory depth limit exceeded")
	errSpecial = errors.New("skill directories cannot contain links or special files")
	errFiles   = errors.New("skill file count limit exceeded")
	errLinks   = errors.New("skill reads require a regular file with one link")
	errSize    = errors.New("skill file exceeds the byte limit")
	errUTF8    = errors.New("skill text must be UTF-8")
)

// openRuntime opens a folder as the runtime does: it must have a name of its own
// and be no link. Links on the way to it are followed.
func openRuntime(dir string) (*os.Root, error) {
	dir = trimDots(dir)
	if base := filepath.Base(dir); base == ".." || os.IsPathSeparator(base[0]) {
		return nil, errNoName
	}
	return openDir(dir, os.Lstat)
}

// trimDots removes what does not name anything at the end of a path.
func trimDots(dir string) string {
	for n := len(dir); n > 1; n = len(dir) {
		self := n > 2 && dir[n-1] == '.' && os.IsPathSeparator(dir[n-2])
		if !self && !os.IsPathSeparator(dir[n-1]) {
			break
		}
		dir = dir[:n-1]
	}
	if dir == "" {
		return "."
	}
	return dir
}

// runtimeScan is one scan of a folder by the runtime's rules: the whole folder is
// listed within the limits first, then its text files are read.
type runtimeScan struct {
	fsys        fs.FS
	limits      Limits
	entriesLeft int
	files       []string
}

func scanRuntime(ctx context.Context, s *Set, f folder, limits Limits) (Result, error) {
	scan := runtimeScan{fsys: f.fsys, limits: limits, entriesLeft: limits.entries()}
	result := Result{Findings: []Finding{}}
	if err := scan.list(ctx, ".", 0); err != nil {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		result.Findings = append(result.Findings, incomplete(f.name, err))
		return result, nil
	}
	for _, name := range scan.files {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		text, err := scan.read(name)
		if err != nil {
			result.Findings = append(result.Findings, incomplete(lossy(name), err))
			continue
		}
		result.Files++
		result.Bytes += int64(len(text))
		result.Findings = append(result.Findings, s.ScanText(text, lossy(name))...)
	}
	result.Passed = s.passed(result.Findings)
	return result, nil
}

// list appends the text files of the directory name to s.files, in the order of
// their paths compared element by element.
func (s *runtimeScan) list(ctx context.Context, name string, depth int) error {
	entries, err := readDir(s.fsys, name, s.entriesLeft+1)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if s.entriesLeft == 0 {
			return errEntries
		}
		s.entriesLeft--
		if err := s.entry(ctx, path.Join(name, entry.Name()), entry.Type(), depth); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *runtimeScan) entry(ctx context.Context, name string, kind fs.FileMode, depth int) error {
	switch {
	case kind.IsDir() && depth >= s.limits.Depth:
		return errDepth
	case kind.IsDir():
		return s.list(ctx, name, depth+1)
	case !kind.IsRegular():
		return errSpecial
	case !runtimeReads(path.Base(name)):
		return nil
	case len(s.files) >= s.limits.Files:
		return errFiles
	}
	s.files = append(s.files, name)
	return nil
}

func (s *runtimeScan) read(name string) ([]byte, error) {
	f, err := s.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || links(f, info) != 1:
		return nil, errLinks
	case info.Size() > s.limits.FileBytes:
		return nil, errSize
	}
	text, err := io.ReadAll(io.LimitReader(f, s.limits.FileBytes+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(text)) > s.limits.FileBytes:
		return nil, errSize
	case !utf8.Valid(text):
		return nil, errUTF8
	}
	return text, nil
}

// runtimeReads tells whether the runtime reads files of this name. An ending that
// is not UTF-8 counts as none.
func runtimeReads(name string) bool {
	if name == ".schemapin.sig" {
		return false
	}
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || !utf8.ValidString(name[dot:]) {
		return true
	}
	return slices.Contains([]string{
		"", "md", "txt", "yaml", "yml", "json", "toml", "sh", "bash", "py", "js", "ts",
		"rs", "go", "rb", "conf", "cfg", "ini",
	}, name[dot+1:])
}

// incomplete returns the finding for something that kept the scan from being
// whole.
func incomplete(name string, err error) Finding {
	reason := err.Error()
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		text := number.Error()
		reason = fmt.Sprintf("%s%s (os error %d)", strings.ToUpper(text[:1]), text[1:], uintptr(number))
	}
	return Finding{
		Rule: "scan-incomplete", Severity: runtimeHigh,
		Message: "Could not complete skill scan: " + reason, Path: name,
	}
}

// lossy returns name with U+FFFD for each longest part of it that is no UTF-8.
func lossy(name string) string {
	var b strings.Builder
	for len(name) > 0 {
		r, size := utf8.DecodeRuneInString(name)
		if r == utf8.RuneError && size == 1 {
			for size < len(name) && !utf8.FullRuneInString(name[:size+1]) {
				size++
			}
		}
		b.WriteRune(r)
		name = name[size:]
	}
	return b.String()
}
