package rules

import (
	"io/fs"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Version is the version of the default rule set. It changes whenever a rule is
// added, removed, or judges differently.
const Version = "1.0.0"

// Category groups rules by what an attacker wants.
type Category string

// Rule is everything that is known about one rule.
//
// A rule is asked about a unit of text (a line with what it is continued on, a
// paragraph) when the unit holds one of Triggers and its context is in In. Then
// Pattern must match, if there is one, and Judge decides, if there is one.
// A rule with Fact is asked about whole files instead, one with Conceals about
// characters that a reader does not see.
type Rule struct {
	ID         string
	Severity   Severity   // unless the judge says otherwise
	Confidence Confidence // before the context lowers it
	Category   Category
	Title      string   // what it is, a noun phrase
	Why        string   // what the harm is
	Fix        string   // what the author or operator does about it
	Refs       []string // OWASP ASI and AST, MITRE ATLAS, CWE ids

	In       text.Where
	Paths    []string // globs of paths, ** included; empty means all
	Triggers []string // ASCII letters match in either case; at least three bytes each; none of a custom rule means every line
	Pattern  string   // RE2; case counts unless it says (?i)
	Not      string   // RE2; a match of Pattern that overlaps a match of Not is dropped
	Judge    func(*Scene) []Hit
	Fact     func(*File) []Hit
	Conceals func(line string, list []text.Concealed) []Revealed

	Firm  bool // the context does not lower the confidence
	Trial bool // reported, but never refuses a skill

	Hits   []Sample // at least three, each a finding of this rule
	Misses []Sample // at least three, none a finding of this rule

	pattern, not func() *expression
}

// Sample is a file for the table test of a rule. Path is SKILL.md when empty;
// Link makes it a symbolic link to Link. Mode is added to 0644: a type, or
// executable bits.
type Sample struct {
	Path string
	Text string
	Link string
	Mode fs.FileMode
}

// Hit is what a rule found in a unit: a range of its text and, where they
// differ from the rule's own, severity, confidence and title.
type Hit struct {
	Pos, End   int
	Severity   Severity   // 0: the rule's
	Confidence Confidence // 0: the rule's
	Message    string     // "": the rule's title
	Reason     string     // why Confidence is lower than the rule's
}

// Revealed is a hit on concealed characters, and what they say.
type Revealed struct {
	Hit
	Said string
}

// compile prepares the patterns of r for lazy compilation.
func (r *Rule) compile() {
	prepare := func(pattern string) func() *expression {
		if pattern == "" {
			return nil
		}
		return lazy(pattern)
	}
	r.pattern, r.not = prepare(r.Pattern), prepare(r.Not)
}

// Find returns the hits of r in s. It does not look at triggers or context.
func (r *Rule) Find(s *Scene) []Hit {
	s.spans = s.spans[:0]
	if r.pattern != nil {
		for _, m := range r.pattern().FindAllStringIndex(s.Text, 16) {
			s.spans = append(s.spans, Span{m[0], m[1]})
		}
		if r.not != nil && len(s.spans) > 0 {
			s.spans = without(s.spans, r.not().FindAllStringIndex(s.Text, -1))
		}
		if len(s.spans) == 0 {
			return nil
		}
	}
	if r.Judge != nil {
		return r.reasoned(r.Judge(s))
	}
	hits := make([]Hit, 0, len(s.spans))
	for _, m := range s.spans {
		hits = append(hits, Hit{Pos: m.Pos, End: m.End})
	}
	return hits
}

// reasoned fills in why a hit is less certain than its rule where the judge
// only said that it is.
func (r *Rule) reasoned(hits []Hit) []Hit {
	for i := range hits {
		switch h := &hits[i]; {
		case h.Confidence == 0 || h.Confidence >= r.Confidence || h.Reason != "":
		case h.Confidence == Unlikely:
			h.Reason = "the target is a placeholder, or the text only shows it"
		default:
			h.Reason = "parts of it are inferred from the text around"
		}
	}
	return hits
}

func without(spans []Span, cut [][]int) []Span {
	kept := spans[:0]
	for _, s := range spans {
		overlaps := false
		for _, c := range cut {
			overlaps = overlaps || c[0] < s.End && s.Pos < c[1]
		}
		if !overlaps {
			kept = append(kept, s)
		}
	}
	return kept
}

// Span is a range of a unit's text.
type Span struct{ Pos, End int }

// Set is a rule set: rules in the order in which they are reported.
type Set struct {
	Name, Version string
	Rules         []*Rule
}

// Symbi returns the default rule set. Each call returns a new one, so that a
// caller may add rules.
func Symbi() *Set {
	s := &Set{Name: "symbi", Version: Version}
	for _, group := range groups() {
		for _, r := range group() {
			s.Add(r)
		}
	}
	return s
}

// Add appends a rule and prepares it.
func (s *Set) Add(r Rule) {
	r.compile()
	s.Rules = append(s.Rules, &r)
}

// Rule returns the rule with the id, or nil.
func (s *Set) Rule(id string) *Rule {
	for _, r := range s.Rules {
		if strings.EqualFold(r.ID, id) {
			return r
		}
	}
	return nil
}

// Applies reports whether r looks at files with the path.
func (r *Rule) Applies(path string) bool {
	for _, glob := range r.Paths {
		if ok, err := doublestar.Match(glob, path); ok && err == nil {
			return true
		}
	}
	return len(r.Paths) == 0
}
