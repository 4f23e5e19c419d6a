package replay_test

import (
	"os"
	"path"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/test/replay"
)

// deviation is a row of the table of docs/embedded-runtime.md: which exchanges
// differ, in what, what is there instead, and why. The first three cells hold
// patterns of path.Match in backquotes.
type deviation struct {
	slugs, whats, gots []string
	used               map[string]bool // patterns that matched a difference
}

// deviations reads the table below "## Differences".
func deviations(t *testing.T) []deviation {
	t.Helper()
	page, err := os.ReadFile("../../docs/embedded-runtime.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "\n## Differences\n")
	if !ok {
		t.Fatal(`docs/embedded-runtime.md has no heading "## Differences"`)
	}
	table, _, _ = strings.Cut(table, "\n## ")
	var rows []deviation
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 || !strings.Contains(cells[0], "`") {
			continue
		}
		if strings.TrimSpace(cells[3]) == "" {
			t.Errorf("docs/embedded-runtime.md: no reason for %s", cells[0])
		}
		rows = append(rows, deviation{patterns(cells[0]), patterns(cells[1]), patterns(cells[2]), make(map[string]bool)})
	}
	return rows
}

// patterns returns what stands in backquotes.
func patterns(cell string) []string {
	var found []string
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 1 {
			found = append(found, part)
		}
	}
	return found
}

// explains reports whether a row is about a difference, and notes it.
func (d deviation) explains(found replay.Difference) bool {
	slug, what, got := matching(d.slugs, found.Slug), matching(d.whats, found.What), matching(d.gots, found.Got)
	if slug == "" || what == "" || got == "" {
		return false
	}
	d.used[slug], d.used[what], d.used[got] = true, true, true
	return true
}

func matching(patterns []string, name string) string {
	for _, p := range patterns {
		// Slashes and brackets, as in media types and lists, are ordinary here.
		plain := strings.NewReplacer("/", "~", "[", "(", "]", ")")
		if ok, err := path.Match(plain.Replace(p), plain.Replace(name)); err == nil && ok {
			return p
		}
	}
	return ""
}
