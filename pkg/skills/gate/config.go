package gate

import (
	"fmt"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// Never is the FailOn that no finding reaches; the settings spell it "none".
const Never = rules.Critical + 1

// Config is what .symbi-skills.yaml says. Values that it does not give are zero.
// Paths are relative to the folder of the file.
type Config struct {
	RuleSet       string
	FailOn        rules.Severity // or [Never]
	MinConfidence rules.Confidence
	AllowInline   bool // remarks in scanned files count
	Suppress      []Suppression
	Rules         []string // files with an operator's own rules
	Exclude       []Exclusion
}

// Suppression is a decision about findings that match all of its patterns. An
// empty pattern matches everything.
type Suppression struct {
	Rule, Path, Skill string // globs, with ** for any number of folders
	Reason            string
	Expires           time.Time      // the last day, in UTC, on which it applies; zero means no end
	Severity          rules.Severity // rates the findings so, instead of hiding them; 0 hides
	Line              int            // in the file
}

// Expired reports whether the last day of s is over.
func (s Suppression) Expired(now time.Time) bool {
	return !s.Expires.IsZero() && !now.Before(s.Expires.AddDate(0, 0, 1))
}

// Matches reports whether s speaks of f. It does not look at the day.
func (s Suppression) Matches(f Finding) bool {
	return glob(s.Rule, f.Rule) && glob(s.Path, f.Path) && glob(s.Skill, f.Skill)
}

// Exclusion names files that are not scanned. They are to be counted, with the
// reason, as not covered.
type Exclusion struct {
	Path   string // glob
	Reason string
	Line   int
}

// Matches reports whether the slash path is excluded.
func (e Exclusion) Matches(path string) bool { return glob(e.Path, path) }

// glob reports whether text matches; pattern has been checked, and "" is no
// demand.
func glob(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	ok, err := doublestar.Match(pattern, text)
	return ok && err == nil
}

// ConfigError lists everything that is wrong with a file of settings, in the
// order of lines.
type ConfigError struct {
	File   string
	Faults []Fault
}

// Fault is one thing that is wrong. Line is 0 when it is about the whole file.
type Fault struct {
	Line    int
	Message string
}

// Error has one line for each fault: file, line, message.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = fmt.Sprintf("%s: %s", e.File, f.Message)
		if f.Line > 0 {
			lines[i] = fmt.Sprintf("%s:%d: %s", e.File, f.Line, f.Message)
		}
	}
	return strings.Join(lines, "\n")
}

// ParseConfig reads the settings of the gate, version 1:
//
//	version: 1
//	rule_set: symbi
//	fail_on: high            # critical … info, or none
//	min_confidence: medium   # high, medium, low
//	allow_inline: false
//	suppress:
//	  - rule: pipe-to-shell  # a glob, as path and skill are
//	    path: skills/setup/**
//	    reason: our own installer, pinned by hash
//	    expires: 2027-03-31  # the last day; optional
//	    severity: low        # rate it so instead of hiding it; optional
//	rules: [rules/house.yaml]
//	exclude:
//	  - path: fixtures/**
//	    reason: test data, never loaded
//
// File is the name for messages; rule_set has to be one of ruleSets, or anything
// when none are given. Unknown and repeated keys, wrong types, YAML anchors and a suppression without a reason
// are errors; the error is a [*ConfigError] with all of them.
func ParseConfig(file string, data []byte, ruleSets ...string) (*Config, error) {
	r := &reader{ruleSets: ruleSets}
	c := r.config(data)
	if len(r.faults) > 0 {
		r.sort()
		return nil, &ConfigError{File: file, Faults: r.faults}
	}
	return c, nil
}
