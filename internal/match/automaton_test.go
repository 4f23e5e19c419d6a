package match_test

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

func expressions() []string {
	return []string{
		``, `a`, `abc`, `a|bc`, `^a`, `a$`, `^$`, `(?m)^a$`, `(?m)^$`, `\Aab\z`, `\bfoo\b`, `\Bo\B`, `o\b`, `\b`, `\B`, `x*`, `(?s)a.c`, `a.c`, `[^a]b`,
		`(?i)kelvin`, `(?i)[k-m]s`, `(?i)ß`, `é+`, `[α-ω]{2}`, `\pL\d`, `a{3,5}b`, `(?:ab){2}`, `(a*)*b`, `a[^\n]{0,8}b`, `(?i)\b(?:curl|wget)\b[^|\n]*\|\s*(?:ba|z)?sh\b`,
		`(?:^|[;&|]\s*)(\w+)=(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')`, `(?m)(?:^|\s)-c$`, `忽略[^。]{0,3}指令`, `(?m:^b)|c\z`, `\x{fffd}`, `[^\x00-\x7f]`, `$^`, `a\b.`, `(?m)$\n^a`,
	}
}

func texts() []string {
	return []string{
		"", "a", "abc", "xabcx", "bc", "\n", "a\nb", "b\na\n", "foo", "a foo b", "afoo", "foo_", "fooo", "\u212aelvin", "KELVIN ks", "ſS", "Kſ", "ẞ ß", "éé", "αβγ", "é1 a2",
		"aaab aaaaaab", "abab", "a12345678b a123456789b", "curl x | sh", "CURL x\n| bash", "wget 'a' |zsh.", `x; V="a \" b"`, `V='x`, "y -c\nz", "忽略以上指令", "忽略。以上指令",
		"\xff\xfe", "a\xffc", "\xc3", "c", "cc\n", strings.Repeat("ab ", 500), "日本語 text\u2028next", "a\r\nb", "a.", "a b",
	}
}

func TestAutomaton(t *testing.T) {
	t.Parallel()
	for _, pattern := range expressions() {
		a, re := newAutomaton(t, pattern), regexp.MustCompile(pattern)
		for range 2 { // as it is made, and made
			for _, text := range texts() {
				agree(t, a, re, text)
			}
		}
	}
}

// TestAutomatonGrows wants an automaton whose states do not fit to be right, and
// at last to give up.
func TestAutomatonGrows(t *testing.T) {
	t.Parallel()
	const pattern = `a[ab]{40}c`
	a, re := newAutomaton(t, pattern), regexp.MustCompile(pattern)
	state := uint32(1)
	for range 500 {
		var b strings.Builder
		for range 400 {
			state = state*1664525 + 1013904223
			b.WriteByte("ab"[state>>30&1])
		}
		agree(t, a, re, b.String())
		agree(t, a, re, b.String()+"c")
	}
	if _, known := a.Match("a"); known {
		t.Error("an automaton that only grows did not give up")
	}
}

func TestAutomatonConcurrently(t *testing.T) {
	t.Parallel()
	const pattern = `(?i)\bfoo\w*\s+ba[rz]$`
	a, re := newAutomaton(t, pattern), regexp.MustCompile(pattern)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, text := range append(texts(), "x Foobar BAZ", "foo bar.") {
				agree(t, a, re, text)
			}
		})
	}
	all.Wait()
}

func TestNoAutomaton(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for r := rune(0x4e00); r < 0x4e00+6000; r++ {
		b.WriteString(string(r) + "x|")
	}
	re, err := syntax.Parse(b.String(), syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := match.NewAutomaton(re); err == nil {
		t.Error("no error for an expression of 6,000 characters")
	}
}

// FuzzAutomaton compares with the expression itself.
func FuzzAutomaton(f *testing.F) {
	for i, pattern := range expressions() {
		f.Add(pattern, texts()[i%len(texts())], "x")
	}
	f.Fuzz(func(t *testing.T, pattern, first, second string) {
		parsed, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil || len(pattern) > 200 {
			return
		}
		a, err := match.NewAutomaton(parsed)
		if err != nil {
			return
		}
		re := regexp.MustCompile(pattern)
		for _, text := range []string{first, second, first + second, first + "\n" + second} {
			agree(t, a, re, text)
		}
	})
}

func newAutomaton(tb testing.TB, pattern string) *match.Automaton {
	tb.Helper()
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := match.NewAutomaton(parsed)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func agree(tb testing.TB, a *match.Automaton, re *regexp.Regexp, text string) {
	tb.Helper()
	if got, known := a.Match(text); known && got != re.MatchString(text) {
		tb.Errorf("%q in %q: got %v, want %v", re, text, got, !got)
	}
}
