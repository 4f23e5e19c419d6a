package output

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/template"

	"github.com/itchyny/gojq"
)

// Options says how results are shown. The zero value of each field but Out is
// usable.
type Options struct {
	// Format is one of [Formats] or a format that the view brings itself;
	// empty means table.
	Format string
	// JQ is a jq expression over the JSON of the result. It implies JSON:
	// each value is one line, compact, with strings unquoted and null as an
	// empty line, as gh prints them.
	JQ string
	// Template is a text/template over the JSON of the result, with the
	// functions json, upper, lower, join SEP LIST and pad WIDTH VALUE.
	Template string
	// Columns picks and orders the columns of table, wide and csv by header;
	// case does not matter, and space, - and _ are the same.
	Columns []string
	// NoHeaders leaves out headers, and in tables everything that is not a
	// row: the names of a record, the summary, the remark that a list is
	// empty.
	NoHeaders bool
	// Color allows colours in table and wide.
	Color bool
	// Width is the number of columns of the terminal; 0 means no terminal.
	// A table that is wider has its widest columns cut, never the first one
	// and never a header; wide is never cut.
	Width int
	// Out receives the result. It is required.
	Out io.Writer
}

// Printer renders views. It is not safe for concurrent use.
type Printer struct {
	opt     Options
	query   *gojq.Code
	tmpl    *template.Template
	palette palette
	measure *ruler
}

// New returns a printer. The error is an [*Error] when expressions do not
// parse or options exclude each other. Formats and columns depend on the view:
// they are checked by [Printer.Print], the format also by [CheckFormat].
func New(o Options) (*Printer, error) {
	if o.Out == nil {
		return nil, errors.New("output: no writer given")
	}
	if o.Format == "" && (o.JQ != "" || o.Template != "") {
		o.Format = "json"
	}
	if o.Format == "" {
		o.Format = "table"
	}
	p := &Printer{opt: o, measure: newRuler()}
	if err := p.compatible(); err != nil {
		return nil, err
	}
	if err := p.compile(); err != nil {
		return nil, err
	}
	if o.Color {
		p.palette = newPalette()
	}
	return p, nil
}

func (p *Printer) compatible() error {
	o := p.opt
	switch {
	case o.JQ != "" && o.Template != "":
		return conflict("template", o.Template, "a jq expression and a template exclude each other")
	case o.JQ != "" && o.Format != "json":
		return conflict("jq", o.JQ, fmt.Sprintf("a jq expression gives json, not %s", o.Format))
	case o.Template != "" && o.Format != "json":
		return conflict("template", o.Template, fmt.Sprintf("a template reads json, not %s", o.Format))
	case len(o.Columns) > 0 && !slices.Contains([]string{"table", "wide", "csv"}, o.Format):
		return conflict("columns", o.Columns[0], fmt.Sprintf("columns can be picked in table, wide and csv, not in %s", o.Format))
	}
	return nil
}

func (p *Printer) compile() (err error) {
	if p.opt.JQ != "" {
		if p.query, err = compileQuery(p.opt.JQ); err != nil {
			return err
		}
	}
	if p.opt.Template != "" {
		p.tmpl, err = p.compileTemplate(p.opt.Template)
	}
	return err
}

// Print renders v and writes it with one call to Out, a [Stream] in jsonl, csv
// and name through a buffer. Errors of Out are wrapped; whether a closed pipe
// matters is for the caller to judge.
func (p *Printer) Print(v View) error {
	extras := v.extras()
	if err := CheckFormat(p.opt.Format, sortedNames(extras)...); err != nil {
		return err
	}
	if p.streams(v) {
		return p.stream(v)
	}
	var buf bytes.Buffer
	render := p.render
	if extra, ok := extras[p.opt.Format]; ok {
		render = func(w io.Writer, _ View) error { return extra(w) }
	}
	if err := render(&buf, v); err != nil {
		return err
	}
	if buf.Len() == 0 {
		return nil
	}
	_, err := (&checkedWriter{p.opt.Out}).Write(buf.Bytes())
	return err
}

func (p *Printer) streams(v View) bool {
	return v.source().lazy && slices.Contains([]string{"jsonl", "csv", "name"}, p.opt.Format)
}

func (p *Printer) stream(v View) error {
	w := bufio.NewWriterSize(&checkedWriter{p.opt.Out}, 1<<16)
	err := p.render(w, v)
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	return err
}

func (p *Printer) render(w io.Writer, v View) error {
	switch {
	case p.query != nil:
		return p.jq(w, v)
	case p.tmpl != nil:
		return p.template(w, v)
	}
	switch p.opt.Format {
	case "json":
		return p.json(w, v)
	case "jsonl":
		return p.jsonl(w, v)
	case "yaml":
		return p.yaml(w, v)
	case "csv":
		return p.csv(w, v)
	case "name":
		return p.names(w, v)
	}
	return v.table(p, w)
}

// checkedWriter says what failed, and takes a short write for a failure.
type checkedWriter struct{ w io.Writer }

func (c *checkedWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return n, fmt.Errorf("write the result: %w", err)
	}
	return n, nil
}
