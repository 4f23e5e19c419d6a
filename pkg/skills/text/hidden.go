package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Concealment is a way to write characters that a reader does not see, or sees
// as others.
type Concealment string

// The concealments.
const (
	Tags       Concealment = "tag characters"      // U+E0000–E007F: ASCII nobody sees
	Selectors  Concealment = "variation selectors" // a run of them carries bytes
	Bidi       Concealment = "bidirectional controls"
	ZeroWidth  Concealment = "zero-width characters"
	Mixed      Concealment = "letters of mixed scripts"
	Styled     Concealment = "full-width or styled letters"
	Escape     Concealment = "terminal escape sequences"
	SoftHyphen Concealment = "soft hyphens inside words"
)

// Concealed is one run of concealed characters.
type Concealed struct {
	How      Concealment
	Pos, End int    // byte offsets in the line
	Text     string // what it says, where that can be told
}

// FindConcealed lists the concealed runs of a line, left to right. What is part
// of ordinary writing is left out: emoji sequences, flags, one byte order mark
// at the start, joiners in scripts that need them.
func FindConcealed(line string) []Concealed {
	var out []Concealed
	add := func(how Concealment, pos, end int, said string) {
		if n := len(out); n > 0 && out[n-1].How == how && out[n-1].End == pos {
			out[n-1].End, out[n-1].Text = end, out[n-1].Text+said
			return
		}
		out = append(out, Concealed{how, pos, end, said})
	}
	prev := rune(0)
	for i, r := range line {
		_, size := utf8.DecodeRuneInString(line[i:])
		switch how, said := conceals(r, prev, line[i+size:]); {
		case how == "":
		case i == 0 && r == 0xfeff:
		default:
			add(how, i, i+size, said)
		}
		prev = r
	}
	out = append(dropShort(out), mixedWords(line)...)
	return out
}

func conceals(r, prev rune, rest string) (how Concealment, said string) {
	switch {
	case r < 0x20:
		if r == 0x1b {
			return Escape, ""
		}
	case r == 0xad:
		next, _ := utf8.DecodeRuneInString(rest)
		if unicode.IsLetter(prev) && unicode.IsLetter(next) && prev < 0x80 && next < 0x80 {
			return SoftHyphen, ""
		}
	case r >= 0xe0020 && r <= 0xe007e:
		if prev == 0x1f3f4 || prev >= 0xe0020 && prev <= 0xe007e && strings.HasPrefix(skipTags(rest), "\U000e007f") {
			return Tags, string(r - 0xe0000) // a flag so far; dropShort takes it out
		}
		return Tags, string(r - 0xe0000)
	case r == 0xe0001, r == 0xe007f:
		return Tags, ""
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		if isSelector(prev) || r >= 0xe0100 {
			return Selectors, selectorByte(r)
		}
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return Bidi, ""
	case r == 0x200b, r == 0x2060, r == 0x180e, r >= 0x2061 && r <= 0x2064, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
		return ZeroWidth, ""
	case r == 0xfeff:
		return ZeroWidth, ""
	case r == 0x200c, r == 0x200d:
		next, _ := utf8.DecodeRuneInString(rest)
		if prev < 0x250 && next < 0x250 && unicode.IsLetter(prev) && unicode.IsLetter(next) {
			return ZeroWidth, ""
		}
	}
	return "", ""
}

func isSelector(r rune) bool { return r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef }

func selectorByte(r rune) string {
	b := r - 0xfe00
	if r >= 0xe0100 {
		b = r - 0xe0100 + 16
	}
	return string([]byte{byte(b)}) //nolint:gosec // at most 255
}

func skipTags(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool { return r >= 0xe0020 && r <= 0xe007e })
}

// dropShort removes runs that occur in ordinary text: the tags of a flag, which
// are at most six, and a single stray selector.
func dropShort(list []Concealed) []Concealed {
	var out []Concealed
	for _, c := range list {
		runes := utf8.RuneCountInString(c.Text)
		if c.How == Tags && runes <= 6 || c.How == Selectors && runes < 4 {
			continue
		}
		out = append(out, c)
	}
	return out
}

// mixedWords finds words in which letters of another script look like Latin
// ones beside real Latin letters, and words in full-width or styled letters.
func mixedWords(line string) []Concealed {
	var out []Concealed
	for pos := 0; pos < len(line); {
		end := pos
		var latin, alike, foreign, styled int
		for end < len(line) {
			r, size := utf8.DecodeRuneInString(line[end:])
			if !unicode.IsLetter(r) {
				break
			}
			switch {
			case r < 0x80:
				latin++
			case lookalike(r) != 0:
				alike++
			case isStyled(r):
				styled++
			default:
				foreign++
			}
			end += size
		}
		switch {
		case latin > 1 && alike > 0 && foreign == 0:
			out = append(out, Concealed{Mixed, pos, end, Fold(line[pos:end])})
		case styled > 3 && foreign == 0:
			out = append(out, Concealed{Styled, pos, end, Fold(line[pos:end])})
		}
		if end == pos {
			_, size := utf8.DecodeRuneInString(line[pos:])
			end += size
		}
		pos = end
	}
	return out
}

func isStyled(r rune) bool {
	return r >= 0xff21 && r <= 0xff5a || r >= 0x1d400 && r <= 0x1d7ff || r >= 0x24b6 && r <= 0x24e9 || r >= 0x1f130 && r <= 0x1f189
}

// lookalike returns the ASCII letter that a Cyrillic, Greek or Armenian letter
// is drawn like, or 0.
func lookalike(r rune) rune {
	switch r {
	case 'а', 'α', 'ɑ':
		return 'a'
	case 'с', 'ϲ':
		return 'c'
	case 'ԁ':
		return 'd'
	case 'е', 'ҽ':
		return 'e'
	case 'ɡ':
		return 'g'
	case 'һ', 'հ':
		return 'h'
	case 'і', 'ι', 'ı':
		return 'i'
	case 'ј', 'ϳ':
		return 'j'
	case 'к', 'κ':
		return 'k'
	case 'ӏ', 'ⅼ':
		return 'l'
	case 'ո':
		return 'n'
	case 'о', 'ο', 'օ':
		return 'o'
	case 'р', 'ρ':
		return 'p'
	case 'ԛ':
		return 'q'
	case 'ѕ', 'ꜱ':
		return 's'
	case 'т', 'τ':
		return 't'
	case 'υ', 'ս':
		return 'u'
	case 'ν', 'ѵ':
		return 'v'
	case 'ԝ', 'ѡ':
		return 'w'
	case 'х', 'χ':
		return 'x'
	case 'у', 'γ':
		return 'y'
	case 'А', 'Α':
		return 'A'
	case 'В', 'Β':
		return 'B'
	case 'С':
		return 'C'
	case 'Е', 'Ε':
		return 'E'
	case 'Н', 'Η':
		return 'H'
	case 'І', 'Ι':
		return 'I'
	case 'Ј':
		return 'J'
	case 'К', 'Κ':
		return 'K'
	case 'М', 'Μ':
		return 'M'
	case 'О', 'Ο':
		return 'O'
	case 'Р', 'Ρ':
		return 'P'
	case 'Ѕ':
		return 'S'
	case 'Т', 'Τ':
		return 'T'
	case 'Х', 'Χ':
		return 'X'
	case 'У', 'Υ':
		return 'Y'
	case 0x212a:
		return 'K'
	case 0x17f:
		return 's'
	}
	return 0
}

// Fold returns line as a reader takes it: concealed characters removed, tag
// characters and styled letters as ASCII, look-alikes in mixed words as the
// Latin letters they imitate. It is equal to line when nothing is concealed.
func Fold(line string) string {
	var b strings.Builder
	for _, r := range line {
		switch {
		case r >= 0xe0020 && r <= 0xe007e:
			b.WriteRune(r - 0xe0000)
		case r == 0xad, r == 0x200b, r == 0x200c, r == 0x200d, r == 0x2060, r == 0xfeff, r == 0x180e, r >= 0x202a && r <= 0x202e, r >= 0x2061 && r <= 0x2069, isSelector(r), r == 0xe0001, r == 0xe007f:
		case lookalike(r) != 0:
			b.WriteRune(lookalike(r))
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFKC.String(b.String())
}
