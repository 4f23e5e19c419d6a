package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

const (
	leastInterval   = time.Second // a runtime allows 100 requests a minute
	defaultInterval = 2 * time.Second
)

// Watch holds the flags of commands that follow something.
type Watch struct {
	On       bool
	Interval time.Duration
	For      time.Duration
}

// Add defines --watch and the flags that go with it.
func (w *Watch) Add(c *cobra.Command) {
	c.Flags().BoolVarP(&w.On, "watch", "w", false, "go on and show what changes, until Ctrl-C; a runtime that goes away is waited for")
	w.AddTimes(c)
}

// Check refuses the flags of times without --watch.
func (w *Watch) Check(c *cobra.Command) error {
	for _, name := range []string{"interval", "for"} {
		if !w.On && c.Flags().Changed(name) {
			return cli.Usagef("--%s goes with --watch", name)
		}
	}
	return nil
}

// AddTimes defines the flags of a command that always follows.
func (w *Watch) AddTimes(c *cobra.Command) {
	c.Flags().DurationVar(&w.Interval, "interval", defaultInterval, "how often to ask (`duration`), one second at least")
	c.Flags().DurationVar(&w.For, "for", 0, "stop after this `duration`; with status 6 if the runtime does not answer then")
}

// Followed is a list that is asked for again and again.
type Followed[T any] struct {
	Ask     func(context.Context) ([]T, error)
	Key     func(T) string // tells rows apart
	Columns []output.Column[T]
	Empty   string
	View    func([]T) output.View // how a terminal shows them; nil: as a table
}

// Follow shows what is asked for until the context ends or the time is over, as
// [Conn.Poll] does: on a terminal the table, drawn again when something changed;
// otherwise each row that is new or different as one line of JSON, and one with
// "gone" for a row that is no more.
func Follow[T any](ctx context.Context, c *Conn, w Watch, f Followed[T]) error {
	format, err := c.app.Format()
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"table", "wide", "json", "jsonl"}, format) {
		return cli.Usagef("what goes on is shown as a table, or as lines of JSON, not as %s", format)
	}
	live := c.app.Terminal.Out && (format == "table" || format == "wide")
	follower := follower[T]{conn: c, Followed: f, last: map[string]T{}, live: live}
	var rows []T
	first := true
	_, err = c.Poll(ctx, Poll{
		Every: w.Interval, For: w.For,
		Ask: func(limited context.Context) (err error) {
			if first { // is shown however short the time is
				limited, first = ctx, false
			}
			if rows, err = f.Ask(limited); err != nil {
				follower.moveOn()
			}
			return err
		},
		Use: func() (bool, error) {
			err := follower.show(rows)
			return c.app.Gone(), err
		},
	})
	return err
}

type follower[T any] struct {
	Followed[T]
	conn  *Conn
	live  bool
	last  map[string]T
	drawn int // lines on the terminal
	begun bool
}

// moveOn leaves what was drawn where it is: lines that are written to stderr
// come below it.
func (f *follower[T]) moveOn() {
	if f.conn.app.Terminal.Err && !f.conn.app.Global.Quiet {
		f.drawn, f.begun = 0, false
	}
}

func (f *follower[T]) show(rows []T) error {
	now := map[string]T{}
	var changed []T
	for _, row := range rows {
		key := f.Key(row)
		now[key] = row
		if old, ok := f.last[key]; !ok || !reflect.DeepEqual(old, row) {
			changed = append(changed, row)
		}
	}
	var gone []string
	for key := range f.last {
		if _, ok := now[key]; !ok {
			gone = append(gone, key)
		}
	}
	f.last = now
	if f.live {
		if f.begun && len(changed) == 0 && len(gone) == 0 {
			return nil
		}
		return f.draw(rows)
	}
	return f.lines(changed, gone)
}

// lines writes one JSON document for each change.
func (f *follower[T]) lines(changed []T, gone []string) error {
	for i := range changed {
		if err := f.line(&changed[i]); err != nil {
			return err
		}
	}
	for _, key := range gone {
		if err := f.line(map[string]any{"id": key, "gone": true}); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower[T]) line(value any) error {
	app := f.conn.app
	if app.Global.JQ != "" || app.Global.Template != "" {
		return app.Print(output.Record{Value: value})
	}
	text, err := output.EncodeJSONLine(value)
	if err != nil {
		return err
	}
	if _, err := app.Out.Write(text); err != nil {
		return cli.Wrap(cli.CodeOutput, err)
	}
	return nil
}

// draw goes up over what it drew before and draws the table anew.
func (f *follower[T]) draw(rows []T) error {
	app := f.conn.app
	format, err := app.Format()
	if err != nil {
		return err
	}
	var table bytes.Buffer
	printer, err := output.New(output.Options{
		Format: format, Columns: app.Global.Columns, NoHeaders: app.Global.NoHeaders,
		Color: app.Color(true), Width: app.Terminal.Width, Out: &table,
	})
	if err != nil {
		return err
	}
	if err := printer.Print(f.view(rows)); err != nil {
		return err
	}
	var b strings.Builder
	if f.drawn > 0 {
		b.WriteString("\x1b[" + strconv.Itoa(f.drawn) + "A")
	}
	b.WriteString("\x1b[J\x1b[?7l") // lines that are too long are cut: one that goes on below was not counted
	b.Write(table.Bytes())
	b.WriteString("\x1b[?7h")
	f.drawn, f.begun = bytes.Count(table.Bytes(), []byte("\n")), true
	if _, err := io.WriteString(app.Out, b.String()); err != nil {
		return cli.Wrap(cli.CodeOutput, err)
	}
	return nil
}

// view shows as many rows as the terminal has lines for, beside the header and
// the line of the cursor, or the two lines that tell of the other rows.
func (f *follower[T]) view(rows []T) output.View {
	if f.View != nil {
		return f.View(rows)
	}
	list := output.List[T]{Rows: rows, Columns: f.Columns, Empty: f.Empty}
	height := f.conn.app.Terminal.Height
	if most := height - 4; most > 0 && len(rows) > height-2 {
		list.Rows = rows[:most]
		list.Summary = fmt.Sprintf("%d more; a taller terminal or --filter shows them", len(rows)-most)
	}
	return list
}
