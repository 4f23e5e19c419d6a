package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	keepNothing     = ""
	keepLines       = "\n"
	keepLinesAndTab = "\n\t"

	emojiSelector = '\ufe0f' // asks for the coloured form of the symbol before it
)

// Sanitize makes text of several lines safe to show: line feeds stay, every
// other control character, bidirectional control, zero-width or otherwise
// invisible code point, and every byte that is not UTF-8 becomes a visible
// escape such as \u202e or \xff. An escape sequence of a terminal therefore
// shows as text.
//
// Zero-width joiners are escaped too, although emoji families use them: they
// hide text as well as any other. U+FE0F may follow a symbol (⚠️), nothing else.
// Text without such code points is returned unchanged.
func Sanitize(s string) string { return sanitize(s, keepLines) }

// SanitizeLine is [Sanitize] for text that must stay on one line: a line feed
// shows as \n.
func SanitizeLine(s string) string { return sanitize(s, keepNothing) }

func sanitize(s, keep string) string {
	if isPrintableASCII(s) {
		return s
	}
	var b strings.Builder
	done, prev := 0, rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		broken := r == utf8.RuneError && size == 1
		if broken || isUnsafe(prev, r) && !strings.ContainsRune(keep, r) {
			b.WriteString(s[done:i])
			done = i + size
			if broken {
				fmt.Fprintf(&b, `\x%02x`, s[i])
			} else {
				b.WriteString(visible(r))
			}
			r = 0 // an escape is no symbol
		}
		prev = r
		i += size
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isUnsafe reports whether r, which follows prev, must not reach a terminal.
func isUnsafe(prev, r rune) bool {
	switch {
	case r < 0x20:
		return true
	case r < 0x7f:
		return false
	case r < 0xa0:
		return true
	case r < 0xad, 0x3000 <= r && r < 0xd800 && r != 0x3164:
		return false // Latin and East Asian text, spared the tables
	case r == emojiSelector:
		return !unicode.Is(unicode.So, prev)
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

func visible(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
