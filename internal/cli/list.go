package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// shownByDefault is how many rows a table shows when nobody said how many.
const shownByDefault = 100

// ListFlags are the flags of every command that lists things: which rows, in
// what order, and how many.
type ListFlags struct {
	Limit  int
	All    bool
	Sort   string
	Filter []string
}

// Add defines the flags.
func (l *ListFlags) Add(f *pflag.FlagSet) { FlagGroup(f, ListGroup, l.define) }

func (l *ListFlags) define(f *pflag.FlagSet) {
	f.IntVarP(&l.Limit, "limit", "n", 0, "show at most this `number` of rows; a table shows 100 unless told")
	f.BoolVar(&l.All, "all", false, "show every row in a table too")
	f.StringVar(&l.Sort, "sort", "", "sort by this `column`; -column turns the order round")
	f.StringArrayVar(&l.Filter, "filter", nil, "keep rows where `column=value`, column!=value, or column~part of it; all of several must hold")
}

// Check reports flags that exclude each other.
func (l *ListFlags) Check() error {
	switch {
	case l.Limit < 0:
		return Usagef("--limit wants a number of rows, not %d", l.Limit)
	case l.Limit > 0 && l.All:
		return Usagef("--limit and --all exclude each other")
	}
	return nil
}

// Plain reports whether the rows are wanted as they come: no order, no
// selection and no limit, so that they need not be collected first.
func (l *ListFlags) Plain() bool { return l.Sort == "" && len(l.Filter) == 0 && l.Limit == 0 }

// Cuts returns how many rows are shown at most, 0 meaning all: what the user
// said, or for tables a default. Formats for programs are never cut unasked.
func (l *ListFlags) Cuts(format string) int {
	switch {
	case l.Limit > 0:
		return l.Limit
	case l.All, format != "table" && format != "wide":
		return 0
	}
	return shownByDefault
}

// PrintList selects, sorts and cuts the rows of list as l says, prints it, and
// tells on stderr how many rows were left out.
func PrintList[T any](app *App, l ListFlags, list output.List[T]) error {
	if err := l.Check(); err != nil {
		return err
	}
	format, err := app.Format()
	if err != nil {
		return err
	}
	rows, err := Select(l, list.Rows, list.Columns)
	if err != nil {
		return err
	}
	total, most := len(rows), l.Cuts(format)
	if most > 0 && total > most {
		rows = rows[:most]
	}
	list.Rows = rows
	if err := app.Print(list); err != nil {
		return err
	}
	if len(rows) < total {
		app.Notice("%d of %d shown; --all or --limit shows more", len(rows), total)
	}
	return nil
}

// Select returns the rows that the filters of l keep, in the order that it
// asks for. The order of rows stays where nothing is said. The error is a
// usage error that names the columns there are.
func Select[T any](l ListFlags, rows []T, columns []output.Column[T]) ([]T, error) {
	for _, text := range l.Filter {
		keep, err := filter(text, columns)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return !keep(row) })
	}
	if l.Sort == "" {
		return rows, nil
	}
	name, down := strings.CutPrefix(l.Sort, "-")
	by, err := column(name, columns)
	if err != nil {
		return nil, err
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b T) int {
		order := compareCells(by.Cell(a), by.Cell(b))
		if down {
			return -order
		}
		return order
	})
	return rows, nil
}

func filter[T any](text string, columns []output.Column[T]) (func(T) bool, error) {
	at := strings.IndexAny(text, "=~")
	if at < 1 {
		return nil, Usagef("--filter %q wants column=value, column!=value or column~part", text)
	}
	name, value, operator := text[:at], text[at+1:], text[at]
	name, not := strings.CutSuffix(name, "!")
	by, err := column(name, columns)
	if err != nil {
		return nil, err
	}
	return func(row T) bool {
		cell := by.Cell(row)
		if operator == '~' {
			return strings.Contains(strings.ToLower(cell), strings.ToLower(value)) != not
		}
		return strings.EqualFold(cell, value) != not
	}, nil
}

func column[T any](name string, columns []output.Column[T]) (output.Column[T], error) {
	var headers []string
	for _, c := range columns {
		header := ColumnName(c.Header)
		if header == ColumnName(name) {
			return c, nil
		}
		headers = append(headers, header)
	}
	return output.Column[T]{}, Usagef("there is no column %q", name).WithHint("the columns are %s", strings.Join(headers, ", "))
}

// ColumnName is a header as it is written in flags: "LAST SEEN" is last_seen.
func ColumnName(header string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(header)))
}

// compareCells compares numbers by value and everything else as text.
func compareCells(a, b string) int {
	x, errA := strconv.ParseFloat(a, 64)
	y, errB := strconv.ParseFloat(b, 64)
	if errA == nil && errB == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}
