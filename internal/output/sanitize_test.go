package output_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func TestSanitize(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, text, line string }{
		"empty":               {"", "", ""},
		"ASCII":               {"plain ~ text", "plain ~ text", "plain ~ text"},
		"line feed":           {"a\nb", "a\nb", `a\nb`},
		"tab and return":      {"a\tb\r\n", `a\tb\r` + "\n", `a\tb\r\n`},
		"bell, DEL, C1":       {"\a\x7f\u0085\u009b", `\u0007\u007f\u0085\u009b`, `\u0007\u007f\u0085\u009b`},
		"colour sequence":     {"\x1b[31mred", `\u001b[31mred`, `\u001b[31mred`},
		"window title (OSC)":  {"\x1b]0;evil\x07", `\u001b]0;evil\u0007`, `\u001b]0;evil\u0007`},
		"hyperlink (OSC 8)":   {"\x1b]8;;http://x\x1b\\y", `\u001b]8;;http://x\u001b\y`, `\u001b]8;;http://x\u001b\y`},
		"bidi override":       {"a\u202egnp.exe", `a\u202egnp.exe`, `a\u202egnp.exe`},
		"bidi isolates":       {"\u2066\u2069\u061c", `\u2066\u2069\u061c`, `\u2066\u2069\u061c`},
		"zero width":          {"a\u200bb\u200d\ufeff\u2060", `a\u200bb\u200d\ufeff\u2060`, `a\u200bb\u200d\ufeff\u2060`},
		"soft hyphen":         {"a\u00adb", `a\u00adb`, `a\u00adb`},
		"line separators":     {"a\u2028b\u2029", `a\u2028b\u2029`, `a\u2028b\u2029`},
		"tag characters":      {"\U000e0041\U000e007f", `\U000e0041\U000e007f`, `\U000e0041\U000e007f`},
		"invisible letters":   {"\u3164\u115f\uffa0\u034f", `\u3164\u115f\uffa0\u034f`, `\u3164\u115f\uffa0\u034f`},
		"variation selectors": {"a\ufe0f\ufe00\U000e0100", `a\ufe0f\ufe00\U000e0100`, `a\ufe0f\ufe00\U000e0100`},
		"broken UTF-8":        {"a\xff\xc3(\xe2\x82", `a\xff\xc3(\xe2\x82`, `a\xff\xc3(\xe2\x82`},
		"replacement stays":   {"a\ufffdb", "a\ufffdb", "a\ufffdb"},
		"noncharacters":       {"\ufffe\U0001ffff", `\ufffe\U0001ffff`, `\ufffe\U0001ffff`},
		"scripts stay":        {"naïve 日本語 한국어 עברית العربية ไทย", "naïve 日本語 한국어 עברית العربية ไทย", "naïve 日本語 한국어 עברית العربية ไทย"},
		"emoji stay":          {"🚀 ⚠️ ✔️ 👍🏽 🇩🇪", "🚀 ⚠️ ✔️ 👍🏽 🇩🇪", "🚀 ⚠️ ✔️ 👍🏽 🇩🇪"},
		"emoji joiner goes":   {"👩\u200d🚀", `👩\u200d🚀`, `👩\u200d🚀`},
		"selector once only":  {"⚠\ufe0f\ufe0f", "⚠\ufe0f" + `\ufe0f`, "⚠\ufe0f" + `\ufe0f`},
		"private use stays":   {"\ue0b0", "\ue0b0", "\ue0b0"},
		"around the safe run": {"\x00日\x00", `\u0000日\u0000`, `\u0000日\u0000`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.text, output.Sanitize(tc.in)); diff != "" {
				t.Errorf("Sanitize (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.line, output.SanitizeLine(tc.in)); diff != "" {
				t.Errorf("SanitizeLine (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryRune holds the short cuts of the sanitiser against the tables.
func TestEveryRune(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		got := output.SanitizeLine("a" + string(r))
		if unchanged := got == "a"+string(r); unchanged == forbidden(r) {
			t.Errorf("%U became %q", r, got)
		}
	}
}

// forbidden is the promise, spelled as in the Unicode database.
func forbidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Join_Control,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// firstForbidden returns a description of the first code point of s that must
// not be shown, or "". U+FE0F may follow a symbol.
func firstForbidden(s, keep string) string {
	prev := rune(0)
	for i, r := range s {
		switch {
		case strings.ContainsRune(keep, r):
		case r == '\ufe0f' && unicode.Is(unicode.So, prev):
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			return fmt.Sprintf("byte %#x at %d", s[i], i)
		case forbidden(r):
			return fmt.Sprintf("%U at %d", r, i)
		}
		prev = r
	}
	return ""
}

func FuzzSanitize(f *testing.F) {
	for _, seed := range []string{"", "a", "\x1b]0;x\a", "a\u202eb", "\xff\xfe", "⚠️", "👩\u200d🚀", "a\r\n\tb", "\U000e0041", "\xe2\ufe0f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, pair := range []struct{ out, keep string }{{output.Sanitize(in), "\n"}, {output.SanitizeLine(in), ""}} {
			if bad := firstForbidden(pair.out, pair.keep); bad != "" {
				t.Errorf("%q became %q with %s", in, pair.out, bad)
			}
		}
		once := output.SanitizeLine(in)
		if twice := output.SanitizeLine(once); once != twice {
			t.Errorf("not stable: %q, then %q", once, twice)
		}
		if firstForbidden(in, "") == "" && once != in {
			t.Errorf("harmless %q became %q", in, once)
		}
	})
}

// hostile draws strings rich in what terminals, YAML and CSV trip over.
func hostile() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.StringN(0, 8, -1),
		rapid.SampledFrom([]string{
			"\x1b[2J", "\x1b]0;t\a", "\u202e", "\u200b", "\u200d", "\ufeff", "\U000e0041", "⚠️", "👍🏽", "🇩🇪", "\ufe0f",
			"\n", "\r", "\t", "\x00", "\x7f", "\u0085", "\u2028", "\xff", "\xe2\x82", "日本", "=1+1", "- ", ": ", " #", "|", "'", `"`, `\`,
			"yes", "0x1", "1:30", "~", "null", "...", "---", "<<", "&a", "*a", "!t", "%", "@", "`", " ", "\u00a0", "\u3000", "\ue000", "\ufffe",
		}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 4), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.Rune(), func(r rune) string { return string(r) }),
	)
	return rapid.Map(rapid.SliceOfN(piece, 0, 5), func(p []string) string { return strings.Join(p, "") })
}

type message struct {
	Text string         `json:"text"`
	More map[string]any `json:"more"`
}

func drawMessages(t *rapid.T) []message {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) message {
		return message{Text: hostile().Draw(t, "text"), More: map[string]any{hostile().Draw(t, "key"): hostile().Draw(t, "value")}}
	}), 0, 4).Draw(t, "messages")
}

func messagesView(rows []message, header string) output.List[message] {
	return output.List[message]{
		Rows: rows, Empty: header, Summary: header,
		Columns: []output.Column[message]{
			{Header: "N", Cell: func(m message) string { return fmt.Sprint(len(m.Text)) }},
			{Header: header, Cell: func(m message) string { return m.Text }},
			{Header: "MORE", Cell: func(m message) string { return fmt.Sprint(m.More) }},
		},
		Name: func(m message) string { return m.Text },
	}
}

// TestNothingHostileGetsOut: whatever the strings are, no format lets a
// forbidden code point through. JSON keeps the promise by escapes.
func TestNothingHostileGetsOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, header := drawMessages(t), hostile().Draw(t, "header")
		views := []output.View{
			messagesView(rows, header),
			output.Record{Value: rows, Fields: []output.Field{{Name: header, Value: header}}},
			output.Text(header),
		}
		for _, view := range views {
			for _, format := range output.Formats() {
				check(t, output.Options{Format: format, Width: 40}, view, "\n")
			}
			check(t, output.Options{JQ: ".., (.. | tojson? ), (.. | keys?)"}, view, "\n\t")
			check(t, output.Options{Template: "{{.}} {{json .}} {{printf `%q` .}}"}, view, "\n\t")
		}
	})
}

func check(t *rapid.T, o output.Options, v output.View, keep string) {
	t.Helper()
	if _, isText := v.(output.Text); isText {
		keep = "\n\t" // its own bytes
	}
	var buf bytes.Buffer
	o.Out = &buf
	p, err := output.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Print(v); err != nil {
		t.Fatalf("%+v: %v", o, err)
	}
	if bad := firstForbidden(buf.String(), keep); bad != "" {
		t.Errorf("format %s, jq %s, template %s: %s in %q", o.Format, o.JQ, o.Template, bad, buf.String())
	}
}

// TestJSONLosesNothing: what is UTF-8 comes back as it was, the rest as U+FFFD.
func TestJSONLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := hostile().Draw(t, "text")
		for name, encode := range map[string]func(any) ([]byte, error){"json": output.EncodeJSON, "jsonl": output.EncodeJSONLine} {
			data, err := encode(map[string]string{want: want})
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]string
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatalf("%s: %v in %s", name, err, data)
			}
			valid := string([]rune(want))
			if diff := cmp.Diff(map[string]string{valid: valid}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}
