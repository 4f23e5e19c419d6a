package match

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// longRun is the length, in bytes, from which a run of base64 or hexadecimal
// characters counts.
const longRun = 24

// Eight bytes at a time: a number times eachByte is that number in each byte.
const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
)

// Facts are what [Inspect] found out about a text.
type Facts struct {
	// NUL: the text holds a zero byte.
	NUL bool

	// NonASCII: the text holds a byte above 0x7F.
	NonASCII bool

	// Suspicious: the text holds a character that is invisible, changes the
	// direction of others, or can pass for ASCII letters, in the eye of a
	// reader or in normal form. Without one, neither NFKC nor folding the case
	// brings an ASCII letter to light. Not suspicious are dashes, quotes,
	// arrows, box drawing, precomposed Latin, Hebrew, Arabic, the scripts of
	// India, Chinese, Japanese, Korean, full-width punctuation, and emoji with
	// the selector that makes them colourful. Suspicious are, whatever they
	// say, full-width letters and digits, Greek, Cyrillic, Armenian, Georgian and combining marks, and the joiners
	// and byte order marks of honest texts.
	Suspicious bool

	// LongRun: the text holds 24 or more bytes in a row of the alphabets of
	// base64 and base64url, a capital and a small letter among them, or 24 or
	// more hexadecimal digits in a row. That is what encodes 18 or 12 bytes.
	// Paths and names in small letters do not count; base32 and encodings in
	// shorter pieces escape.
	LongRun bool
}

// Inspect returns the facts about text. It looks at bytes and is not disturbed
// by malformed UTF-8: a character is found wherever its encoding stands.
func Inspect(text []byte) Facts {
	high := firstHigh(text)
	return Facts{
		NUL:        bytes.IndexByte(text, 0) >= 0,
		NonASCII:   high < len(text),
		Suspicious: hasSuspicious(text, high),
		LongRun:    hasLongRun(text),
	}
}

// Suspicious reports what [Inspect] does under this name.
func Suspicious(text []byte) bool { return hasSuspicious(text, firstHigh(text)) }

// firstHigh returns the offset of the first byte above 0x7F, or len(text).
func firstHigh(text []byte) int {
	i := 0
	for i+16 <= len(text) && (word(text, i)|word(text, i+8))&highBits == 0 {
		i += 16
	}
	for i < len(text) && text[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// word returns the eight bytes of text from i on.
func word(text []byte, i int) uint64 { return binary.LittleEndian.Uint64(text[i:]) }

// hasSuspicious reports whether text[from:] holds a suspicious character.
func hasSuspicious(text []byte, from int) bool {
	for i := from; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i += firstHigh(text[i:])
			continue
		}
		if plainSymbol(text[i:]) {
			i += 3
			continue
		}
		if n := firstLead(text[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == presentation:
			if !presentsEmoji(text, i) {
				return true
			}
		case size > 1 && suspicious(r):
			return true
		}
		i += size
	}
	return false
}

// firstLead returns the offset of the first byte with which a suspicious
// character can begin, or that of eight ASCII bytes if they come first, or
// len(text).
func firstLead(text []byte) int {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := word(text, i)
		if found := leads(w); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
		if w&highBits == 0 {
			return i
		}
	}
	for i < len(text) && leads(uint64(text[i])) == 0 {
		i++
	}
	return i
}

// leads sets the high bit of every byte of w with which a suspicious character
// can begin and clears all other bits. Those are the first bytes of characters
// from 0xC2 on, without 0xE4 to 0xE9 and 0xEB to 0xEE: CJK, Hangul and private
// use. See encodedBytes for the arithmetic.
func leads(w uint64) uint64 {
	low := w &^ highBits
	most := (low + (0x80-0x42)*eachByte) &^ (low + (0x80-0x64)*eachByte)
	ea := (low + (0x80-0x6A)*eachByte) &^ (low + (0x80-0x6B)*eachByte)
	rest := low + (0x80-0x6F)*eachByte
	return (most | ea | rest) & w & highBits
}

// plainSymbol reports whether text begins with a character from U+2500 to
// U+27FF. A third of what is not ASCII in skills is, for the most part box
// drawing, and none of it is suspicious.
func plainSymbol(text []byte) bool {
	return len(text) >= 3 && text[0] == 0xE2 && text[1]-0x94 < 0xA0-0x94 && text[2]&0xC0 == 0x80
}

// presentation is variation selector 16, which asks for the colourful form of
// the symbol before it.
const presentation = '\uFE0F'

// presentsEmoji reports whether the presentation selector at text[i] does what
// it is for: it follows a symbol that is not suspicious itself, or makes a keycap.
func presentsEmoji(text []byte, i int) bool {
	switch r, _ := utf8.DecodeLastRune(text[:i]); {
	case r == '#' || r == '*' || '0' <= r && r <= '9':
		return bytes.HasPrefix(text[i+len(string(presentation)):], []byte("\u20E3"))
	case r == '©' || r == '®' || r == '‼' || r == '⁉':
		return true
	case r == '〰' || r == '〽' || r == '㊗' || r == '㊙':
		return true
	default:
		return 0x2190 <= r && r < 0x2C00 || 0x1F000 <= r && r < 0x1FB00
	}
}

// suspicious reports whether r is one of the characters that Facts describes,
// variation selector 16 apart. The blocks are taken whole where nearly all of
// a block qualifies.
func suspicious(r rune) bool {
	switch {
	case r < 0x0250: // Latin: ordinals, soft hyphen, digraphs, long s
		return r == 0xAA || r == 0xAD || r == 0xBA || r == 0x017F || r == 0x0149 ||
			in(r, 0x0132, 0x0133) || in(r, 0x013F, 0x0140) || in(r, 0x01C4, 0x01CC) || in(r, 0x01F1, 0x01F3)
	case r < 0x2000:
		return suspiciousLetter(r)
	case r < 0x2500:
		return suspiciousSymbol(r)
	case r < 0x2C60: // box drawing, dingbats, arrows, but for the empty braille cell
		return r == 0x2800
	case r < 0xA4D0: // most of CJK
		return r < 0x2D30 || in(r, 0x2DE0, 0x2DFF) || // Latin C, Coptic, Georgian; Cyrillic A
			r == 0x3164 || r == 0x3250 || in(r, 0x32CC, 0x32CF) || in(r, 0x3371, 0x33FF) // filler, squared Latin
	case r < 0xAC00:
		return r < 0xA500 || in(r, 0xA640, 0xA69F) || in(r, 0xA720, 0xA7FF) || in(r, 0xAB30, 0xABBF) // Lisu, Cyrillic B, Latin D and E, Cherokee
	case r < 0xFB00: // Hangul, private use, CJK
		return false
	case r < 0x10000:
		return r < 0xFB18 || in(r, 0xFE00, 0xFE0E) || in(r, 0xFE20, 0xFE2F) || in(r, 0xFE50, 0xFE6F) || // ligatures, selectors, half marks, small forms
			r == 0xFEFF || in(r, 0xFF10, 0xFF19) || in(r, 0xFF21, 0xFF3A) || in(r, 0xFF41, 0xFF5A) || r == 0xFFA0 || in(r, 0xFFF0, 0xFFFB)
	case r < 0x1F000: // ancient and invented scripts, mathematical letters
		return true
	case r < 0x20000: // enclosed letters, but for those that are one emoji
		return in(r, 0x1F100, 0x1F18D) || in(r, 0x1F18F, 0x1F190)
	default: // tags and variation selectors
		return in(r, 0xE0000, 0xEFFFF)
	}
}

// suspiciousLetter is suspicious from U+0250 to U+1FFF.
func suspiciousLetter(r rune) bool {
	switch {
	case r < 0x0590: // phonetic, modifiers, combining marks, Greek, Cyrillic, Armenian
		return true
	case r < 0x1000:
		return r == 0x061C // Arabic letter mark
	case r < 0x1800:
		return in(r, 0x10A0, 0x10FF) || in(r, 0x115F, 0x1160) || in(r, 0x13A0, 0x13FF) || in(r, 0x17B4, 0x17B5)
	default:
		return in(r, 0x180B, 0x180F) || in(r, 0x1AB0, 0x1AFF) || in(r, 0x1C80, 0x1CBF) ||
			in(r, 0x1D00, 0x1DFF) || in(r, 0x1E9A, 0x1E9B) || in(r, 0x1F00, 0x1FFF)
	}
}

// suspiciousSymbol is suspicious from U+2000 to U+24FF.
func suspiciousSymbol(r rune) bool {
	switch {
	case r < 0x2070: // zero width, separators, directions, invisible operators
		return in(r, 0x200B, 0x200F) || in(r, 0x2028, 0x202F) || in(r, 0x2060, 0x206F)
	case r < 0x2100: // superscripts, the rupee sign, marks around symbols but for the keycap
		return r == 0x2071 || r == 0x207F || in(r, 0x2090, 0x209C) || r == 0x20A8 || r >= 0x20D0 && r != 0x20E3
	default: // letter-like, Roman numerals, enclosed letters
		return r < 0x2150 || in(r, 0x2160, 0x2188) || in(r, 0x249C, 0x24E9)
	}
}

func in(r, low, high rune) bool { return low <= r && r <= high }

// hasLongRun reads eight bytes at a time. A run of 24 holds two such words
// entirely, wherever it begins; only two in which no byte is below '+' are
// worth a closer look. A byte above 0x7F can make its neighbour seem larger,
// never smaller.
func hasLongRun(text []byte) bool {
	const offset = (0x80 - '+') * eachByte
	for i := 0; i+16 <= len(text); i += 8 {
		a, b := word(text, i), word(text, i+8)
		if (a+offset)&(b+offset)&highBits != highBits || encodedBytes(a)&encodedBytes(b) != highBits {
			continue
		}
		start, end := i, i+16
		for start > 0 && encoded(text[start-1]) {
			start--
		}
		for end < len(text) && encoded(text[end]) {
			end++
		}
		if end-start >= longRun && payload(text[start:end]) {
			return true
		}
		i = end - 7
	}
	return false
}

func encoded(c byte) bool { return encodedBytes(uint64(c)) != 0 }

// encodedBytes sets the high bit of every byte of w that is in an alphabet of
// base64 and clears all other bits.
//
// Adding 0x80-n to a byte below 0x80 sets its high bit if the byte is n or
// more, and never carries into the next byte.
func encodedBytes(w uint64) uint64 {
	low := w &^ highBits
	letter := low | 0x20*eachByte
	letter = (letter + (0x80-'a')*eachByte) &^ (letter + (0x80-'z'-1)*eachByte)
	digit := (low + (0x80-'0')*eachByte) &^ (low + (0x80-'9'-1)*eachByte)
	// Of the five from plus to slash, those in use are odd.
	sign := (low + (0x80-'+')*eachByte) &^ (low + (0x80-'/'-1)*eachByte) & (low << 7)
	underscore := (low + (0x80-'_')*eachByte) &^ (low + (0x80-'_'-1)*eachByte)
	return (letter | digit | sign | underscore) &^ w & highBits
}

// payload reports whether a run of encoded bytes is what LongRun describes.
func payload(run []byte) bool {
	var capital, small bool
	digits := 0 // hexadecimal ones in a row
	for _, c := range run {
		switch {
		case c > 'f':
			small, digits = true, 0
		case c >= 'a':
			small, digits = true, digits+1
		case c == '_':
			digits = 0
		case c > 'F':
			capital, digits = true, 0
		case c >= 'A':
			capital, digits = true, digits+1
		case c >= '0':
			digits++
		default:
			digits = 0
		}
		if digits == longRun || capital && small {
			return true
		}
	}
	return false
}
