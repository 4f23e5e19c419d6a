package upstream_test

import (
	"regexp/syntax"
	"strings"
	"unicode"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// oracle matches a set's rules the slow and plain way: every rule on every line,
// by backtracking over the pattern as it stands, with the original's own idea of
// a line and of a class.
type oracle struct {
	rules    []upstream.Rule
	patterns []*syntax.Regexp
	lines    func(text string) []string
	space    func(r rune) bool
	word     func(r rune) bool
}

// What stands for \s, \d and \b in a parsed pattern.
const (
	anySpace rune = 0xF0001 + iota
	anyDigit
	wordEdge
)

func sdkOracle() *oracle {
	return newOracle(upstream.SDK(), oracle{
		lines: func(text string) []string {
			text = strings.ReplaceAll(text, "\r\n", "\n")
			for _, end := range "\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029" {
				text = strings.ReplaceAll(text, string(end), "\n")
			}
			return strings.Split(text, "\n")
		},
		space: func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f },
		word:  func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' },
	})
}

func runtimeOracle() *oracle {
	return newOracle(upstream.Runtime(), oracle{
		lines: func(text string) []string { return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") },
		space: unicode.IsSpace,
		word: func(r rune) bool {
			return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc,
				unicode.Other_Alphabetic, unicode.Join_Control)
		},
	})
}

func newOracle(set *upstream.Set, o oracle) *oracle {
	o.rules = set.Rules()
	marks := strings.NewReplacer(`\\`, `\\`, `\s`, string(anySpace), `\d`, string(anyDigit), `\b`, string(wordEdge))
	for _, r := range o.rules {
		re, err := syntax.Parse(marks.Replace(r.Pattern), syntax.Perl)
		if err != nil {
			panic(err)
		}
		o.patterns = append(o.patterns, re)
	}
	return &o
}

// scan does what Set.ScanText does for the path "f".
func (o *oracle) scan(text string) []upstream.Finding {
	findings := []upstream.Finding{}
	for n, line := range o.lines(text) {
		for i, r := range o.rules {
			if o.search(o.patterns[i], []rune(line)) {
				findings = append(findings, upstream.Finding{
					Rule: r.Name, Severity: r.Severity, Message: r.Message, Path: "f", Line: n + 1,
				})
			}
		}
	}
	return findings
}

func (o *oracle) search(re *syntax.Regexp, line []rune) bool {
	for start := range len(line) + 1 {
		if o.match(re, line, start, func(int) bool { return true }) {
			return true
		}
	}
	return false
}

// match tells whether re matches line from at on and then agrees to the rest.
func (o *oracle) match(re *syntax.Regexp, line []rune, at int, then func(at int) bool) bool {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return then(at)
	case syntax.OpLiteral:
		for _, want := range re.Rune {
			if want == wordEdge {
				if o.wordAt(line, at-1) == o.wordAt(line, at) {
					return false
				}
				continue
			}
			if at == len(line) || !o.equal(want, line[at], re.Flags&syntax.FoldCase != 0) {
				return false
			}
			at++
		}
		return then(at)
	case syntax.OpCharClass, syntax.OpAnyCharNotNL:
		return at < len(line) && o.inClass(re, line[at]) && then(at+1)
	case syntax.OpCapture:
		return o.match(re.Sub[0], line, at, then)
	case syntax.OpConcat:
		return o.sequence(re.Sub, line, at, then)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if o.match(sub, line, at, then) {
				return true
			}
		}
		return false
	case syntax.OpQuest:
		return o.repeat(re.Sub[0], 0, 1, line, at, then)
	case syntax.OpStar:
		return o.repeat(re.Sub[0], 0, -1, line, at, then)
	case syntax.OpPlus:
		return o.repeat(re.Sub[0], 1, -1, line, at, then)
	case syntax.OpRepeat:
		return o.repeat(re.Sub[0], re.Min, re.Max, line, at, then)
	default:
		panic("no rule has a " + re.Op.String())
	}
}

func (o *oracle) sequence(subs []*syntax.Regexp, line []rune, at int, then func(at int) bool) bool {
	if len(subs) == 0 {
		return then(at)
	}
	return o.match(subs[0], line, at, func(at int) bool { return o.sequence(subs[1:], line, at, then) })
}

func (o *oracle) repeat(re *syntax.Regexp, least, most int, line []rune, at int, then func(at int) bool) bool {
	if least <= 0 && then(at) {
		return true
	}
	return most != 0 && o.match(re, line, at, func(next int) bool {
		return next > at && o.repeat(re, least-1, most-1, line, next, then)
	})
}

func (o *oracle) inClass(re *syntax.Regexp, r rune) bool {
	if re.Op == syntax.OpAnyCharNotNL {
		return r != '\n'
	}
	for i := 0; i < len(re.Rune); i += 2 {
		if r >= re.Rune[i] && r <= re.Rune[i+1] {
			return true
		}
	}
	return false
}

func (o *oracle) equal(want, got rune, fold bool) bool {
	switch {
	case want == anySpace:
		return o.space(got)
	case want == anyDigit:
		return unicode.IsDigit(got)
	case fold:
		return strings.EqualFold(string(want), string(got))
	}
	return want == got
}

func (o *oracle) wordAt(line []rune, at int) bool {
	return at >= 0 && at < len(line) && o.word(line[at])
}
