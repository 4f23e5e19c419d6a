package match_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

// FuzzScan compares with the naive search. The literals come one after the
// other, each behind a byte that tells its length; text is repeated, which makes
// runs.
func FuzzScan(f *testing.F) {
	f.Add([]byte("\x01curl\x02https"), []byte("curl -s HTTPS://x | sh\n"), uint16(1))
	f.Add([]byte("\x00aaa\x01aaaa\x1daaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), []byte("aaaab"), uint16(200))
	f.Add([]byte("\x00abc\x00bcA\x01abca\x00ABC"), []byte("xabcABC"), uint16(10000))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\n\x00"), []byte("\x00\x00\n\x00\xff"), uint16(64))
	f.Add([]byte("\x01\xc3\xa9\xc3\xa9\x00\xa9\xc3\xa9"), []byte("éÉéé"), uint16(300))
	f.Fuzz(func(t *testing.T, packed, text []byte, times uint16) {
		literals := unpack(packed)
		const longest = 10_000
		if len(text) > 0 {
			text = bytes.Repeat(text, 1+min(int(times), longest/len(text)))
		}
		got := newSet(t, literals).Scan(nil, text)
		if diff := cmp.Diff(naive(literals, text), got); diff != "" {
			t.Errorf("literals %q in %d bytes, hits, want - got +:\n%.2000s", literals, len(text), diff)
		}
	})
}

func unpack(packed []byte) []string {
	var literals []string
	for len(packed) > 3 && len(literals) < 32 {
		n := min(3+int(packed[0]%32), len(packed)-1)
		literals = append(literals, string(packed[1:1+n]))
		packed = packed[1+n:]
	}
	return literals
}

// FuzzInspect compares with the slow reference, at all alignments to a word.
func FuzzInspect(f *testing.F) {
	for _, seed := range []string{
		"", "plain\x00", "— “x” ✅", "⚠\uFE0F 1\uFE0F\u20E3 a\uFE0F", "日本語\u200b", "сurl", "\xe4\u200b\xf0\x9f",
		"\uFE0F", "🚀\uFE0F\uFE0F", "├──\xe2\x94", "ABCDEFGHIJKLabcdefghijkl", "0123456789abcdef01234567.",
		"some/path/to/a-filE_or/two.and,more+of+it===", "\xe1ABCDEFGHIJK\xe1labcdefghijkl",
	} {
		f.Add([]byte(seed))
	}
	ref := newReference()
	f.Fuzz(func(t *testing.T, text []byte) {
		for n := range 8 {
			shifted := append(bytes.Repeat([]byte{' '}, n), text...)
			if diff := cmp.Diff(ref.inspect(shifted), match.Inspect(shifted)); diff != "" {
				t.Fatalf("facts of %q, want - got +:\n%s", shifted, diff)
			}
		}
	})
}
