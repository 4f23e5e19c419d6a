package upstream

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// rule is a Rule and what Go needs to know of it.
type rule struct {
	Rule
	// wide says the same as Pattern for text with letters beyond ASCII, where
	// \b must become \W. Empty if the pattern has no \b.
	wide string
}

// dialect turns an original's expression into Go's. Only the classes differ: Go
// reads them as ASCII and leaves some white space out of \s even there.
type dialect struct {
	ascii *strings.Replacer // for lines of ASCII alone; \b, \w and \d are right already
	wide  *strings.Replacer
}

// pythonDialect is that of Python's re on str: \s is str.isspace, \w is
// str.isalnum and the underscore.
func pythonDialect() dialect {
	return newDialect(classes{
		asciiSpace: `\t-\r\x1c-\x1f `,
		space:      `\t-\r\x1c-\x1f \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`,
		digit:      `\p{Nd}`,
		word:       `\pL\pN_`,
	})
}

// rustDialect is that of the regex crate: \s is White_Space, \w is Alphabetic,
// marks, decimal digits, connectors and the two joiners.
func rustDialect() dialect {
	return newDialect(classes{
		asciiSpace: `\t-\r `,
		space:      `\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`,
		digit:      `\p{Nd}` + digitsOfUnicode16,
		word: `\pL\pM\p{Nd}\p{Nl}\p{Pc}\x{200c}\x{200d}` +
			`\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}` +
			digitsOfUnicode16 + lettersOfUnicode16,
	})
}

// What Unicode 16, which the runtime's tables follow, has and Unicode 15, which
// Go's follow, has not. The SDK's tables are those of the Python it runs on: Go's
// are Python 3.12's.
const (
	digitsOfUnicode16 = `\x{10d40}-\x{10d49}\x{116d0}-\x{116e3}\x{11bf0}-\x{11bf9}\x{16130}-\x{16139}` +
		`\x{16d70}-\x{16d79}\x{1ccf0}-\x{1ccf9}\x{1e5f1}-\x{1e5fa}`
	lettersOfUnicode16 = `\x{897}\x{1c89}\x{1c8a}\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{105c0}-\x{105f3}` +
		`\x{10d4a}-\x{10d65}\x{10d69}-\x{10d6d}\x{10d6f}-\x{10d85}\x{10ec2}-\x{10ec4}\x{10efc}` +
		`\x{11380}-\x{11389}\x{1138b}\x{1138e}\x{11390}-\x{113b5}\x{113b7}-\x{113c0}\x{113c2}\x{113c5}` +
		`\x{113c7}-\x{113ca}\x{113cc}-\x{113d3}\x{113e1}\x{113e2}\x{11bc0}-\x{11be0}\x{11f5a}` +
		`\x{13460}-\x{143fa}\x{16100}-\x{1612f}\x{16d40}-\x{16d6c}\x{18cff}\x{1e5d0}-\x{1e5f0}\x{2ebf0}-\x{2ee5d}`
)

// classes holds the insides of bracket expressions.
type classes struct{ asciiSpace, space, digit, word string }

func newDialect(c classes) dialect {
	return dialect{
		ascii: strings.NewReplacer(`\\`, `\\`, `\s`, `[`+c.asciiSpace+`]`),
		wide: strings.NewReplacer(`\\`, `\\`, `\s`, `[`+c.space+`]`, `\d`, `[`+c.digit+`]`,
			`\W`, `(?-i:[^`+c.word+`])`),
	}
}

// compileASCII returns r's expression for lines of ASCII alone.
func (d dialect) compileASCII(r rule) *regexp.Regexp {
	return regexp.MustCompile(d.ascii.Replace(r.Pattern))
}

// compileWide returns r's expression for any line.
func (d dialect) compileWide(r rule) *regexp.Regexp {
	pattern := r.Pattern
	if r.wide != "" {
		pattern = r.wide
	}
	return regexp.MustCompile(d.wide.Replace(pattern))
}

// span is where a line is in its text, its terminator left out.
type span struct{ start, end int }

// rustLines splits as str::lines does: at LF and CRLF.
func rustLines(text []byte) []span {
	lines := make([]span, 0, bytes.Count(text, []byte{'\n'})+1)
	for start := 0; start < len(text); {
		end := bytes.IndexByte(text[start:], '\n')
		if end < 0 {
			return append(lines, span{start, len(text)})
		}
		end += start
		next := end + 1
		if end > start && text[end-1] == '\r' {
			end--
		}
		lines = append(lines, span{start, end})
		start = next
	}
	return lines
}

// pythonLines splits as str.splitlines does after a file was read in text mode:
// at every character that Python takes for the end of a line.
func pythonLines(text []byte) []span {
	if !hasPythonBreak(text) {
		return rustLines(text)
	}
	lines := make([]span, 0, bytes.Count(text, []byte{'\n'})+1)
	start := 0
	for i := 0; i < len(text); {
		width := breakWidth(text[i:])
		if width == 0 {
			i++
			continue
		}
		lines = append(lines, span{start, i})
		i += width
		start = i
	}
	if start < len(text) {
		lines = append(lines, span{start, len(text)})
	}
	return lines
}

// hasPythonBreak tells whether text holds an end of line other than LF.
func hasPythonBreak(text []byte) bool {
	for _, c := range []byte("\r\v\f\x1c\x1d\x1e") {
		if bytes.IndexByte(text, c) >= 0 {
			return true
		}
	}
	return bytes.Contains(text, []byte("\u0085")) || bytes.Contains(text, []byte("\u2028")) ||
		bytes.Contains(text, []byte("\u2029"))
}

// breakWidth returns the length of the line end that text starts with, or 0.
func breakWidth(text []byte) int {
	switch c := text[0]; {
	case c == '\r' && len(text) > 1 && text[1] == '\n':
		return len("\r\n")
	case c >= '\n' && c <= '\r', c >= 0x1c && c <= 0x1e:
		return 1
	case c >= utf8.RuneSelf:
		if r, size := utf8.DecodeRune(text); r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return size
		}
	}
	return 0
}
