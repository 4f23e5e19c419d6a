package output

import "io"

// Document is a result that is a text of its own for people, such as a token or
// a file to publish, and a value for programs. Tables and name give Text, as
// [Text] does; json, yaml, jq and template show Value.
type Document struct {
	Text  string
	Value any
}

func (d Document) source() source {
	src := Text(d.Text).source()
	src.whole = d.Value
	return src
}

func (d Document) table(p *Printer, w io.Writer) error { return Text(d.Text).table(p, w) }

func (Document) extras() map[string]func(io.Writer) error { return nil }
