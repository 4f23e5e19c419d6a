package match_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	const run = "ABCDEFGHIJKLabcdefghijkl"
	for name, tc := range map[string]struct {
		text string
		want match.Facts
	}{
		"empty":              {"", match.Facts{}},
		"ASCII":              {"plain text\r\n\t~", match.Facts{}},
		"NUL":                {"a long enough text with a \x00", match.Facts{NUL: true}},
		"NUL alone":          {"\x00", match.Facts{NUL: true}},
		"typography":         {"— “quotes” ‘a’ … • → ✓ § ° × ½ ² €", match.Facts{NonASCII: true}},
		"tree":               {"├── a\n│   └── b ═══ ▲ ⏱", match.Facts{NonASCII: true}},
		"emoji":              {"🚀 ✅ ⚠️ ▶️ 1️⃣ #️⃣ ©️ 🇩🇪 🆕", match.Facts{NonASCII: true}},
		"languages":          {"naïve café Škoda 日本語、コマンド。中文 한국어 العربية हिन्दी ไทย עברית", match.Facts{NonASCII: true}},
		"malformed":          {"\xff\xe2\x80\xc0\xad\xed\xa0\x80", match.Facts{NonASCII: true}},
		"soft hyphen":        {"cu\u00adrl", match.Facts{NonASCII: true, Suspicious: true}},
		"zero width":         {strings.Repeat("日", 30) + "\u200b", match.Facts{NonASCII: true, Suspicious: true}},
		"behind half a rune": {"\xe4\u200b", match.Facts{NonASCII: true, Suspicious: true}},
		"Cyrillic":           {"сurl", match.Facts{NonASCII: true, Suspicious: true}},
		"full width":         {"ｃｕｒｌ", match.Facts{NonASCII: true, Suspicious: true}},
		"tag":                {"🚀\U000E0041", match.Facts{NonASCII: true, Suspicious: true}},
		"selector on text":   {"a\uFE0F", match.Facts{NonASCII: true, Suspicious: true}},
		"selector first":     {"\uFE0F", match.Facts{NonASCII: true, Suspicious: true}},
		"selector twice":     {"⚠\uFE0F\uFE0F", match.Facts{NonASCII: true, Suspicious: true}},
		"selector on digit":  {"1\uFE0F", match.Facts{NonASCII: true, Suspicious: true}},
		"other selector":     {"⚠\uFE0E", match.Facts{NonASCII: true, Suspicious: true}},
		"24 of base64":       {run, match.Facts{LongRun: true}},
		"23 of base64":       {run[1:], match.Facts{}},
		"between quotes":     {`key = "` + run + `"`, match.Facts{LongRun: true}},
		"one capital":        {"some/path/to/a-filE_or/two", match.Facts{LongRun: true}},
		"no capital":         {"some/path/to/a-file_or/two", match.Facts{}},
		"no small letter":    {"SOME_VERY_LONG_VARIABLE_NAME", match.Facts{}},
		"rule":               {strings.Repeat("-", 80), match.Facts{}},
		"24 of hexadecimal":  {"0123456789abcdef01234567", match.Facts{LongRun: true}},
		"23 of hexadecimal":  {"g123456789abcdef01234567", match.Facts{}},
		"digits":             {strings.Repeat("1", 24), match.Facts{LongRun: true}},
		"cut in the middle":  {run[:12] + "." + run[12:], match.Facts{}},
		"cut by a high byte": {run[:12] + "\xc1" + run[12:], match.Facts{NonASCII: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, match.Inspect([]byte(tc.text))); diff != "" {
				t.Errorf("facts of %q, want - got +:\n%s", tc.text, diff)
			}
		})
	}
}

// TestInspectEveryCharacter compares with the list that follows, one character
// after the other.
func TestInspectEveryCharacter(t *testing.T) {
	t.Parallel()
	suspects := suspects()
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		want := unicode.Is(suspects, r)
		if got := match.Inspect(utf8.AppendRune(nil, r)).Suspicious; got != want {
			t.Errorf("%U suspicious: got %v, want %v", r, got, want)
		}
	}
}

// TestInspectNormalisation is the promise of Facts.Suspicious.
func TestInspectNormalisation(t *testing.T) {
	t.Parallel()
	isLetter := func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || match.Inspect(utf8.AppendRune(nil, r)).Suspicious {
			continue
		}
		if s := norm.NFKC.String(string(r)); strings.ContainsFunc(s, isLetter) {
			t.Errorf("%U is not suspicious but becomes %q", r, s)
		}
		if f := unicode.SimpleFold(r); isLetter(f) {
			t.Errorf("%U is not suspicious but folds to %q", r, f)
		}
		if unicode.In(r, unicode.Bidi_Control, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Join_Control) {
			t.Errorf("%U is not suspicious but invisible", r)
		}
	}
}

func suspects() *unicode.RangeTable {
	return &unicode.RangeTable{
		R16: []unicode.Range16{
			{0x00AA, 0x00AA, 1}, // ª
			{0x00AD, 0x00AD, 1}, // soft hyphen
			{0x00BA, 0x00BA, 1}, // º
			{0x0132, 0x0133, 1}, // digraphs IJ, L·, 'n
			{0x013F, 0x0140, 1},
			{0x0149, 0x0149, 1},
			{0x017F, 0x017F, 1}, // long s
			{0x01C4, 0x01CC, 1}, // digraphs DŽ, LJ, NJ, DZ
			{0x01F1, 0x01F3, 1},
			{0x0250, 0x058F, 1}, // IPA, modifiers, combining marks, Greek, Cyrillic, Armenian
			{0x061C, 0x061C, 1}, // Arabic letter mark
			{0x10A0, 0x10FF, 1}, // Georgian
			{0x115F, 0x1160, 1}, // Hangul fillers
			{0x13A0, 0x13FF, 1}, // Cherokee
			{0x17B4, 0x17B5, 1}, // Khmer inherent vowels
			{0x180B, 0x180F, 1}, // Mongolian selectors
			{0x1AB0, 0x1AFF, 1}, // combining marks
			{0x1C80, 0x1CBF, 1}, // Cyrillic C, Georgian
			{0x1D00, 0x1DFF, 1}, // phonetic, combining marks
			{0x1E9A, 0x1E9B, 1}, // a with ring, long s with dot
			{0x1F00, 0x1FFF, 1}, // Greek
			{0x200B, 0x200F, 1}, // zero width, directions
			{0x2028, 0x202F, 1}, // separators, directions, narrow space
			{0x2060, 0x206F, 1}, // invisible operators, directions
			{0x2071, 0x2071, 1}, // superscript and subscript letters
			{0x207F, 0x207F, 1},
			{0x2090, 0x209C, 1},
			{0x20A8, 0x20A8, 1}, // Rs
			{0x20D0, 0x20E2, 1}, // combining marks, but for the keycap
			{0x20E4, 0x20FF, 1},
			{0x2100, 0x214F, 1}, // letter-like
			{0x2160, 0x2188, 1}, // Roman numerals
			{0x249C, 0x24E9, 1}, // enclosed letters
			{0x2800, 0x2800, 1}, // empty braille cell
			{0x2C60, 0x2D2F, 1}, // Latin C, Coptic, Georgian
			{0x2DE0, 0x2DFF, 1}, // Cyrillic A
			{0x3164, 0x3164, 1}, // Hangul filler
			{0x3250, 0x3250, 1}, // PTE
			{0x32CC, 0x32CF, 1}, // squared units
			{0x3371, 0x33FF, 1},
			{0xA4D0, 0xA4FF, 1}, // Lisu
			{0xA640, 0xA69F, 1}, // Cyrillic B
			{0xA720, 0xA7FF, 1}, // Latin D
			{0xAB30, 0xABBF, 1}, // Latin E, Cherokee
			{0xFB00, 0xFB17, 1}, // Latin and Armenian ligatures
			{0xFE00, 0xFE0F, 1}, // variation selectors
			{0xFE20, 0xFE2F, 1}, // half marks
			{0xFE50, 0xFE6F, 1}, // small forms
			{0xFEFF, 0xFEFF, 1}, // byte order mark
			{0xFF10, 0xFF19, 1}, // full-width digits
			{0xFF21, 0xFF3A, 1}, // full-width letters
			{0xFF41, 0xFF5A, 1},
			{0xFFA0, 0xFFA0, 1}, // half-width filler
			{0xFFF0, 0xFFFB, 1}, // invisible, annotations
		},
		R32: []unicode.Range32{
			{0x10000, 0x1EFFF, 1}, // ancient and invented scripts, mathematical letters
			{0x1F100, 0x1F18D, 1}, // enclosed letters, but for AB and those from CL to VS
			{0x1F18F, 0x1F190, 1},
			{0xE0000, 0xEFFFF, 1}, // tags, variation selectors
		},
	}
}

// reference is Inspect without hurry.
type reference struct {
	suspects *unicode.RangeTable
	run, hex *regexp.Regexp
	emoji    *regexp.Regexp // presentation selectors that do what they are for
}

func newReference() reference {
	return reference{
		suspects: suspects(),
		run:      regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}`),
		hex:      regexp.MustCompile(`[0-9A-Fa-f]{24}`),
		emoji:    regexp.MustCompile(`[©®‼⁉™ℹ〰〽㊗㊙\x{2190}-\x{2BFF}\x{1F000}-\x{1FAFF}]\x{FE0F}|[#*0-9]\x{FE0F}\x{20E3}`),
	}
}

func (ref reference) inspect(text []byte) match.Facts {
	f := match.Facts{
		NUL:      strings.ContainsRune(string(text), 0),
		NonASCII: bytes.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }),
	}
	rest := ref.emoji.ReplaceAllFunc(text, func(m []byte) []byte {
		return bytes.ReplaceAll(m, []byte("\uFE0F"), []byte(" "))
	})
	for i := range rest {
		r, size := utf8.DecodeRune(rest[i:])
		f.Suspicious = f.Suspicious || size > 1 && unicode.Is(ref.suspects, r)
	}
	for _, run := range ref.run.FindAll(text, -1) {
		mixed := bytes.ContainsFunc(run, unicode.IsUpper) && bytes.ContainsFunc(run, unicode.IsLower)
		f.LongRun = f.LongRun || mixed || ref.hex.Match(run)
	}
	return f
}
