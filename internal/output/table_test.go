package output_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// matrix is a list of rows that are cells already. Cells that start with ! are
// styled.
func matrix(header []string, rows ...[]string) output.List[[]string] {
	l := output.List[[]string]{Rows: rows}
	for i, name := range header {
		l.Columns = append(l.Columns, output.Column[[]string]{
			Header: name,
			Cell:   func(row []string) string { return row[i] },
			Style: func(row []string) output.Style {
				if strings.HasPrefix(row[i], "!") {
					return output.Good
				}
				return output.Plain
			},
		})
	}
	return l
}

func width(s string) int {
	return (&runewidth.Condition{StrictEmojiNeutral: true}).StringWidth(s)
}

func TestTableAlignment(t *testing.T) {
	t.Parallel()
	got := render(t, output.Options{}, matrix([]string{"NAME", "STATE"},
		[]string{"日本語", "a"}, []string{"👍🏽🇩🇪", "b"}, []string{"e\u0301", "c"}, []string{"", "d"}, []string{"plain", ""}, []string{"  indented", "e "}))
	want := "" +
		"NAME         STATE\n" +
		"日本語       a\n" +
		"👍🏽🇩🇪         b\n" +
		"e\u0301            c\n" +
		"             d\n" +
		"plain\n" +
		"  indented   e\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
}

func TestTableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	for name, tc := range map[string]struct {
		width int
		rows  [][]string
		want  string
	}{
		"no terminal":              {0, [][]string{{"id", long, "s"}}, "ID" + "   " + "MESSAGE" + strings.Repeat(" ", 96) + "S\nid   " + long + "   s\n"},
		"wide enough":              {200, [][]string{{"id", "short", "s"}}, "ID   MESSAGE   S\nid   short     s\n"},
		"the widest is cut":        {30, [][]string{{"id", long, "state"}}, "ID   MESSAGE             S\nid   xxxxxxxxxxxxxxxx…   state\n"},
		"the first is never cut":   {30, [][]string{{long[:40], "y", "s"}}, "ID" + strings.Repeat(" ", 41) + "MESSAGE   S\n" + long[:40] + "   y         s\n"},
		"no column below eight":    {10, [][]string{{"id", long, "s"}}, "ID   MESSAGE    S\nid   xxxxxxx…   s\n"},
		"two share the loss":       {36, [][]string{{"id", long, long}}, "ID   MESSAGE          S\nid   xxxxxxxxxxxxx…   xxxxxxxxxxxxx…\n"},
		"no half of a wide letter": {19, [][]string{{"id", strings.Repeat("日", 20), "s"}}, "ID   MESSAGE     S\nid   日日日日…   s\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, output.Options{Width: tc.width}, matrix([]string{"ID", "MESSAGE", "S"}, tc.rows...))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("table differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyTablesAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	view := matrix([]string{"ID", "MESSAGE"}, []string{"id", long})
	for _, format := range output.Formats() {
		got := render(t, output.Options{Format: format, Width: 20}, view)
		if cut := !strings.Contains(got, long) && format != "name"; cut != (format == "table") {
			t.Errorf("%s: cut is %v in %q", format, cut, got)
		}
	}
	got := render(t, output.Options{Width: 20}, output.Record{Fields: []output.Field{{Name: "A", Value: long}}})
	if diff := cmp.Diff("A   "+long+"\n", got); diff != "" {
		t.Errorf("record differs (-want +got):\n%s", diff)
	}
}

func TestWholeColumnsAreNotCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 40)
	view := output.List[string]{Rows: []string{long}, Columns: []output.Column[string]{
		{Header: "ID", Cell: func(string) string { return "id" }},
		{Header: "NOTE", Cell: func(s string) string { return s }},
		{Header: "RECORD", Whole: true, Cell: func(s string) string { return s }},
	}}
	want := "ID   NOTE       RECORD\nid   xxxxxxx…   " + long + "\n"
	if diff := cmp.Diff(want, render(t, output.Options{Width: 30}, view)); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
}

// TestTablesDoNotDependOnTheDrawing: long tables are drawn by other code than
// short ones, and so are coloured ones; the bytes must be the same.
func TestTablesDoNotDependOnTheDrawing(t *testing.T) {
	t.Parallel()
	filler := slices.Repeat([][]string{{"", "", ""}}, 1001)
	escape := regexp.MustCompile("\x1b\\[[0-9;]*m")
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.SliceOfN(hostile(), 3, 3).Draw(t, "header")
		rows := rapid.SliceOfN(rapid.SliceOfN(hostile(), 3, 3), 1, 5).Draw(t, "rows")
		options := output.Options{Width: rapid.IntRange(0, 60).Draw(t, "width"), NoHeaders: rapid.Bool().Draw(t, "bare")}

		short := renderRapid(t, options, matrix(header, rows...))
		long := renderRapid(t, options, matrix(header, slices.Concat(rows, filler)...))
		if lines := len(short); !strings.HasPrefix(long, short) {
			t.Errorf("the long table starts with\n%q, the short one is\n%q", long[:min(lines, len(long))], short)
		}
		options.Color = true
		coloured := renderRapid(t, options, matrix(header, rows...))
		if diff := cmp.Diff(short, escape.ReplaceAllString(coloured, "")); diff != "" {
			t.Errorf("colours move cells (-plain +coloured):\n%s", diff)
		}
	})
}

// TestColumnsLineUp: the second column starts where its header does.
func TestColumnsLineUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Map(hostile(), func(s string) []string { return []string{s, "|", "end"} }), 1, 5).Draw(t, "rows")
		limit := rapid.IntRange(0, 60).Draw(t, "width")
		text := renderRapid(t, output.Options{Width: limit}, matrix([]string{"A", "<", "C"}, rows...))
		column := -1
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			at := width(line) - width("|   end")
			if column < 0 {
				at = width(line) - width("<   C")
			}
			if column >= 0 && at != column {
				t.Errorf("the column starts at %d and at %d:\n%s", column, at, text)
			}
			column = at
		}
	})
}

func renderRapid(t *rapid.T, o output.Options, v output.View) string {
	t.Helper()
	var b strings.Builder
	o.Out = &b
	p, err := output.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Print(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestColours(t *testing.T) {
	t.Parallel()
	for style, want := range map[output.Style]string{
		output.Plain:  "A   x\n",
		output.Good:   "A   \x1b[32mx\x1b[0m\n",
		output.Warn:   "A   \x1b[33mx\x1b[0m\n",
		output.Bad:    "A   \x1b[31mx\x1b[0m\n",
		output.Faint:  "A   \x1b[2mx\x1b[22m\n",
		output.Strong: "A   \x1b[1mx\x1b[22m\n",
	} {
		t.Run(fmt.Sprint(style), func(t *testing.T) {
			t.Parallel()
			view := output.Record{Fields: []output.Field{{Name: "A", Value: "x", Style: style}}}
			if diff := cmp.Diff(want, render(t, output.Options{Color: true}, view)); diff != "" {
				t.Errorf("with colours (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff("A   x\n", render(t, output.Options{}, view)); diff != "" {
				t.Errorf("without (-want +got):\n%s", diff)
			}
		})
	}
}
