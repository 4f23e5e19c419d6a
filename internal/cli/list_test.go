package cli_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

type fruit struct {
	name string
	n    int
}

func fruits() []fruit { return []fruit{{"pear", 10}, {"apple", 9}, {"Fig", 10}} }

func fruitColumns() []output.Column[fruit] {
	return []output.Column[fruit]{
		{Header: "NAME", Cell: func(f fruit) string { return f.name }},
		{Header: "HOW MANY", Cell: func(f fruit) string { return strconv.Itoa(f.n) }},
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flags cli.ListFlags
		want  string
	}{
		"nothing asked":        {cli.ListFlags{}, "pear apple Fig"},
		"numbers by value":     {cli.ListFlags{Sort: "how_many"}, "apple pear Fig"},
		"turned round, stable": {cli.ListFlags{Sort: "-how-many"}, "pear Fig apple"},
		"equal, any case":      {cli.ListFlags{Filter: []string{"name=fig"}}, "Fig"},
		"not equal":            {cli.ListFlags{Filter: []string{"name!=fig"}}, "pear apple"},
		"part":                 {cli.ListFlags{Filter: []string{"name~P"}}, "pear apple"},
		"all must hold":        {cli.ListFlags{Filter: []string{"name~p", "HOW MANY=9"}}, "apple"},
		"a value with signs":   {cli.ListFlags{Filter: []string{"name=a=b"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := cli.Select(tc.flags, fruits(), fruitColumns())
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, row := range rows {
				names = append(names, row.name)
			}
			if diff := cmp.Diff(tc.want, strings.Join(names, " ")); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSelectRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flags cli.ListFlags
		want  string
	}{
		"unknown sort column":   {cli.ListFlags{Sort: "colour"}, "name, how_many"},
		"unknown filter column": {cli.ListFlags{Filter: []string{"colour=red"}}, "name, how_many"},
		"no operator":           {cli.ListFlags{Filter: []string{"name"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cli.Select(tc.flags, fruits(), fruitColumns())
			e := cli.Classify(err)
			if e == nil || e.Status != cli.Usage || !strings.Contains(e.Hint, tc.want) {
				t.Errorf("error = %+v, want a usage error that names %q", e, tc.want)
			}
		})
	}
}

func TestPrintListTellsWhatItCut(t *testing.T) {
	t.Parallel()
	many := make([]fruit, 150)
	for name, tc := range map[string]struct {
		format string
		flags  cli.ListFlags
		rows   int
		notice string
	}{
		"a table is cut":            {"table", cli.ListFlags{}, 100, "100 of 150 shown"},
		"a table is whole if asked": {"table", cli.ListFlags{All: true}, 150, ""},
		"programs get everything":   {"jsonl", cli.ListFlags{}, 150, ""},
		"programs hear of a limit":  {"jsonl", cli.ListFlags{Limit: 2}, 2, "2 of 150 shown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			app := cli.New(&cli.App{Out: &out, Err: &errs, Now: time.Now, Global: cli.Global{Output: tc.format, NoHeaders: true}, Changed: func(f string) bool { return f == "output" }})
			if err := cli.PrintList(app, tc.flags, output.List[fruit]{Rows: many, Columns: fruitColumns()}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(out.String(), "\n"); got != tc.rows {
				t.Errorf("%d rows, want %d", got, tc.rows)
			}
			if got := errs.String(); tc.notice == "" && got != "" || !strings.Contains(got, tc.notice) {
				t.Errorf("notice = %q, want %q", got, tc.notice)
			}
		})
	}
}
