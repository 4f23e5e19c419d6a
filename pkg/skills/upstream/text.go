package upstream

import (
	"bytes"
	"cmp"
	"regexp"
	"regexp/syntax"
	"slices"
	"sort"
	"sync"
	"unicode/utf8"
)

// matcher is a rule made ready to search.
type matcher struct {
	rule   rule
	gate   gate
	anchor group // the group of the gate by which candidates are found
	folds  bool  // the rule ignores case: its gate is for the folded text
	ascii  func() *regexp.Regexp
	wide   func() *regexp.Regexp
}

func newMatcher(r rule, d dialect, setFolds bool) matcher {
	re, err := syntax.Parse(d.ascii.Replace(r.Pattern), syntax.Perl)
	if err != nil {
		panic(err) // the rules are constants
	}
	m := matcher{
		rule:  r,
		ascii: sync.OnceValue(func() *regexp.Regexp { return d.compileASCII(r) }),
		wide:  sync.OnceValue(func() *regexp.Regexp { return d.compileWide(r) }),
	}
	m.gate, m.folds = newGate(re, setFolds)
	m.anchor = m.gate.rarest()
	return m
}

func newMatchers(rules []rule, d dialect, setFolds bool) []matcher {
	matchers := make([]matcher, len(rules))
	for i, r := range rules {
		matchers[i] = newMatcher(r, d, setFolds)
	}
	return matchers
}

// matches tells whether the rule's expression matches line.
func (m *matcher) matches(line []byte) bool {
	if isASCII(line) {
		return m.ascii().Match(line)
	}
	return m.wide().Match(line)
}

// hit is a rule that matched a line, both by index.
type hit struct{ line, rule int }

// ScanText scans one text and ascribes the findings to path. Findings come line
// by line and within a line in the order of the rules, one for a line and rule.
// Bytes that are not UTF-8 match as U+FFFD does.
func (s *Set) ScanText(text []byte, path string) []Finding {
	raw := &view{text: text, split: s.split}
	folded := raw
	if s.folds {
		folded = raw.fold()
	}
	seen := newSketch(folded.text)
	var hits []hit
	for i := range s.matchers {
		m := &s.matchers[i]
		switch {
		case !seen.mayPass(m.gate):
		case m.folds:
			hits = m.search(folded, raw, i, hits)
		default:
			hits = m.search(raw, raw, i, hits)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.rule, b.rule))
	})
	findings := make([]Finding, len(hits))
	for i, h := range hits {
		r := s.matchers[h.rule].rule
		findings[i] = Finding{Rule: r.Name, Severity: r.Severity, Message: r.Message, Path: path, Line: h.line + 1}
	}
	return findings
}

// search adds to hits the lines that the rule, which is number n in its set,
// matches. It looks for candidates in gated and for matches in raw.
func (m *matcher) search(gated, raw *view, n int, hits []hit) []hit {
	c := newCursor(gated.text, m.anchor)
	at := c.next(0)
	if at < 0 {
		return hits
	}
	lines := gated.lines()
	for line := 0; at >= 0; at = c.next(lines[line].start) {
		line += lineOf(lines[line:], at)
		if m.gate.admits(gated.line(line)) && m.matches(raw.line(line)) {
			hits = append(hits, hit{line, n})
		}
		if line++; line == len(lines) {
			break
		}
	}
	return hits
}

// lineOf returns the index of the line that holds the offset at.
func lineOf(lines []span, at int) int {
	return sort.Search(len(lines), func(i int) bool { return lines[i].start > at }) - 1
}

// view is a text with its lines, which are found when first asked for.
type view struct {
	text  []byte
	split func(text []byte) []span
	spans []span
}

func (v *view) lines() []span {
	if v.spans == nil {
		v.spans = v.split(v.text)
	}
	return v.spans
}

func (v *view) line(i int) []byte {
	at := v.lines()[i]
	return v.text[at.start:at.end]
}

// fold returns the view in lower case, the two characters beyond ASCII that
// equal an ASCII letter when case is ignored written as that letter.
func (v *view) fold() *view {
	lower := make([]byte, len(v.text))
	for i, c := range v.text {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	for special, letter := range map[string]string{"\u017f": "s", "\u212a": "k"} {
		if bytes.Contains(lower, []byte(special)) {
			lower = bytes.ReplaceAll(lower, []byte(special), []byte(letter))
		}
	}
	return &view{text: lower, split: v.split}
}

func isASCII(line []byte) bool {
	return !slices.ContainsFunc(line, func(c byte) bool { return c >= utf8.RuneSelf })
}
