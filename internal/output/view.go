package output

import (
	"io"
	"iter"
	"slices"
)

// View is the result of a command, one of [List], [Record], [Stream], [Text].
type View interface {
	source() source
	table(p *Printer, w io.Writer) error
	extras() map[string]func(io.Writer) error
}

// Column is one column of a table: Header in capitals, Cell the text for a
// row. A Wide column is left out of table and shown by wide and csv. A Whole
// column is not cut on a narrow terminal: it holds what people copy. Style
// colours a cell where colour is wanted; nil means plain.
type Column[T any] struct {
	Header string
	Wide   bool
	Whole  bool
	Cell   func(T) string
	Style  func(T) Style
}

// List is a result of several rows, which the caller has sorted.
type List[T any] struct {
	Rows    []T
	Columns []Column[T]

	// Empty is what a table says when there are no rows; without it the
	// header stands alone.
	Empty string
	// Summary is text below a table, of one line or more.
	Summary string
	// Envelope, when not nil, is what json, yaml, jq and template show in
	// place of Rows: a whole report. Its rows still make table, csv and jsonl.
	Envelope any
	// Name is what the name format prints for a row; nil means the first
	// column.
	Name func(T) string
	// Extra holds the formats that only this result has, by name.
	Extra map[string]func(io.Writer) error
}

func (l List[T]) source() source {
	src := newSource(func(yield func(T, error) bool) {
		for _, row := range l.Rows {
			if !yield(row, nil) {
				return
			}
		}
	}, l.Columns, l.Name)
	switch {
	case l.Envelope != nil:
		src.whole = l.Envelope
	case l.Rows == nil:
		src.whole = []T{}
	default:
		src.whole = l.Rows
	}
	return src
}

func (l List[T]) table(p *Printer, w io.Writer) error {
	return p.list(w, l.source(), footer{empty: l.Empty, summary: l.Summary})
}

func (l List[T]) extras() map[string]func(io.Writer) error { return l.Extra }

// Stream is a list whose rows come one at a time. In jsonl, csv and name each
// row is written as it comes, through a buffer, and memory stays constant; an
// error of Rows then ends the output after the rows before it. Every other
// format collects the rows first and writes nothing after an error.
type Stream[T any] struct {
	Rows    iter.Seq2[T, error]
	Columns []Column[T]
	Empty   string         // as in [List]
	Name    func(T) string // as in [List]
}

func (s Stream[T]) source() source {
	src := newSource(s.Rows, s.Columns, s.Name)
	src.lazy = true
	return src
}

func (s Stream[T]) table(p *Printer, w io.Writer) error {
	return p.list(w, s.source(), footer{empty: s.Empty})
}

func (Stream[T]) extras() map[string]func(io.Writer) error { return nil }

// Field is one line of a [Record].
type Field struct {
	Name  string
	Value string
	Style Style
}

// Record is a single thing: tables show Fields one below the other and never
// cut them, csv shows them as one row, name shows the first; json, yaml, jq and
// template show Value.
type Record struct {
	Fields []Field
	Value  any
}

func (r Record) source() source {
	columns := make([]Column[Record], len(r.Fields))
	for i, f := range r.Fields {
		columns[i] = Column[Record]{Header: f.Name, Cell: func(Record) string { return f.Value }, Style: func(Record) Style { return f.Style }}
	}
	src := newSource(one(r), columns, nil)
	src.whole, src.single = r.Value, true
	return src
}

func (r Record) table(p *Printer, w io.Writer) error { return p.fields(w, r) }

func (Record) extras() map[string]func(io.Writer) error { return nil }

// Text is a result that is text already, such as a completion script. Tables
// and name give its own bytes, sanitised with line feeds and tabs kept; JSON
// gives {"text": …}.
type Text string

type textDocument struct {
	Text string `json:"text"`
}

func (t Text) source() source {
	src := newSource(one(t), []Column[Text]{{Header: "TEXT", Cell: func(t Text) string { return string(t) }}}, nil)
	src.whole, src.single, src.verbatim = textDocument{string(t)}, true, true
	return src
}

func (t Text) table(p *Printer, w io.Writer) error {
	if len(p.opt.Columns) > 0 {
		return unknownColumn(p.opt.Columns[0], nil)
	}
	_, err := io.WriteString(w, sanitize(string(t), keepLinesAndTab))
	return err
}

func (Text) extras() map[string]func(io.Writer) error { return nil }

func one[T any](v T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(v, nil) }
}

// source is a view as rows of cells, without its type.
type source struct {
	headers  []string
	wide     []bool
	kept     []bool // columns that are not cut
	rows     iter.Seq2[row, error]
	whole    any  // the value of the view, unless it is lazy
	lazy     bool // rows come from afar: there is no whole but their sum
	single   bool // not a list: the only row stands for the whole
	verbatim bool // the only cell is the whole result
}

// document returns what json, yaml, jq and template show.
func (s source) document() (any, error) {
	if !s.lazy {
		return s.whole, nil
	}
	rows := []any{}
	for row, err := range s.rows {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row.document())
	}
	return rows, nil
}

// row is one row of a source; col counts the columns of the source.
type row interface {
	document() any
	name() string
	cell(col int) string
	style(col int) Style
}

func newSource[T any](rows iter.Seq2[T, error], columns []Column[T], name func(T) string) source {
	src := source{headers: make([]string, len(columns)), wide: make([]bool, len(columns)), kept: make([]bool, len(columns))}
	for i, c := range columns {
		src.headers[i], src.wide[i], src.kept[i] = SanitizeLine(c.Header), c.Wide, c.Whole
	}
	kind := &rowKind[T]{columns, name}
	src.rows = func(yield func(row, error) bool) {
		for v, err := range rows {
			if !yield(typedRow[T]{v, kind}, err) {
				return
			}
		}
	}
	return src
}

type rowKind[T any] struct {
	columns []Column[T]
	named   func(T) string
}

type typedRow[T any] struct {
	v    T
	kind *rowKind[T]
}

// document returns a pointer, so that a row marshals in jsonl as it does inside
// a slice: with the methods of its pointer type.
func (r typedRow[T]) document() any { return &r.v }

func (r typedRow[T]) name() string {
	switch {
	case r.kind.named != nil:
		return r.kind.named(r.v)
	case len(r.kind.columns) > 0:
		return r.kind.columns[0].Cell(r.v)
	}
	return ""
}

func (r typedRow[T]) cell(col int) string { return r.kind.columns[col].Cell(r.v) }

func (r typedRow[T]) style(col int) Style {
	if style := r.kind.columns[col].Style; style != nil {
		return style(r.v)
	}
	return Plain
}

func sortedNames(extras map[string]func(io.Writer) error) []string {
	names := make([]string, 0, len(extras))
	for name := range extras {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
