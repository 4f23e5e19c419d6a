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

func TestScan(t *testing.T) {
	t.Parallel()
	type hits = []match.Hit
	blanks := strings.Repeat(" ", 32)
	for name, tc := range map[string]struct {
		literals []string
		text     string
		want     hits
	}{
		"no literals":        {nil, "text", nil},
		"no text":            {[]string{"abc"}, "", nil},
		"absent":             {[]string{"abc"}, "ab c", nil},
		"whole text":         {[]string{"abc"}, "abc", hits{{0, 3}}},
		"case of the text":   {[]string{"curl"}, "cURL", hits{{0, 4}}},
		"case of a literal":  {[]string{"SOUL.md"}, "soul.MD", hits{{0, 7}}},
		"only letters fold":  {[]string{"aa[", "aa{", "aa@", "aa`"}, "AA[AA{AA@AA`", hits{{0, 3}, {1, 6}, {2, 9}, {3, 12}}},
		"signs do not fold":  {[]string{"\x1b[3", "{;;;"}, ";{3 [\x1b;; \x1b{3 \x1b[\x13 \x1b[3", hits{{0, 20}}},
		"overlap of one":     {[]string{"aaa"}, "aaaaa", hits{{0, 3}, {0, 4}, {0, 5}}},
		"overlap of several": {[]string{"abcd", "bcde", "cdef"}, "abcdef", hits{{0, 4}, {1, 5}, {2, 6}}},
		"suffixes":           {[]string{"url", "curl", ".curl"}, ".curl", hits{{2, 5}, {1, 5}, {0, 5}}},
		"prefixes":           {[]string{"https", "http", "htt"}, "https", hits{{2, 3}, {1, 4}, {0, 5}}},
		"inside":             {[]string{"bcd", "abcde"}, "abcde abcdf", hits{{0, 4}, {1, 5}, {0, 10}}},
		"duplicates":         {[]string{"abc", "xyz", "ABC", "abc"}, "abc", hits{{0, 3}, {2, 3}, {3, 3}}},
		"not ASCII":          {[]string{"éé", "ẞß", "コマ"}, "ééÉÉẞß コマンド", hits{{0, 4}, {1, 13}, {2, 20}}},
		"bytes":              {[]string{"\x00\x00\x00", "\xff\xfe\xff"}, "\x00\x00\x00\x00\xff\xfe\xff", hits{{0, 3}, {0, 4}, {1, 7}}},
		"line ends":          {[]string{"a\nb"}, "a\nb\r\n", hits{{0, 3}}},
		"cut off":            {[]string{"abcdef", "xyz", "uvxy"}, "abcde", nil},
		"cut off in front":   {[]string{"abcdefgh"}, "defgh", nil},
		"runs side by side":  {[]string{blanks}, "a" + blanks + blanks + "  b" + blanks[1:] + "c" + blanks, hits{{0, 33}, {0, 65}, {0, 132}}},
		"a run of letters":   {[]string{strings.Repeat("A", 32), "aab"}, strings.Repeat("Aa", 17) + "b", hits{{0, 32}, {1, 35}}},
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
	text := bytes.Repeat([]byte("abc "), 5000)
	got := newSet(t, []string{"abc"}).Scan(dst, text)
	want := append(dst, naive([]string{"abc"}, text)...)
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
		"empty":     {[]string{"abc", ""}, `literal 1, "", is shorter than 3 bytes`},
		"two bytes": {[]string{"xy"}, `literal 0, "xy", is shorter than 3 bytes`},
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

// TestScanSizes puts one occurrence everywhere in texts of every size, with sets
// of few literals and of many.
func TestScanSizes(t *testing.T) {
	t.Parallel()
	for _, literal := range []string{"aab", "aaab", "aaaaaab"} {
		for _, set := range []*match.Set{newSet(t, []string{literal}), newSet(t, append([]string{literal}, literals(700)...))} {
			var got []match.Hit
			for size := len(literal); size < 80; size++ {
				text := bytes.Repeat([]byte{'a'}, size)
				for end := len(literal); end <= size; end++ {
					text[end-1] = 'b'
					got = set.Scan(got[:0], text)
					if len(got) != 1 || got[0].End != end || !set.Any(string(text)) {
						t.Fatalf("%q in %d bytes: got %v, want one hit that ends at %d", literal, size, got, end)
					}
					text[end-1] = 'a'
				}
				if set.Any(string(text)) {
					t.Fatalf("%q in %d bytes that do not hold it", literal, size)
				}
			}
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
			literals[i] = draw(3 + random.IntN(8))
		}
		set := newSet(t, literals)
		for _, parts := range []int{random.IntN(300), random.IntN(6000), random.IntN(100_000)} {
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
	text := corpus(200_000)
	dst := set.Scan(nil, text)
	dst = append(dst, dst...)
	if n := testing.AllocsPerRun(10, func() { set.Scan(dst[:0], text) }); n != 0 {
		t.Errorf("%v allocations a scan, want none once there is room", n)
	}
}

func TestScanConcurrently(t *testing.T) {
	t.Parallel()
	set := newSet(t, literals(100))
	text := corpus(60_000)
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
		step := 1
		if len(literal) >= 32 && strings.Trim(literal, literal[:1]) == "" {
			step = len(literal) // a run is found side by side
		}
		for from := 0; ; {
			at := strings.Index(folded[from:], literal)
			if at < 0 {
				break
			}
			from += at + step
			hits = append(hits, match.Hit{Literal: i, End: from - step + len(literal)})
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
