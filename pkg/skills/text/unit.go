package text

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

const (
	maxUnit      = 16 << 10 // bytes of a unit
	maxPart      = 4 << 10  // of a line that a program wrote
	maxUnitLines = 40       // lines joined to one unit
	maxParagraph = 8        // lines of prose joined to one unit
	longBlank    = 24       // blanks in a row that are folded to one
)

// Unit is the piece of text a rule judges at once: a line with the lines it is
// continued on, in prose the paragraph or list item. Long runs of blanks are
// folded, so that padding hides nothing.
type Unit struct {
	Doc         *Doc
	Text        string
	First, Last int // lines, from 0
	Where       Where
	Lang        string
	Partial     bool // part of a long line

	segments []segment
	breaks   []int // positions in Text where one line ends and another begins
}

// segment says that the unit's text from at on is the document's from offset
// on.
type segment struct{ at, offset int }

// Unit returns the unit that holds line i. Of a line longer than 16 KiB, or
// 4 KiB where programs write lines without end, it takes the part around
// offset.
func (d *Doc) Unit(i, offset int) *Unit {
	u := &Unit{Doc: d, First: i, Last: i, Where: d.Where(i), Lang: d.Lang(i)}
	limit := maxUnit
	if d.Kind == JSON || d.Kind == JavaScript || d.Kind == Markup {
		limit = maxPart
	}
	if line := d.Line(i); len(line) > limit {
		from := max(0, offset-d.Start(i)-limit/4)
		to := min(len(line), from+limit)
		u.Partial = true
		u.build([]piece{{line[from:to], d.Start(i) + from}})
		return u
	}
	if u.Where.Has(Prose | Comment | Frontmatter) {
		d.growParagraph(u)
	} else {
		d.growContinued(u)
	}
	var pieces []piece
	size := 0
	for k := u.First; k <= u.Last && size < maxUnit; k++ {
		line := d.Line(k)
		size += len(line)
		pieces = append(pieces, piece{line, d.Start(k)})
	}
	u.build(pieces)
	return u
}

// growContinued adds the lines that a shell would join.
func (d *Doc) growContinued(u *Unit) {
	same := func(k int) bool { return k >= 0 && k < d.Lines() && d.Where(k) == u.Where }
	for same(u.First-1) && u.Last-u.First < maxUnitLines && d.continues(u.First-1) {
		u.First--
	}
	for same(u.Last+1) && u.Last-u.First < maxUnitLines && d.continues(u.Last) {
		u.Last++
	}
}

// continues reports whether line k goes on in the next one.
func (d *Doc) continues(k int) bool {
	line := bytes.TrimRight(d.Line(k), " \t")
	if bytes.HasSuffix(line, []byte(`\`)) || bytes.HasSuffix(line, []byte("|")) || bytes.HasSuffix(line, []byte("&&")) || bytes.HasSuffix(line, []byte(" `")) {
		return true
	}
	if k+1 >= d.Lines() {
		return false
	}
	next := bytes.TrimLeft(d.Line(k+1), " \t")
	return bytes.HasPrefix(next, []byte("|")) && d.Kind != Markup || bytes.HasPrefix(next, []byte("&&"))
}

// growParagraph adds the neighbouring lines of the same paragraph.
func (d *Doc) growParagraph(u *Unit) {
	flows := func(k int) bool { return k >= 0 && k < d.Lines() && d.Where(k) == u.Where && !blank(d.Line(k)) }
	for flows(u.First-1) && d.joins(u.First-1) && u.Last-u.First < maxParagraph {
		u.First--
	}
	for flows(u.Last+1) && d.joins(u.Last) && u.Last-u.First < maxParagraph {
		u.Last++
	}
}

// joins reports whether prose line k and the next one are one passage.
func (d *Doc) joins(k int) bool {
	if bytes.HasSuffix(bytes.TrimRight(d.Line(k), " \t"), []byte(`\`)) {
		return true
	}
	return !startsBlock(d.Line(k+1)) && !isHeading(d.Line(k))
}

func blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

func isHeading(line []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("#")) }

// startsBlock reports whether a prose line begins a list item, a heading, a
// table row, a quotation, or in YAML a key.
func startsBlock(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	if len(line) == 0 {
		return true
	}
	switch line[0] {
	case '#', '|', '>', '<':
		return true
	case '-', '*', '+':
		return len(line) == 1 || line[1] == ' ' || line[1] == '-' || line[0] == '*' && line[1] == '*'
	}
	digits := len(line) - len(bytes.TrimLeft(line, "0123456789"))
	if digits > 0 && digits < len(line) && (line[digits] == '.' || line[digits] == ')') {
		return true
	}
	key, _, found := bytes.Cut(line, []byte(":"))
	return found && len(key) < 24 && !bytes.ContainsAny(key, " `'\"")
}

type piece struct {
	text   []byte
	offset int
}

// build joins pieces with a blank or a line feed, a backslash at a line end being dropped as a
// shell does, and folds long runs of blanks.
func (u *Unit) build(pieces []piece) {
	var b strings.Builder
	for n, p := range pieces {
		line := p.text
		joined := false
		if n+1 < len(pieces) {
			if cut := bytes.TrimRight(line, " \t"); bytes.HasSuffix(cut, []byte(`\`)) {
				line, joined = cut[:len(cut)-1], true
			}
		}
		for from := 0; from < len(line); {
			u.segments = append(u.segments, segment{b.Len(), p.offset + from})
			end, resume := fold(line, from)
			b.Write(line[from:end])
			from = resume
		}
		if n+1 < len(pieces) && !joined {
			u.breaks = append(u.breaks, b.Len())
			b.WriteByte(u.joiner(line))
		}
	}
	u.Text = b.String()
	if !utf8.ValidString(u.Text) {
		u.Text = strings.ToValidUTF8(u.Text, "?")
	}
}

// joiner is the byte between two joined lines: a line feed where a shell would
// read one.
func (u *Unit) joiner(line []byte) byte {
	if u.Where.Has(Prose|Comment|Frontmatter) || len(line) == 0 {
		return ' '
	}
	return '\n'
}

// fold returns the end of what is copied from line[from:], and where copying
// resumes: after a run of blanks longer than longBlank, of which one is kept.
func fold(line []byte, from int) (end, resume int) {
	for i := from; ; {
		n := bytes.Index(line[i:], []byte("        "))
		if n < 0 {
			return len(line), len(line)
		}
		start := i + n
		stop := start
		for stop < len(line) && (line[stop] == ' ' || line[stop] == '\t') {
			stop++
		}
		if stop-start > longBlank && start > from {
			return start + 1, stop
		}
		if stop == len(line) {
			return len(line), len(line)
		}
		i = stop
	}
}

// LineEnd returns the position in Text where the line that holds position at
// ends. A line that a backslash continues does not end.
func (u *Unit) LineEnd(at int) int {
	for _, b := range u.breaks {
		if b >= at {
			return b
		}
	}
	return len(u.Text)
}

// Covers reports whether the document offset lies in the unit.
func (u *Unit) Covers(offset int) bool {
	first := u.segments[0].offset
	return offset >= first && offset <= u.Offset(len(u.Text))
}

// Offset returns the document offset of position at in the unit's text.
func (u *Unit) Offset(at int) int {
	k := sort.Search(len(u.segments), func(i int) bool { return u.segments[i].at > at }) - 1
	if k < 0 {
		return u.Doc.Start(u.First)
	}
	return min(u.segments[k].offset+at-u.segments[k].at, len(u.Doc.Data))
}
