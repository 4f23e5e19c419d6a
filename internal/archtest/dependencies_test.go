package archtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDependenciesAreDecided: each direct requirement has a line in the
// decision about dependencies, and no line is left of one that is gone.
func TestDependenciesAreDecided(t *testing.T) {
	t.Parallel()
	required := requirements(t)
	page, err := os.ReadFile(filepath.Join(root, "docs", "adr", "0002-dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	var decided []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		decided = append(decided, m[1])
	}
	for _, r := range required {
		if !slices.Contains(decided, r) {
			t.Errorf("docs/adr/0002-dependencies.md has no line for %s: what for, what without it, what it costs at start", r)
		}
	}
	for _, d := range decided {
		if !slices.Contains(required, d) {
			t.Errorf("docs/adr/0002-dependencies.md has a line for %s, which go.mod does not require directly", d)
		}
	}
}

// requirements returns the direct requirements of go.mod.
func requirements(t *testing.T) []string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^(?:require\s+|\t)(\S+) v\S+\s*(// indirect)?$`)
	var found []string
	for text := range strings.SplitSeq(string(mod), "\n") {
		if m := line.FindStringSubmatch(text); m != nil && m[2] == "" {
			found = append(found, m[1])
		}
	}
	if len(found) == 0 {
		t.Fatal("go.mod: found no requirement")
	}
	return found
}
