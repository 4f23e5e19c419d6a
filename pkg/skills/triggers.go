package skills

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// windowSize is how many bytes of a trigger the automaton looks for. It is
// built at every start, so it must be small; the rest of the trigger is
// compared where its window occurs.
const windowSize = 6

// The rules that are not rules but the engine's own.
const (
	ignoreRule = -1 - iota // remarks of the authors of skills
	escapeRule             // escapes that hide text
)

// triggers finds the triggers of all rules in a text.
type triggers struct {
	set     *match.Set
	foreign func() *match.Set // those outside ASCII, which few texts can hold
	windows [][]trigger       // by literal; those of foreign follow
	ascii   int               // literals of set
}

// trigger is a text that makes the engine ask rules. Its window begins at from.
type trigger struct {
	text  string // ASCII letters in lower case
	from  int
	rules []int32
}

// spot is a trigger that occurs in a text.
type spot struct {
	end   int // offset of the byte after it
	rules []int32
}

func newTriggers(list []*rules.Rule) (*triggers, error) {
	byText := map[string][]int32{`\x`: {escapeRule}, `\u00`: {escapeRule}, "charcode(": {escapeRule}, "symbi-ignore": {ignoreRule}}
	for i, r := range list {
		for _, t := range r.Triggers {
			key := strings.ToLower(t)
			byText[key] = append(byText[key], int32(i))
		}
	}
	t := &triggers{}
	var literals, foreign []string
	var after [][]trigger
	index := map[string]int{}
	for _, text := range slices.Sorted(mapKeys(byText)) {
		from := rarest(text)
		window := text[from:min(len(text), from+windowSize)]
		at, known := index[window]
		switch ascii := isASCII(window); {
		case !known && ascii:
			at = len(literals)
			literals, t.windows = append(literals, window), append(t.windows, nil)
		case !known:
			at = len(foreign)
			foreign, after = append(foreign, window), append(after, nil)
		}
		index[window] = at
		if one := (trigger{text, from, byText[text]}); isASCII(window) {
			t.windows[at] = append(t.windows[at], one)
		} else {
			after[at] = append(after[at], one)
		}
	}
	t.ascii = len(literals)
	t.windows = append(t.windows, after...)
	set, err := match.New(literals)
	if err != nil {
		return nil, fmt.Errorf("prepare triggers: %w", err)
	}
	t.set = set
	t.foreign = sync.OnceValue(func() *match.Set {
		set, err := match.New(foreign)
		if err != nil {
			return &match.Set{} // cannot be: every trigger has two bytes or more
		}
		return set
	})
	return t, nil
}

func mapKeys(m map[string][]int32) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// rarest returns where the window of a trigger begins that occurs least in
// ordinary text.
func rarest(text string) int {
	best, most := 0, -1
	for from := 0; from+windowSize <= len(text); from++ {
		score := 0
		for i := range windowSize {
			score += rarity(text[from+i])
		}
		if score > most {
			best, most = from, score
		}
	}
	return best
}

// rarity rates a byte by how seldom it is in English and in programs.
func rarity(c byte) int {
	if at := strings.IndexByte(" etaoinsrhldcumfpgwybvkxjqz", c); at >= 0 {
		return at
	}
	return 20
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// find appends the triggers in text to dst, in the order of their ends. Room
// for hits is hits, which is returned for the next call.
func (t *triggers) find(dst []spot, hits []match.Hit, text []byte) ([]spot, []match.Hit) {
	hits = t.set.Scan(hits[:0], text)
	if match.Inspect(text).NonASCII {
		n := len(hits)
		hits = t.foreign().Scan(hits, text)
		for i := n; i < len(hits); i++ {
			hits[i].Literal += t.ascii
		}
		if n < len(hits) {
			slices.SortStableFunc(hits, func(a, b match.Hit) int { return a.End - b.End })
		}
	}
	for _, h := range hits {
		for i := range t.windows[h.Literal] {
			one := &t.windows[h.Literal][i]
			start := h.End - min(windowSize, len(one.text)-one.from) - one.from
			if start >= 0 && start+len(one.text) <= len(text) && equalFold(text[start:start+len(one.text)], one.text) {
				dst = append(dst, spot{start + len(one.text), one.rules})
			}
		}
	}
	byEnd := func(a, b spot) int { return a.end - b.end }
	if !slices.IsSortedFunc(dst, byEnd) {
		slices.SortStableFunc(dst, byEnd)
	}
	return dst, hits
}

// equalFold reports whether b is lower, which is in lower case, in any case of
// its ASCII letters.
func equalFold(b []byte, lower string) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
