// Package markdown puts foreign text into Markdown as GitHub reads it: [Text]
// into running text and table cells, [Code] the same in the type of code, and
// [Table] builds tables of both.
//
// It promises that such text shows as it is and does nothing: no markup, no
// HTML, no link, no image that a viewer fetches, no mention that calls a person.
package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// breaker is a zero-width space, spelled out in ASCII. It is put behind the
// marks that GitHub looks for in finished text, where escapes no longer count.
const breaker = "&#8203;"

// Text returns s as one line of text without a meaning in Markdown. Blanks at
// its ends are lost.
func Text(s string) string {
	var b strings.Builder
	for _, r := range strings.Trim(output.SanitizeLine(s), " ") {
		if strings.ContainsRune("!\"#$&'()*+-.:;<=>@[\\]^_`{|}~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		if r == '@' || r == '#' {
			b.WriteString(breaker)
		}
	}
	return b.String()
}

// Code returns s in the type of code. It is not a code span: those cannot hold
// a backslash before a pipe in a table.
func Code(s string) string {
	text := Text(s)
	if text == "" {
		return ""
	}
	return "<code>" + text + "</code>"
}

// Table writes a table. Cells are [Text] or [Code] already, or Markdown of the
// caller's own; a row that is shorter than header is filled up.
func Table(w io.Writer, header []string, rows [][]string) error {
	var b strings.Builder
	line := func(cells []string) {
		for i := range header {
			cell := ""
			if i < len(cells) {
				cell = cells[i]
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	line(header)
	line(strings.Fields(strings.Repeat("--- ", len(header))))
	for _, row := range rows {
		line(row)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}
