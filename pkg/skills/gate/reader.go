package gate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

const (
	configVersion = 1
	maxConfig     = 1 << 20 // bytes
)

// reader takes the settings apart and collects what is wrong with them.
type reader struct {
	ruleSets []string
	faults   []Fault
}

func (r *reader) fault(line int, format string, args ...any) {
	r.faults = append(r.faults, Fault{Line: line, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) sort() {
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
}

func (r *reader) config(data []byte) *Config {
	c := &Config{}
	root := r.decode(data)
	if root == nil {
		return c
	}
	r.mapping(root, "the file", map[string]func(*yaml.Node){
		"version":        r.version,
		"rule_set":       func(n *yaml.Node) { c.RuleSet = r.oneOf(n, "rule_set", r.ruleSets) },
		"fail_on":        func(n *yaml.Node) { c.FailOn = r.failOn(n) },
		"min_confidence": func(n *yaml.Node) { c.MinConfidence = r.confidence(n) },
		"allow_inline":   func(n *yaml.Node) { c.AllowInline = r.boolean(n, "allow_inline") },
		"suppress": func(n *yaml.Node) {
			r.each(n, "suppress", func(n *yaml.Node) { c.Suppress = append(c.Suppress, r.suppression(n)) })
		},
		"exclude": func(n *yaml.Node) {
			r.each(n, "exclude", func(n *yaml.Node) { c.Exclude = append(c.Exclude, r.exclusion(n)) })
		},
		"rules": func(n *yaml.Node) {
			r.each(n, "rules", func(n *yaml.Node) { c.Rules = append(c.Rules, r.text(n, "rules")) })
		},
	}, "version")
	return c
}

// decode returns the only value of a YAML text, or nil.
func (r *reader) decode(data []byte) *yaml.Node {
	switch {
	case len(data) > maxConfig:
		r.fault(0, "the file is bigger than 1 MiB")
		return nil
	case !utf8.Valid(data):
		r.fault(0, "the file is not UTF-8 text")
		return nil
	}
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		r.fault(0, "the file is empty; it wants at least version: %d", configVersion)
		return nil
	}
	if err == nil {
		if err = dec.Decode(&more); err == nil {
			r.fault(more.Line, "the file holds more than one YAML document")
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		r.fault(0, "this is not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	return doc.Content[0]
}

// mapping calls the function of each key. Keys of required have to be there.
func (r *reader) mapping(n *yaml.Node, what string, fields map[string]func(*yaml.Node), required ...string) {
	if !r.plain(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fault(n.Line, "%s wants lines of the form key: value", what)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, known := fields[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !r.plain(key):
			r.fault(key.Line, "a key wants to be plain text")
		case seen[key.Value] > 0:
			r.fault(key.Line, "the key %q is there already, on line %d", key.Value, seen[key.Value])
		case !known:
			r.fault(key.Line, "unknown key %.60q%s", key.Value, didYouMean(key.Value, slices.Sorted(maps.Keys(fields))))
		default:
			seen[key.Value] = key.Line
			read(value)
		}
	}
	for _, key := range required {
		if seen[key] == 0 {
			r.fault(n.Line, "%s wants the key %q", what, key)
		}
	}
}

func (r *reader) each(n *yaml.Node, what string, read func(*yaml.Node)) {
	if !r.plain(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(n.Line, "%s wants a list, each item on a line that begins with a hyphen", what)
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

// plain refuses anchors and aliases, which say one thing in two places.
func (r *reader) plain(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.fault(n.Line, "YAML anchors and aliases are not accepted")
		return false
	}
	return true
}

// scalar returns the text of a value whose type is one of tags.
func (r *reader) scalar(n *yaml.Node, what, wants string, tags ...string) (string, bool) {
	if !r.plain(n) {
		return "", false
	}
	if n.Kind != yaml.ScalarNode || !slices.Contains(tags, n.ShortTag()) {
		r.fault(n.Line, "%s wants %s", what, wants)
		return "", false
	}
	return n.Value, true
}

func (r *reader) text(n *yaml.Node, what string) string {
	value, ok := r.scalar(n, what, "text; put it in quotes", "!!str")
	value = strings.TrimSpace(value)
	if ok && value == "" {
		r.fault(n.Line, "%s wants text, not nothing", what)
	}
	return value
}

func (r *reader) oneOf(n *yaml.Node, what string, known []string) string {
	value, ok := r.scalar(n, what, "one of "+strings.Join(known, ", "), "!!str")
	if ok && len(known) > 0 && !slices.Contains(known, value) {
		r.fault(n.Line, "%s does not know %.60q%s", what, value, didYouMean(value, known))
	}
	return value
}

func (r *reader) boolean(n *yaml.Node, what string) bool {
	value, ok := r.scalar(n, what, "true or false", "!!bool")
	if ok && value != "true" && value != "false" {
		r.fault(n.Line, "%s wants true or false", what)
	}
	return value == "true"
}

func (r *reader) version(n *yaml.Node) {
	value, ok := r.scalar(n, "version", strconv.Itoa(configVersion), "!!int")
	if ok && value != strconv.Itoa(configVersion) {
		r.fault(n.Line, "version %.20s is not known: want %d", value, configVersion)
	}
}

func (r *reader) failOn(n *yaml.Node) rules.Severity {
	if n.Kind == yaml.ScalarNode && n.Value == "none" && n.Anchor == "" {
		return Never
	}
	return r.severity(n, "fail_on", "none")
}

func (r *reader) severity(n *yaml.Node, what string, more ...string) rules.Severity {
	var names []string
	for _, s := range rules.Severities() {
		names = append(names, s.String())
	}
	value := r.oneOf(n, what, append(names, more...))
	s, err := rules.ParseSeverity(value)
	if err != nil {
		return 0 // and said already
	}
	return s
}

func (r *reader) confidence(n *yaml.Node) rules.Confidence {
	var names []string
	for _, c := range rules.Confidences() {
		names = append(names, c.String())
	}
	c, err := rules.ParseConfidence(r.oneOf(n, "min_confidence", names))
	if err != nil {
		return 0 // and said already
	}
	return c
}

func (r *reader) suppression(n *yaml.Node) Suppression {
	s := Suppression{Line: n.Line}
	r.mapping(n, "a suppression", map[string]func(*yaml.Node){
		"rule":     func(n *yaml.Node) { s.Rule = r.pattern(n, "rule") },
		"path":     func(n *yaml.Node) { s.Path = r.pattern(n, "path") },
		"skill":    func(n *yaml.Node) { s.Skill = r.pattern(n, "skill") },
		"reason":   func(n *yaml.Node) { s.Reason = r.text(n, "reason") },
		"expires":  func(n *yaml.Node) { s.Expires = r.date(n) },
		"severity": func(n *yaml.Node) { s.Severity = r.severity(n, "severity") },
	}, "rule", "reason")
	if s.Rule != "" && strings.Trim(s.Rule, "*") == "" && everything(s.Path) && everything(s.Skill) {
		r.fault(n.Line, "a suppression of every rule everywhere would turn the gate off; if that is meant, use fail_on: none")
	}
	return s
}

// everything reports whether a pattern makes no demand.
func everything(pattern string) bool { return strings.Trim(pattern, "*/") == "" }

func (r *reader) exclusion(n *yaml.Node) Exclusion {
	e := Exclusion{Line: n.Line}
	r.mapping(n, "an exclusion", map[string]func(*yaml.Node){
		"path":   func(n *yaml.Node) { e.Path = r.pattern(n, "path") },
		"reason": func(n *yaml.Node) { e.Reason = r.text(n, "reason") },
	}, "path", "reason")
	if e.Path != "" && everything(e.Path) {
		r.fault(n.Line, "an exclusion of everything would turn the gate off")
	}
	return e
}

// pattern reads a glob. A folder with a slash at its end stands for all it
// holds.
func (r *reader) pattern(n *yaml.Node, what string) string {
	value := r.text(n, what)
	switch {
	case value == "":
		return ""
	case !doublestar.ValidatePattern(value):
		r.fault(n.Line, "%s: %.60q is not a pattern: a bracket, a brace or a backslash has no end", what, value)
	case value != "/" && strings.HasPrefix(value, "/"), strings.HasPrefix(value, "./"), strings.HasPrefix(value, "../"):
		r.fault(n.Line, "%s: write %.60q relative to the folder of this file, without / ./ or ../ in front", what, value)
	case strings.HasSuffix(value, "/"):
		return value + "**"
	}
	return value
}

func (r *reader) date(n *yaml.Node) time.Time {
	value, ok := r.scalar(n, "expires", "a day, such as 2027-03-31", "!!timestamp", "!!str")
	if !ok {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		r.fault(n.Line, "expires wants a day that exists, such as 2027-03-31, not %.60q", value)
	}
	return day
}
