package spec

import (
	"bytes"
	"strings"
)

// split finds the fences of the frontmatter in text, which starts at offset in
// the file: `---` alone on the first line, then `---` or `...` alone on a line.
func (d *Document) split(text []byte, offset int) {
	d.Body, d.BodyOffset = text, offset
	first, rest, more := cutLine(text)
	if !isFence(first, "---") {
		d.fault("frontmatter-missing", missing(text))
		return
	}
	d.fenceForm(first, 1)
	start := len(text) - len(rest)
	for line := 2; more; line++ {
		var this []byte
		before := rest
		this, rest, more = cutLine(rest)
		if isFence(this, "---") || isFence(this, "...") {
			d.fenceForm(this, line)
			d.Frontmatter = text[start : len(text)-len(before)]
			d.Body = rest
			d.BodyOffset = offset + len(text) - len(rest)
			d.BodyLine = line + 1
			return
		}
	}
	d.fault("frontmatter-unclosed", unclosed(text))
}

// cutLine splits after the first line feed. The line comes without its end;
// more is false when there was no line feed.
func cutLine(text []byte) (line, rest []byte, more bool) {
	line, rest, more = bytes.Cut(text, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest, more
}

// isFence reports whether line is the marker, blanks at its end allowed.
func isFence(line []byte, marker string) bool {
	return string(bytes.TrimRight(line, " \t\r")) == marker
}

func (d *Document) fenceForm(line []byte, n int) {
	if string(line) != "---" {
		d.fault("fence-form", at(Pos{n, 1}, "the fence is %q, not exactly \"---\"", clip(string(line))))
	}
}

// missing says why there is no frontmatter: nothing, or a fence too late.
func missing(text []byte) hit {
	if len(bytes.TrimSpace(text)) == 0 {
		return at(Pos{1, 1}, "the file is empty")
	}
	blank := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
	line, _, _ := cutLine(text[blank:])
	if isFence(line, "---") {
		h := at(posAt(text, blank), "the opening fence is not on line 1, column 1")
		h.fix = "remove everything before the fence"
		return h
	}
	return at(Pos{1, 1}, "there is no frontmatter: line 1 is not \"---\"")
}

// unclosed points at the line that was most likely meant to close.
func unclosed(text []byte) hit {
	line := 1
	for rest, more := text, true; more; line++ {
		var this []byte
		this, rest, more = cutLine(rest)
		if s := strings.TrimSpace(string(this)); line > 1 && len(s) >= 3 && strings.Trim(s, "-") == "" {
			return at(Pos{line, 1}, "the frontmatter is never closed: %q is not a fence", clip(string(this)))
		}
	}
	return at(Pos{1, 1}, "the frontmatter is never closed")
}

// clip shortens text of a skill for a message.
func clip(s string) string {
	const limit = 60
	n := 0
	for i := range s {
		if n++; n > limit {
			return s[:i] + "…"
		}
	}
	return s
}
