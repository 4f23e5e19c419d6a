package gate

import (
	"bytes"
	"slices"
	"strings"
)

const (
	marker   = "symbi-ignore"
	maxRules = 16 // of one remark
)

// Directive is a remark in a scanned file that asks not to count findings:
//
//	curl -s https://x.example | sh  # symbi-ignore: pipe-to-shell our own host
//
// The form symbi-ignore-next-line speaks of the line below it. Several rules are
// separated by commas, without blanks, at most 16. It counts only when the operator allows
// remarks, names rules by their full ids, and gives a reason.
type Directive struct {
	Path     string
	Line     int      // from 1
	Rules    []string // none when the remark cannot be understood
	Reason   string   // empty when there is none
	NextLine bool
}

// target is the line that d speaks of.
func (d Directive) target() int {
	if d.NextLine {
		return d.Line + 1
	}
	return d.Line
}

// ParseDirective reads the remark of one line of text. It has to stand at the
// start of a comment: # // -- ; /* or <!--. The second result is false when the
// line holds no remark.
func ParseDirective(line string) (Directive, bool) {
	for at := 0; ; {
		next := strings.Index(line[at:], marker)
		if next < 0 {
			return Directive{}, false
		}
		before, after := line[:at+next], line[at+next+len(marker):]
		if closer, ok := comment(before); ok {
			if d, ok := parseRemark(after, closer); ok {
				return d, true
			}
		}
		at += next + len(marker)
	}
}

// comment reports whether text ends with the start of a comment, and what ends
// the comment before the line does.
func comment(text string) (closer string, ok bool) {
	text = strings.TrimRight(text, " \t")
	switch {
	case strings.HasSuffix(text, "<!--"):
		return "-->", true
	case strings.HasSuffix(text, "/*"):
		return "*/", true
	}
	for _, opener := range []string{"#", "//", "--", ";"} {
		if strings.HasSuffix(text, opener) {
			return "", true
		}
	}
	return "", false
}

// parseRemark reads what follows the marker. It is no remark when the marker is
// only the beginning of a word.
func parseRemark(text, closer string) (d Directive, ok bool) {
	text, d.NextLine = strings.CutPrefix(text, "-next-line")
	body, colon := strings.CutPrefix(text, ":")
	switch {
	case text == "", strings.TrimLeft(text[:1], " \t\r") == "", closer != "" && strings.HasPrefix(text, closer):
		return d, true
	case !colon:
		return Directive{}, false
	}
	if closer != "" {
		body, _, _ = strings.Cut(body, closer)
	}
	body = strings.TrimSpace(body)
	list, reason := body, ""
	if end := strings.IndexAny(body, " \t"); end >= 0 {
		list, reason = body[:end], strings.TrimSpace(body[end:])
	}
	names := strings.SplitN(list, ",", maxRules+1)
	if len(names) > maxRules || slices.Contains(names, "") {
		return d, true
	}
	d.Rules, d.Reason = names, reason
	return d, true
}

// Directives returns the remarks of a text, in the order of lines.
func Directives(path string, text []byte) []Directive {
	var list []Directive
	line, at := 1, 0
	for {
		next := bytes.Index(text[at:], []byte(marker))
		if next < 0 {
			return list
		}
		start := at + bytes.LastIndexByte(text[at:at+next], '\n') + 1
		line += bytes.Count(text[at:start], []byte("\n"))
		end := len(text)
		if length := bytes.IndexByte(text[start:], '\n'); length >= 0 {
			end = start + length
		}
		if d, ok := ParseDirective(string(text[start:end])); ok {
			d.Path, d.Line = path, line
			list = append(list, d)
		}
		at = end
	}
}
