package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/symbi-ctl/symbi-ctl"
	root   = "../.."
)

// file is one parsed Go file. Path is relative to the module, with slashes.
type file struct {
	path  string
	dir   string // "." for the module's own folder
	test  bool
	lines int
	ast   *ast.File
	fset  *token.FileSet
}

// pos says where n is, for messages.
func (f *file) pos(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(n.Pos()).Line)
}

// imports returns the import paths of f.
func (f *file) imports() []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// files returns every Go file of the module. Folders that are modules of their
// own, hidden folders and testdata are not part of it.
func files(t *testing.T) []*file {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("found only %d Go files below %s", len(all), root)
	}
	return all
}

// code returns the files that are not tests.
func code(t *testing.T) []*file {
	t.Helper()
	var found []*file
	for _, f := range files(t) {
		if !f.test {
			found = append(found, f)
		}
	}
	return found
}

// packages returns the files that are not tests by folder.
func packages(t *testing.T) map[string][]*file {
	t.Helper()
	found := map[string][]*file{}
	for _, f := range code(t) {
		found[f.dir] = append(found[f.dir], f)
	}
	return found
}

var parsed = sync.OnceValues(func() ([]*file, error) {
	var all []*file
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			return skipDir(name, rel)
		}
		if !d.Type().IsRegular() || path.Ext(rel) != ".go" {
			return nil
		}
		f, err := parse(fset, name, rel)
		all = append(all, f)
		return err
	})
	return all, err
})

func skipDir(name, rel string) error {
	if rel == "." {
		return nil
	}
	base := path.Base(rel)
	if base == "testdata" || base == "dist" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func parse(fset *token.FileSet, name, rel string) (*file, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &file{path: rel, dir: path.Dir(rel), test: strings.HasSuffix(rel, "_test.go"), fset: fset}
	f.lines = strings.Count(string(src), "\n")
	f.ast, err = parser.ParseFile(fset, name, src, parser.ParseComments)
	return f, err
}

// own cuts the module's path off an import path. It reports false for imports
// of other modules.
func own(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// within reports whether dir is folder or lies below it.
func within(dir, folder string) bool {
	return dir == folder || strings.HasPrefix(dir, folder+"/")
}
