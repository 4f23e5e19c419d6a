package match_test

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

// block is how much text is cut into lanes at a time, and lane a quarter of
// it. Nothing depends on them but which seams the tests aim at.
const (
	block = 64 << 10
	lane  = block / 4
)

func TestScan(t *testing.T) {
	t.Parallel()
	type hits = []match.Hit
	for name, tc := range map[string]struct {
		literals []string
		text     string
		want     hits
	}{
		"no literals":        {nil, "text", nil},
		"no text":            {[]string{"ab"}, "", nil},
		"absent":             {[]string{"ab"}, "a b", nil},
		"whole text":         {[]string{"ab"}, "ab", hits{{0, 2}}},
		"case of the text":   {[]string{"curl"}, "cURL", hits{{0, 4}}},
		"case of a literal":  {[]string{"SOUL.md"}, "soul.MD", hits{{0, 7}}},
		"only letters fold":  {[]string{"a[", "a{", "a@", "a`"}, "A[A{A@A`", hits{{0, 2}, {1, 4}, {2, 6}, {3, 8}}},
		"overlap of one":     {[]string{"aa"}, "aaaa", hits{{0, 2}, {0, 3}, {0, 4}}},
		"overlap of several": {[]string{"abc", "bcd", "cde"}, "abcde", hits{{0, 3}, {1, 4}, {2, 5}}},
		"suffixes":           {[]string{"rl", "curl", "url"}, "curl", hits{{1, 4}, {2, 4}, {0, 4}}},
		"prefixes":           {[]string{"https", "http", "ht"}, "https", hits{{2, 2}, {1, 4}, {0, 5}}},
		"inside":             {[]string{"bc", "abcd"}, "abcd abce", hits{{0, 3}, {1, 4}, {0, 8}}},
		"fall back twice":    {[]string{"abab", "baba", "ab"}, "ababa", hits{{2, 2}, {0, 4}, {2, 4}, {1, 5}}},
		"duplicates":         {[]string{"ab", "xy", "AB", "ab"}, "ab", hits{{0, 2}, {2, 2}, {3, 2}}},
		"not ASCII":          {[]string{"é", "ẞß", "コマ"}, "éÉẞß コマンド", hits{{0, 2}, {1, 9}, {2, 16}}},
		"bytes":              {[]string{"\x00\x00", "\xff\xfe"}, "\x00\x00\x00\xff\xfe", hits{{0, 2}, {0, 3}, {1, 5}}},
		"line ends":          {[]string{"a\nb"}, "a\nb\r\n", hits{{0, 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newSet(t, tc.literals).Scan(nil, []byte(tc.text))
			if diff := gocmp.Diff(tc.want, got); diff != "" {
				t.Errorf("hits, want - got +:\n%s", diff)
			}
		})
	}
}

func TestScanAppends(t *testing.T) {
	t.Parallel()
	dst := []match.Hit{{Literal: 7, End: 7}}
	text := bytes.Repeat([]byte("ab "), 2*block/3)
	got := newSet(t, []string{"ab"}).Scan(dst, text)
	want := append(dst, naive([]string{"ab"}, text)...)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("hits, want - got +:\n%s", diff)
	}
}

func TestZeroSet(t *testing.T) {
	t.Parallel()
	if got := new(match.Set).Scan(nil, []byte("text")); got != nil {
		t.Errorf("got %v, want no hits", got)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		literals []string
		want     string
	}{
		"empty":    {[]string{"ab", ""}, `literal 1, "", is shorter than 2 bytes`},
		"one byte": {[]string{"x"}, `literal 0, "x", is shorter than 2 bytes`},
		"too much": {[]string{strings.Repeat("ab", 4<<20)}, "automaton of 8388609 states over 3 byte classes: more than 16777216 entries"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := match.New(tc.literals)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := gocmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("error, want - got +:\n%s", diff)
			}
		})
	}
}

// TestScanSeams puts one occurrence everywhere near the places where lanes and
// blocks meet: it must be found once.
func TestScanSeams(t *testing.T) {
	t.Parallel()
	const literal = "needle"
	set := newSet(t, []string{literal, "need", "dle!"})
	for _, size := range []int{block - 1, block, block + 1, 2*block + 300} {
		text := bytes.Repeat([]byte{'e'}, size)
		for seam := 0; seam <= size; seam += lane {
			for at := max(seam-8, 0); at < min(seam+8, size-len(literal)+1); at++ {
				copy(text[at:], literal)
				got := set.Scan(nil, text)
				want := []match.Hit{{Literal: 1, End: at + 4}, {Literal: 0, End: at + 6}}
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Fatalf("%d of %d bytes, hits, want - got +:\n%s", at, size, diff)
				}
				copy(text[at:], "eeeeee")
			}
		}
	}
}

// TestScanSizes does the same for every place in short texts of every size,
// whose lanes meet anywhere.
func TestScanSizes(t *testing.T) {
	t.Parallel()
	const literal = "ab"
	set := newSet(t, []string{literal})
	var got []match.Hit
	for size := len(literal); size < 600; size++ {
		text := bytes.Repeat([]byte{'a'}, size)
		for end := len(literal); end <= size; end++ {
			text[end-1] = 'b'
			got = set.Scan(got[:0], text)
			if len(got) != 1 || got[0].End != end {
				t.Fatalf("%d bytes: got %v, want one hit that ends at %d", size, got, end)
			}
			text[end-1] = 'a'
		}
	}
}

// TestScanRandom compares with the naive search over few distinct bytes, which
// makes literals overlap and contain each other.
func TestScanRandom(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "b", "A", "c", "\x00", "é", "\n"}
	draw := func(parts int) string {
		var b strings.Builder
		for range parts {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	for range 60 {
		literals := make([]string, 1+random.IntN(20))
		for i := range literals {
			literals[i] = draw(2 + random.IntN(8))
		}
		set := newSet(t, literals)
		for _, parts := range []int{random.IntN(300), random.IntN(6000), random.IntN(3 * block)} {
			text := []byte(draw(parts))
			if diff := gocmp.Diff(naive(literals, text), set.Scan(nil, text)); diff != "" {
				t.Fatalf("literals %q in %d bytes, hits, want - got +:\n%.2000s", literals, len(text), diff)
			}
		}
	}
}

//nolint:paralleltest // AllocsPerRun counts the allocations of the whole process
func TestScanAllocatesNothing(t *testing.T) {
	set := newSet(t, literals(700))
	text := corpus(3 * block)
	dst := set.Scan(nil, text)
	dst = append(dst, dst...)
	if n := testing.AllocsPerRun(10, func() { set.Scan(dst[:0], text) }); n != 0 {
		t.Errorf("%v allocations a scan, want none once there is room", n)
	}
}

func TestScanConcurrently(t *testing.T) {
	t.Parallel()
	set := newSet(t, literals(100))
	text := corpus(block)
	want := set.Scan(nil, text)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := set.Scan(nil, text); !slices.Equal(want, got) {
				t.Errorf("%d hits, want the same %d as alone", len(got), len(want))
			}
		})
	}
	all.Wait()
}

func newSet(tb testing.TB, literals []string) *match.Set {
	tb.Helper()
	set, err := match.New(literals)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// naive looks for each literal by itself.
func naive(literals []string, text []byte) []match.Hit {
	var hits []match.Hit
	folded := lower(string(text))
	for i, literal := range literals {
		literal = lower(literal)
		for from := 0; ; {
			at := strings.Index(folded[from:], literal)
			if at < 0 {
				break
			}
			from += at + 1
			hits = append(hits, match.Hit{Literal: i, End: from - 1 + len(literal)})
		}
	}
	slices.SortFunc(hits, func(a, b match.Hit) int {
		return cmp.Or(cmp.Compare(a.End, b.End),
			cmp.Compare(len(literals[b.Literal]), len(literals[a.Literal])),
			cmp.Compare(a.Literal, b.Literal))
	})
	return hits
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}
