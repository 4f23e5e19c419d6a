package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// maxLines is the length at which a file has more than one idea in it.
const maxLines = 500

func TestPackagesAreDescribed(t *testing.T) {
	t.Parallel()
	for dir, group := range packages(t) {
		described := 0
		for _, f := range group {
			if f.ast.Doc != nil {
				described++
			}
		}
		if described != 1 {
			t.Errorf("package %s has %d package comments, want one that says what it is for, promises and refuses", dir, described)
		}
	}
}

func TestPackagesAreNamedForAnIdea(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		name := strings.TrimSuffix(f.ast.Name.Name, "_test")
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "types", "base", "misc", "shared"}, name) {
			t.Errorf("%s: a package named %s has no idea of its own", f.path, name)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, f := range code(t) {
		if f.lines > maxLines {
			t.Errorf("%s has %d lines, want at most %d", f.path, f.lines, maxLines)
		}
	}
}

// TestNothingRunsAtStart: no init, no import for effect, no pattern compiled
// before main.
func TestNothingRunsAtStart(t *testing.T) {
	t.Parallel()
	for _, f := range code(t) {
		for _, fault := range f.startEffects() {
			t.Error(fault)
		}
	}
}

func (f *file) startEffects() []string {
	var faults []string
	for _, spec := range f.ast.Imports {
		harmless := spec.Path.Value == `"embed"` || // works at build time
			spec.Path.Value == `"time/tzdata"` && f.path == "main.go" // data, which takes no time at start
		if spec.Name != nil && spec.Name.Name == "_" && !harmless {
			faults = append(faults, f.pos(spec)+": blank import of "+spec.Path.Value)
		}
	}
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				faults = append(faults, f.pos(d)+": func init")
			}
		case *ast.GenDecl:
			faults = append(faults, f.eagerPatterns(d)...)
		}
	}
	return faults
}

// eagerPatterns finds the patterns in d that are compiled before main.
func (f *file) eagerPatterns(d *ast.GenDecl) []string {
	var faults []string
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if pkg, name := f.selector(n.Fun); pkg == "regexp" && strings.Contains(name, "Compile") {
				faults = append(faults, f.pos(n)+": pattern compiled at start, want sync.OnceValue")
			}
		}
		return true
	})
	return faults
}

// process lists what reaches around the arguments of a function to the process
// it runs in. "*" stands for every name with the prefix.
func process() map[string][]string {
	return map[string][]string{
		"os": {
			"Exit", "Stdin", "Stdout", "Stderr", "Args",
			"Getenv", "LookupEnv", "Environ", "Setenv", "Unsetenv", "ExpandEnv", "Clearenv",
			"Getwd", "Chdir", "UserHomeDir", "UserConfigDir", "UserCacheDir", "Executable", "Hostname",
		},
		"os/signal": {"*"},
		"fmt":       {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
		"log":       {"*"},
		"time":      {"Now", "Since", "Until", "Sleep", "Tick"},
		"context":   {"Background", "TODO"},
		"net/http":  {"DefaultClient", "DefaultTransport", "DefaultServeMux", "Get", "Head", "Post", "PostForm", "Handle", "HandleFunc", "ListenAndServe"},
		"log/slog":  {"Default", "SetDefault", "Debug", "Info", "Warn", "Error", "Log"},
		"flag":      {"*"},
		"syscall":   {"Exit", "Getenv", "Environ"},
		"math/rand": {"*"}, // math/rand/v2, or crypto/rand for keys
		"io/ioutil": {"*"},
	}
}

// door reports whether the file may touch the process. What drives tests is a
// process of its own.
func door(name string) bool {
	return name == "main.go" || name == "cmd/root.go" || strings.HasPrefix(name, "test/")
}

func TestOnlyTheDoorTouchesTheProcess(t *testing.T) {
	t.Parallel()
	for _, f := range code(t) {
		if door(f.path) {
			continue
		}
		for _, fault := range f.processUses() {
			t.Error(fault)
		}
	}
}

func (f *file) processUses() []string {
	var faults []string
	refused := process()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		e, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, name := f.selector(e)
		if names := refused[pkg]; slices.Contains(names, name) || slices.Contains(names, "*") {
			faults = append(faults, f.pos(e)+": "+path.Base(pkg)+"."+name+": take it from the caller; main.go and cmd/root.go alone touch the process")
		}
		return true
	})
	return faults
}

// TestSourceRulesBite keeps the rules above from passing because they see
// nothing.
func TestSourceRulesBite(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		src  string
		want int
	}{
		"a clock":                  {"import \"time\"\nfunc f() { _ = time.Now() }", 1},
		"a clock as a value":       {"import \"time\"\nvar now = time.Now", 1},
		"a renamed import":         {"import o \"os\"\nfunc f() { o.Exit(1) }", 1},
		"a variable named os":      {"type s struct{ Exit int }\nfunc f(os s) { _ = os.Exit }", 0},
		"a writer that is given":   {"import (\"fmt\"; \"io\")\nfunc f(w io.Writer) { fmt.Fprintln(w) }", 0},
		"print":                    {"import \"fmt\"\nfunc f() { fmt.Println() }", 1},
		"init":                     {"func init() {}", 1},
		"a method named init":      {"type t int\nfunc (t) init() {}", 0},
		"blank import":             {"import _ \"net/http/pprof\"", 1},
		"a pattern at start":       {"import \"regexp\"\nvar p = []*regexp.Regexp{regexp.MustCompile(`a`)}", 1},
		"a pattern on first use":   {"import (\"regexp\"; \"sync\")\nvar p = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`a`) })", 0},
		"a pattern inside of func": {"import \"regexp\"\nfunc f() { _ = regexp.MustCompile(`a`) }", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fset := token.NewFileSet()
			parsed, err := parser.ParseFile(fset, "x.go", "package x\n"+tc.src, 0)
			if err != nil {
				t.Fatal(err)
			}
			f := &file{path: "x.go", ast: parsed, fset: fset}
			if faults := append(f.startEffects(), f.processUses()...); len(faults) != tc.want {
				t.Errorf("want %d faults, got %q", tc.want, faults)
			}
		})
	}
}

// selector returns import path and name when e is a name of an imported
// package, and two empty strings otherwise.
func (f *file) selector(e ast.Expr) (pkg, name string) {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok || x.Obj != nil { // a variable that hides the package
		return "", ""
	}
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		local := path.Base(p)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == x.Name {
			return p, s.Sel.Name
		}
	}
	return "", ""
}
