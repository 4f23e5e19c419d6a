package archtest_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// room is one row of the table of docs/ARCHITECTURE.md.
type room struct {
	name string   // a folder, or a pattern of path.Match
	may  []string // what it may import of this module, patterns too
	open bool     // "below it": the folders below are part of the room
}

// covers reports whether the row is about dir.
func (r room) covers(dir string) bool {
	ok, err := path.Match(r.name, dir)
	return err == nil && ok || r.open && within(dir, r.name)
}

// allows reports whether the row lets its packages import target, which is of
// the room other. Who may import a room may import what is below it; the parts
// of a room may import each other.
func (r room) allows(target string, other room) bool {
	if other.open && (r.name == other.name || slices.Contains(r.may, other.name)) {
		return true
	}
	return slices.ContainsFunc(r.may, func(p string) bool {
		if below, ok := strings.CutSuffix(p, "/*"); ok {
			return strings.HasPrefix(target, below+"/")
		}
		return p == target
	})
}

// rooms reads the table below "## Rooms".
func rooms(t *testing.T) []room {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "\n## Rooms\n")
	if !ok {
		t.Fatal(`docs/ARCHITECTURE.md has no heading "## Rooms"`)
	}
	table, _, _ = strings.Cut(table, "\n## ")
	var found []room
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		r := newRoom(cells[1], cells[3])
		if slices.ContainsFunc(found, func(o room) bool { return o.name == r.name }) {
			t.Errorf("docs/ARCHITECTURE.md: %s has two rows", r.name)
		}
		found = append(found, r)
	}
	if len(found) < 10 {
		t.Fatalf("docs/ARCHITECTURE.md: the table of rooms has only %d rows that can be read", len(found))
	}
	return found
}

func newRoom(name, may string) room {
	r := room{name: strings.Trim(name, " `"), open: strings.Contains(may, "below it")}
	if r.name == "main.go" {
		r.name = "."
	}
	r.name = strings.ReplaceAll(r.name, "<noun>", "*")
	may, _, _ = strings.Cut(may, "(")
	may = strings.ReplaceAll(may, `\*`, "*")
	for _, item := range splitOutside(may) {
		r.may = append(r.may, expand(item)...)
	}
	return r
}

// splitOutside splits at the commas that are outside of braces.
func splitOutside(s string) []string {
	var items []string
	depth, start := 0, 0
	for i, c := range s + "," {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && depth == 0:
			if item := strings.Trim(s[start:i], " –"); item != "" {
				items = append(items, item)
			}
			start = i + 1
		}
	}
	return items
}

// expand turns a/{b,c} into a/b and a/c.
func expand(item string) []string {
	before, rest, ok := strings.Cut(item, "{")
	if !ok {
		return []string{item}
	}
	inner, after, _ := strings.Cut(rest, "}")
	var all []string
	for choice := range strings.SplitSeq(inner, ",") {
		all = append(all, before+strings.TrimSpace(choice)+after)
	}
	return all
}

func TestRowsCanBeRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		name, may string
		want      room
	}{
		"nothing": {"`internal/git`", " – ", room{name: "internal/git"}},
		"noun":    {" `cmd/<noun>` ", ` internal/{cli, git}, pkg/\* `, room{name: "cmd/*", may: []string{"internal/cli", "internal/git", "pkg/*"}}},
		"main":    {" `main.go` ", " cmd ", room{name: ".", may: []string{"cmd"}}},
		"open":    {" `internal/output` ", " – (its format writers below it) ", room{name: "internal/output", open: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, newRoom(tc.name, tc.may), cmp.AllowUnexported(room{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTableBites keeps the rule below from passing because it allows too much.
func TestTableBites(t *testing.T) {
	t.Parallel()
	table := []room{
		{name: "cmd/*", may: []string{"internal/cli", "internal/output", "pkg/*"}},
		{name: "internal/output", open: true},
		{name: "internal/cli", may: []string{"internal/output"}},
		{name: "pkg/a", may: []string{"pkg/a/b"}},
		{name: "pkg/a/b"},
	}
	for name, tc := range map[string]struct {
		from, to string
		want     bool
	}{
		"named":               {"internal/cli", "internal/output", true},
		"upwards":             {"internal/output", "internal/cli", false},
		"noun to noun":        {"cmd/x", "cmd/y", false},
		"noun to library":     {"cmd/x", "pkg/a/b", true},
		"part of a room":      {"cmd/x", "internal/output/sarif", true},
		"part to its room":    {"internal/output/sarif", "internal/output", true},
		"part to another":     {"internal/output/sarif", "internal/cli", false},
		"child to its parent": {"pkg/a/b", "pkg/a", false},
		"stranger to a part":  {"pkg/a", "internal/output/sarif", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ok := rowOf(table, tc.from)
			other, _ := rowOf(table, tc.to)
			if got := ok && r.allows(tc.to, other); got != tc.want {
				t.Errorf("%s may import %s: got %v, want %v", tc.from, tc.to, got, tc.want)
			}
		})
	}
}

// TestImportsFollowTheTable: every package has one row and imports what the row
// allows; every row has a package.
func TestImportsFollowTheTable(t *testing.T) {
	t.Parallel()
	table := rooms(t)
	used := map[string]bool{}
	for dir, group := range packages(t) {
		r, ok := rowOf(table, dir)
		if !ok {
			t.Errorf("package %s has no row in the table of docs/ARCHITECTURE.md: add it, that row is the design review", dir)
			continue
		}
		used[r.name] = true
		for _, f := range group {
			checkImports(t, f, r, table)
		}
	}
	for _, r := range table {
		if !used[r.name] {
			t.Errorf("docs/ARCHITECTURE.md has a row for %s, which has no package", r.name)
		}
	}
}

// rowOf finds the row for dir; the one that names it exactly wins.
func rowOf(table []room, dir string) (room, bool) {
	if i := slices.IndexFunc(table, func(r room) bool { return r.name == dir }); i >= 0 {
		return table[i], true
	}
	if i := slices.IndexFunc(table, func(r room) bool { return r.covers(dir) }); i >= 0 {
		return table[i], true
	}
	return room{}, false
}

func checkImports(t *testing.T, f *file, r room, table []room) {
	t.Helper()
	for _, p := range f.imports() {
		target, ok := own(p)
		if !ok {
			continue
		}
		if other, _ := rowOf(table, target); !r.allows(target, other) {
			t.Errorf("%s imports %s, which the row %s of docs/ARCHITECTURE.md does not allow", f.path, target, r.name)
		}
	}
}

// TestNounsDoNotMeet holds whatever the table says, in tests too.
func TestNounsDoNotMeet(t *testing.T) {
	t.Parallel()
	noun := regexp.MustCompile(`^cmd/([^/]+)`)
	for _, f := range files(t) {
		from := noun.FindString(f.dir)
		for _, p := range f.imports() {
			target, _ := own(p)
			if to := noun.FindString(target); from != "" && to != "" && from != to {
				t.Errorf("%s: the noun %s imports the noun %s", f.path, from, to)
			}
		}
	}
}

// TestLibrariesKnowNoCommandLine holds whatever the table says.
func TestLibrariesKnowNoCommandLine(t *testing.T) {
	t.Parallel()
	refused := []string{
		"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/spf13/viper",
		module + "/cmd", module + "/internal/cli", module + "/internal/config", module + "/internal/output",
	}
	for _, f := range code(t) {
		if !within(f.dir, "pkg") {
			continue
		}
		for _, p := range f.imports() {
			if slices.ContainsFunc(refused, func(r string) bool { return within(p, r) }) {
				t.Errorf("%s imports %s: a library knows no flags, settings and formats", f.path, p)
			}
		}
	}
}

func TestViperStaysInConfig(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		for _, p := range f.imports() {
			if within(p, "github.com/spf13/viper") && f.dir != "internal/config" {
				t.Errorf("%s imports viper: settings are read in internal/config alone", f.path)
			}
		}
	}
}

// TestEmulationsStandAlone: what reproduces a foreign engine must not follow a
// change of ours.
func TestEmulationsStandAlone(t *testing.T) {
	t.Parallel()
	for _, f := range code(t) {
		if f.dir != "pkg/skills/upstream" {
			continue
		}
		for _, p := range f.imports() {
			if target, ok := own(p); ok {
				t.Errorf("%s imports %s: the upstream rule sets are kept as they are", f.path, target)
			}
		}
	}
}
