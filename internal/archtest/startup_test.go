package archtest_test

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What package initialisation may cost, in milliseconds: every command pays it,
// shell completion with every press of the tab key.
const (
	maxInit        = 4.0
	maxPackageInit = 1.0
)

// runs is how often the program is started. Of each package the best time
// counts, because other work on the machine only ever adds to it.
const runs = 30

// neverLinked names modules that cost too much at start or in size, and those
// that are for tests and generators alone.
func neverLinked() []string {
	return []string{
		"github.com/alecthomas/chroma", "github.com/charmbracelet/glamour", "github.com/gdamore/tcell",
		"github.com/santhosh-tekuri/jsonschema", "github.com/openai/openai-go", "github.com/go-rod/rod",
		"github.com/russross/blackfriday", "github.com/cpuguy83/go-md2man", // cobra/doc
		"github.com/prometheus/client_golang", "github.com/google/renameio",
		"github.com/owenrumney/go-sarif", "github.com/xeipuuv/gojsonschema", // tests
		"github.com/getkin/kin-openapi", "github.com/pb33f", "github.com/rogpeppe/go-internal",
		"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak",
	}
}

type packageInit struct {
	name string
	ms   float64
}

// TestStartUp builds the program as it is released and looks at what runs
// before main.
func TestStartUp(t *testing.T) {
	t.Parallel()
	program := build(t)
	t.Run("linked", func(t *testing.T) {
		t.Parallel()
		info, err := buildinfo.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		for _, dep := range info.Deps {
			if slices.ContainsFunc(neverLinked(), func(m string) bool { return within(dep.Path, m) }) {
				t.Errorf("%s is linked into the program: keep it to tests and generators", dep.Path)
			}
		}
	})
	t.Run("init", func(t *testing.T) {
		t.Parallel()
		best := trace(t, program)
		for range runs - 1 {
			best = faster(best, trace(t, program))
		}
		checkInit(t, best)
	})
}

// faster returns the packages of a, each with the better of its two times.
func faster(a, b []packageInit) []packageInit {
	times := map[string]float64{}
	for _, p := range b {
		times[p.name] = p.ms
	}
	for i, p := range a {
		if ms, ok := times[p.name]; ok {
			a[i].ms = min(p.ms, ms)
		}
	}
	return a
}

func checkInit(t *testing.T, inits []packageInit) {
	t.Helper()
	slices.SortFunc(inits, func(a, b packageInit) int { return cmp.Compare(b.ms, a.ms) })
	total := sum(inits)
	t.Logf("%d packages initialise in %.2f ms", len(inits), total)
	if total <= maxInit && inits[0].ms <= maxPackageInit {
		return
	}
	t.Errorf("initialisation takes %.2f ms, want at most %.1f, and at most %.1f in one package; the largest:", total, maxInit, maxPackageInit)
	for _, p := range inits[:min(5, len(inits))] {
		t.Errorf("  %6.3f ms  %s", p.ms, p.name)
	}
}

func sum(inits []packageInit) float64 {
	total := 0.0
	for _, p := range inits {
		total += p.ms
	}
	return total
}

// build makes the binary once more; the build cache makes that cheap.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "symbi-ctl")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	c := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-buildvcs=false", "-o", program, ".")
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

// trace starts the program once and returns what each package took.
func trace(t *testing.T, program string) []packageInit {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, "version")
	c.Env = []string{"GODEBUG=inittrace=1", "HOME=" + t.TempDir()}
	c.Dir = t.TempDir()
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("run version: %v\n%s", err, errs.String())
	}
	line := regexp.MustCompile(`(?m)^init (\S+) @[0-9.]+ ms, ([0-9.]+) ms clock`)
	var inits []packageInit
	for _, m := range line.FindAllStringSubmatch(errs.String(), -1) {
		ms, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(fmt.Errorf("read the trace of %s: %w", m[1], err))
		}
		inits = append(inits, packageInit{m[1], ms})
	}
	if len(inits) == 0 {
		t.Fatalf("no package reported its initialisation:\n%s", errs.String())
	}
	return inits
}
