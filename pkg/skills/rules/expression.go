package rules

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

// expression is a regular expression that first looks for literals of which
// one is part of every match, and then asks an automaton whether there is a
// match at all. Most texts have none, and both tell so much faster than the
// expression, which is then not even compiled. It is safe for concurrent use.
type expression struct {
	re    func() *regexp.Regexp
	quick func() *match.Automaton // gives nil when there is none
	gate  *match.Set              // nil when there are no such literals
	lower bool                    // the literals hold letters outside ASCII that have two cases
	lines bool                    // matches lie within a line
}

// lazy prepares an expression on first use, so that start-up does not pay for
// it.
func lazy(pattern string) func() *expression {
	return sync.OnceValue(func() *expression { return newExpression(pattern) })
}

// lazyLine prepares an expression whose matches lie within a line: of a long
// text it tries only the lines that hold one of its literals.
func lazyLine(pattern string) func() *expression {
	return sync.OnceValue(func() *expression {
		e := newExpression(pattern)
		e.lines = e.gate != nil && !e.lower
		return e
	})
}

func newExpression(pattern string) *expression {
	e := &expression{quick: func() *match.Automaton { return nil }, re: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })}
	if parsed, err := syntax.Parse(pattern, syntax.Perl); err == nil {
		e.quick = sync.OnceValue(func() *match.Automaton {
			a, err := match.NewAutomaton(parsed)
			if err != nil {
				return nil // the expression alone answers then
			}
			return a
		})
		if list := literals(parsed.Simplify()); len(list) > 0 {
			if set, err := match.New(list); err == nil {
				e.gate = set
			}
			for _, l := range list {
				e.lower = e.lower || strings.ToUpper(l) != l && !isASCII(l)
			}
		}
	}
	return e
}

// possible reports whether t can match.
func (e *expression) possible(t string) bool {
	if !e.passes(t) {
		return false
	}
	matched, known := e.asks(t)
	return matched || !known
}

func (e *expression) matches(t string) bool {
	if !e.passes(t) {
		return false
	}
	if matched, known := e.asks(t); known {
		return matched
	}
	return e.re().MatchString(t)
}

func (e *expression) asks(t string) (matched, known bool) {
	if a := e.quick(); a != nil {
		return a.Match(t)
	}
	return false, false
}

// passes reports whether t holds one of the literals. A letter outside ASCII can
// be the other case of one inside (K of Kelvin), so such texts always pass.
func (e *expression) passes(t string) bool {
	switch {
	case e.gate == nil || e.gate.Any(t):
		return true
	case isASCII(t):
		return false
	}
	return strings.ContainsAny(t, "\u212a\u017f") || e.lower && e.gate.Any(strings.ToLower(t))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// The methods are those of [regexp.Regexp].

func (e *expression) MatchString(t string) bool {
	if !e.lines || len(t) < longText {
		return e.matches(t)
	}
	for line := range strings.Lines(t) {
		if e.matches(strings.TrimSuffix(line, "\n")) {
			return true
		}
	}
	return false
}

const longText = 256 // bytes above which lines are tried one by one

func (e *expression) Match(b []byte) bool { return e.MatchString(string(b)) }

func (e *expression) FindString(t string) string {
	if !e.possible(t) {
		return ""
	}
	return e.re().FindString(t)
}

func (e *expression) FindStringIndex(t string) []int {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindStringIndex(t)
}

func (e *expression) FindStringSubmatch(t string) []string {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindStringSubmatch(t)
}

func (e *expression) FindStringSubmatchIndex(t string) []int {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindStringSubmatchIndex(t)
}

func (e *expression) FindAllString(t string, n int) []string {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindAllString(t, n)
}

func (e *expression) FindAllStringIndex(t string, n int) [][]int {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindAllStringIndex(t, n)
}

func (e *expression) FindAllStringSubmatch(t string, n int) [][]string {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindAllStringSubmatch(t, n)
}

func (e *expression) FindAllStringSubmatchIndex(t string, n int) [][]int {
	if !e.possible(t) {
		return nil
	}
	return e.re().FindAllStringSubmatchIndex(t, n)
}

func (e *expression) ReplaceAllString(t, by string) string {
	if !e.possible(t) {
		return t
	}
	return e.re().ReplaceAllString(t, by)
}

func (e *expression) ReplaceAllStringFunc(t string, by func(string) string) string {
	if !e.possible(t) {
		return t
	}
	return e.re().ReplaceAllStringFunc(t, by)
}

// literals returns texts in lower case of which at least one, in either case,
// is part of every match of re. It returns nil when there are no such texts of
// three bytes or more.
func literals(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		s := strings.ToLower(string(re.Rune))
		if len(s) < 3 || !oneCase(re) {
			return nil
		}
		return []string{s}
	case syntax.OpCapture, syntax.OpPlus:
		return literals(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literals(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if l := literals(sub); shortest(l) > shortest(best) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			l := literals(sub)
			if l == nil {
				return nil
			}
			all = append(all, l...)
		}
		return all
	default: // classes, assertions, and what may be absent
	}
	return nil
}

func shortest(list []string) int {
	n := 0
	for i, s := range list {
		if i == 0 || len(s) < n {
			n = len(s)
		}
	}
	return n
}

// oneCase reports whether lower case tells which letters the literal stands
// for: no letter has more than two cases.
func oneCase(re *syntax.Regexp) bool {
	for _, r := range re.Rune {
		if r == unicode.ReplacementChar || r >= utf8.RuneSelf && unicode.SimpleFold(unicode.SimpleFold(r)) != r {
			return false
		}
	}
	return true
}
