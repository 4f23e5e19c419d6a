// Package rules holds what the scanner looks for: the default rule set
// "symbi", one literal per rule, and the loader of an operator's own rules.
//
// Start with [Symbi], which returns the set, and [Rule], which is the whole of
// what is known about one rule: the table tests, `skills rules explain`, the
// documentation and SARIF are all made from it. The package promises that every
// rule hits its own Hits and none of its Misses. It reads no files and knows no
// command line.
package rules

import "fmt"

// Severity is how much harm a finding does if it is what it seems to be.
type Severity int

// The severities, in rising order. Warning is used by the upstream rule sets
// alone.
const (
	Info Severity = iota + 1
	Low
	Warning
	Medium
	High
	Critical
)

// Severities lists every severity from the highest to the lowest.
func Severities() []Severity { return []Severity{Critical, High, Medium, Warning, Low, Info} }

// String returns the lower-case name used in reports and settings.
func (s Severity) String() string {
	switch s {
	case Critical:
		return "critical"
	case High:
		return "high"
	case Medium:
		return "medium"
	case Warning:
		return "warning"
	case Low:
		return "low"
	case Info:
		return "info"
	}
	return "none"
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name as [ParseSeverity] does.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ParseSeverity reads a severity by its name.
func ParseSeverity(name string) (Severity, error) {
	for _, s := range Severities() {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: want critical, high, medium, warning, low or info", name)
}

// Confidence is how likely a finding is what it seems to be.
type Confidence int

// The confidences, in rising order. [Unlikely] marks a mention rather than a
// use: a deny list, a test of a guard, a sentence that forbids the act.
const (
	Unlikely Confidence = iota + 1
	Likely
	Certain
)

// Confidences lists every confidence from the highest to the lowest.
func Confidences() []Confidence { return []Confidence{Certain, Likely, Unlikely} }

// String returns the lower-case name used in reports and settings.
func (c Confidence) String() string {
	switch c {
	case Certain:
		return "high"
	case Likely:
		return "medium"
	case Unlikely:
		return "low"
	}
	return "none"
}

// MarshalText writes the name.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name as [ParseConfidence] does.
func (c *Confidence) UnmarshalText(b []byte) error {
	v, err := ParseConfidence(string(b))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

// ParseConfidence reads a confidence by its name.
func ParseConfidence(name string) (Confidence, error) {
	for _, c := range Confidences() {
		if c.String() == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("unknown confidence %q: want high, medium or low", name)
}
