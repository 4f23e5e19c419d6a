package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

const maxRuleFile = 1 << 20

// LoadError says what is wrong with a rule file, and where.
type LoadError struct {
	File         string
	Line, Column int
	Rule         string // id of the rule, "" when the fault lies outside a rule
	Message      string
	Hint         string
}

// Error returns file, line, column, rule, message and hint.
func (e *LoadError) Error() string {
	text := fmt.Sprintf("%s:%d:%d: ", e.File, e.Line, e.Column)
	if e.Rule != "" {
		text += "rule " + e.Rule + ": "
	}
	text += e.Message
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// customRule is the form of a rule in a file.
type customRule struct {
	ID         string         `yaml:"id"`
	Severity   string         `yaml:"severity"`
	Confidence string         `yaml:"confidence"`
	Category   string         `yaml:"category"`
	Title      string         `yaml:"title"`
	Why        string         `yaml:"why"`
	Fix        string         `yaml:"fix"`
	Refs       []string       `yaml:"refs"`
	In         []string       `yaml:"in"`
	Paths      []string       `yaml:"paths"`
	Pattern    string         `yaml:"pattern"`
	Not        string         `yaml:"not"`
	Trial      bool           `yaml:"trial"`
	Hits       []customSample `yaml:"hits"`
	Misses     []customSample `yaml:"misses"`
}

// customSample is a text, or a path with a text.
type customSample Sample

// UnmarshalYAML accepts a string or a mapping with path and text.
func (s *customSample) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		s.Text = n.Value
		return nil
	}
	var m struct{ Path, Text string }
	if err := n.Decode(&m); err != nil {
		return err
	}
	s.Path, s.Text = m.Path, m.Text
	return nil
}

// Load reads an operator's rules from YAML. Every fault is a [*LoadError]; they
// are joined, so that all of them can be mended at once. Patterns are RE2: what
// RE2 lacks is refused with a way out.
func Load(r io.Reader, file string) ([]Rule, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxRuleFile+1))
	if err != nil {
		return nil, fmt.Errorf("read rules %s: %w", file, err)
	}
	l := &loader{file: file}
	if len(data) > maxRuleFile {
		l.fail(nil, "", "the file is larger than 1 MiB", "")
		return nil, l.err()
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			l.fail(nil, "", "the file is empty", "begin with `version: 1` and a list `rules:`")
		} else {
			l.fail(nil, "", strings.TrimPrefix(err.Error(), "yaml: "), "")
		}
		return nil, l.err()
	}
	root := doc.Content[0]
	l.known(root, "", "version", "rules")
	list := child(root, "rules")
	if list == nil || list.Kind != yaml.SequenceNode {
		l.fail(root, "", "a list `rules:` is wanted", "")
		return nil, l.err()
	}
	if v := child(root, "version"); v == nil || v.Value != "1" {
		l.fail(root, "", "`version: 1` is wanted", "")
	}
	var out []Rule
	for _, n := range list.Content {
		out = append(out, l.rule(n))
	}
	return out, l.err()
}

type loader struct {
	file string
	errs []*LoadError
	ids  []string
}

func (l *loader) err() error {
	slices.SortStableFunc(l.errs, func(a, b *LoadError) int { return a.Line - b.Line })
	var all []error
	for _, e := range l.errs {
		all = append(all, e)
	}
	return errors.Join(all...)
}

func (l *loader) fail(n *yaml.Node, rule, message, hint string) {
	e := &LoadError{File: l.file, Line: 1, Column: 1, Rule: rule, Message: message, Hint: hint}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	l.errs = append(l.errs, e)
}

// known refuses keys that mean nothing, and keys that stand twice.
func (l *loader) known(n *yaml.Node, rule string, keys ...string) {
	if n.Kind != yaml.MappingNode {
		l.fail(n, rule, "a mapping is wanted", "")
		return
	}
	var seen []string
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		switch {
		case !slices.Contains(keys, k.Value):
			l.fail(k, rule, fmt.Sprintf("unknown key %q", k.Value), "known are "+strings.Join(keys, ", "))
		case slices.Contains(seen, k.Value):
			l.fail(k, rule, fmt.Sprintf("key %q stands twice", k.Value), "")
		}
		seen = append(seen, k.Value)
	}
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func (l *loader) rule(n *yaml.Node) Rule {
	var c customRule
	l.known(n, "", "id", "severity", "confidence", "category", "title", "why", "fix", "refs", "in", "paths", "pattern", "not", "trial", "hits", "misses")
	if err := n.Decode(&c); err != nil {
		l.fail(n, c.ID, strings.TrimPrefix(err.Error(), "yaml: "), "")
		return Rule{}
	}
	r := Rule{
		ID: c.ID, Category: Category(c.Category), Title: c.Title, Why: c.Why, Fix: c.Fix, Refs: c.Refs, Paths: c.Paths,
		Pattern: c.Pattern, Not: c.Not, Trial: c.Trial, In: l.where(n, c), Confidence: Likely,
	}
	if r.Category == "" {
		r.Category = "custom"
	}
	at := func(key string) *yaml.Node {
		if v := child(n, key); v != nil {
			return v
		}
		return n
	}
	if c.ID == "" || strings.Trim(c.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		l.fail(at("id"), c.ID, "an id of lower-case letters, digits and hyphens is wanted", "")
	}
	if slices.Contains(l.ids, c.ID) || Symbi().Rule(c.ID) != nil {
		l.fail(at("id"), c.ID, "the id is taken", "choose another; a prefix of your own keeps ids apart")
	}
	l.ids = append(l.ids, c.ID)
	var err error
	if r.Severity, err = ParseSeverity(c.Severity); err != nil {
		l.fail(at("severity"), c.ID, err.Error(), "")
	}
	if c.Confidence != "" {
		if r.Confidence, err = ParseConfidence(c.Confidence); err != nil {
			l.fail(at("confidence"), c.ID, err.Error(), "")
		}
	}
	if c.Title == "" {
		l.fail(at("title"), c.ID, "a title is wanted: it is what reports show", "")
	}
	if c.Pattern == "" {
		l.fail(at("pattern"), c.ID, "a pattern is wanted", "")
	}
	r.Triggers = l.pattern(at("pattern"), c.ID, c.Pattern)
	l.pattern(at("not"), c.ID, c.Not)
	for _, s := range c.Hits {
		r.Hits = append(r.Hits, Sample(s))
	}
	for _, s := range c.Misses {
		r.Misses = append(r.Misses, Sample(s))
	}
	return r
}

func (l *loader) where(n *yaml.Node, c customRule) text.Where {
	if len(c.In) == 0 {
		return text.Anywhere
	}
	var w text.Where
	for _, name := range c.In {
		one, ok := text.ParseWhere(name)
		if !ok {
			l.fail(child(n, "in"), c.ID, fmt.Sprintf("unknown context %q", name), "known are prose, fence, script, data, frontmatter, comment")
		}
		w |= one
	}
	return w | text.Payload
}

// pattern checks an expression and returns literals of which one occurs in
// every match.
func (l *loader) pattern(n *yaml.Node, rule, pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		message, hint := "the pattern is not RE2: "+err.Error(), ""
		if se, ok := errors.AsType[*syntax.Error](err); ok {
			message = fmt.Sprintf("the pattern is not RE2: %s: `%s`", se.Code, se.Expr)
			hint = wayOut(pattern)
		}
		l.fail(n, rule, message, hint)
		return nil
	}
	if cost := repeats(re); cost > 1000 {
		l.fail(n, rule, fmt.Sprintf("the pattern repeats up to %d times", cost), "bounded repeats above 1000 are slow; use * or +")
	}
	return literals(re.Simplify())
}

// wayOut tells how to write what RE2 cannot.
func wayOut(pattern string) string {
	switch {
	case strings.Contains(pattern, "(?!"), strings.Contains(pattern, "(?<!"):
		return "RE2 has no negative look-around: put what must not match into `not:`"
	case strings.Contains(pattern, "(?="), strings.Contains(pattern, "(?<="):
		return "RE2 has no look-around: match the surrounding text too; only the place of the finding changes"
	case strings.Contains(pattern, "(?P="), backReference(pattern):
		return "RE2 has no back-references: write the alternatives out, or match each part with its own rule"
	case strings.Contains(pattern, "(?>"), strings.Contains(pattern, "++"), strings.Contains(pattern, "*+"):
		return "RE2 never backtracks, so atomic and possessive groups are not needed: use plain ones"
	case strings.Contains(pattern, `\Z`):
		return `write \z for the end of the text`
	case strings.Contains(pattern, `\u`):
		return `write \x{…} for a code point`
	}
	return "see https://github.com/google/re2/wiki/Syntax"
}

func backReference(pattern string) bool {
	for d := '1'; d <= '9'; d++ {
		if strings.Contains(pattern, `\`+string(d)) {
			return true
		}
	}
	return false
}

// repeats returns the largest product of nested bounded repeats.
func repeats(re *syntax.Regexp) int {
	most := 1
	for _, sub := range re.Sub {
		most = max(most, repeats(sub))
	}
	if re.Op == syntax.OpRepeat {
		most *= max(re.Max, re.Min, 1)
	}
	return most
}
