// Package upstream holds the two skill scanners that users of Symbiont meet
// elsewhere, so that their verdicts can be told before they are met: the ten
// rules of Python SDK 1.11 and the forty rules of runtime 1.10 to 3.0.
//
// Start with [SDK] and [Runtime], which return a [Set], and with
// [Set.ScanText] and [Set.ScanDir]. A set finds what its original finds: same
// rules, severities, messages, lines and order, although Go's expressions read
// `\s`, `\w`, `\b` and `\d` differently and the two originals do not agree on
// what a line is. It does so in linear time, where the SDK's expressions are
// cubic. The package is not the place for better rules, and it takes no rules of
// one's own.
//
// The SDK's scanner opens whatever a folder offers. This one differs, and tells
// so in [Result.Notes]: it does not open what is not a regular file (the SDK
// hangs on a named pipe), and it follows a file link only if that stays in the
// folder and is relative. What the SDK skips in silence because it cannot be read
// is in the notes too. Files come in the order of their paths, not in the disk's,
// and findings name the slash-separated path, where the SDK gives the base name.
//
// If several things keep the runtime from listing a folder, it names the one it
// meets first in the disk's order of entries. Here that order is the sorted one.
package upstream

import (
	"context"
	"math"
	"os"
	"slices"
)

// Rule is one rule as its original states it.
type Rule struct {
	Name     string `json:"name"`
	Pattern  string `json:"pattern"` // in the original's dialect, not in Go's
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

// Finding is one rule that fired on one line, or one thing that kept a folder
// from being scanned.
type Finding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"` // as the original prints it
	Message  string `json:"message"`
	Path     string `json:"path"`           // slash-separated, in the folder
	Line     int    `json:"line,omitempty"` // from 1; 0 when no line is meant
}

// Result is the verdict on a folder.
type Result struct {
	Passed   bool      `json:"passed"`
	Findings []Finding `json:"findings"`
	Notes    []string  `json:"notes,omitempty"` // where the original does otherwise, or says nothing
	Files    int       `json:"files"`           // files scanned
	Bytes    int64     `json:"bytes"`           // their sizes together
}

// Limits bounds a folder scan of the runtime. Numbers below zero count as zero.
type Limits struct {
	FileBytes int64 // largest file that is read
	Files     int   // most files that are read
	Depth     int   // deepest folder, the scanned one being 0
}

// DefaultLimits returns the runtime's own limits: 1 MiB, 1000 files, depth 20.
func DefaultLimits() Limits { return Limits{FileBytes: 1 << 20, Files: 1000, Depth: 20} }

// sane returns the limits with each number from 0 to one less than its type has,
// so that one can be added.
func (l Limits) sane() Limits {
	return Limits{
		FileBytes: min(max(l.FileBytes, 0), math.MaxInt64-1),
		Files:     min(max(l.Files, 0), math.MaxInt-1),
		Depth:     min(max(l.Depth, 0), math.MaxInt-1),
	}
}

// entries returns how many entries of any kind a folder may hold: for each file
// a chain of folders as long as may be.
func (l Limits) entries() int {
	if l.Files > 0 && l.Depth >= (math.MaxInt-1)/l.Files {
		return math.MaxInt - 1
	}
	return l.Files * (l.Depth + 1)
}

// Set is one scanner. Build it once: it compiles an expression the first time a
// text needs it. It is safe for concurrent use.
type Set struct {
	matchers []matcher
	folds    bool // some rule ignores case
	split    func(text []byte) []span
	blocking []string // severities that fail a folder
	open     func(dir string) (*os.Root, error)
	walk     func(ctx context.Context, s *Set, f folder) (Result, error)
}

// SDK returns the scanner of Python SDK 1.11. Severities are critical, warning
// and info; a folder fails on a critical finding.
func SDK() *Set {
	return &Set{
		matchers: newMatchers(sdkRules(), pythonDialect(), false),
		split:    pythonLines,
		blocking: []string{critical},
		open:     openSDK,
		walk:     scanSDK,
	}
}

// Runtime returns the scanner of runtime 1.10 to 3.0, folder rules as in 3.0.
// Severities are CRITICAL, HIGH, MEDIUM, WARNING and INFO; a folder fails on one
// of the first two.
func Runtime() *Set { return RuntimeWithin(DefaultLimits()) }

// RuntimeWithin is [Runtime] with other limits.
func RuntimeWithin(limits Limits) *Set {
	return &Set{
		matchers: newMatchers(runtimeRules(), rustDialect(), true),
		folds:    true,
		split:    rustLines,
		blocking: []string{runtimeCritical, runtimeHigh},
		open:     openRuntime,
		walk: func(ctx context.Context, s *Set, f folder) (Result, error) {
			return scanRuntime(ctx, s, f, limits.sane())
		},
	}
}

// Rules returns the rules in the order in which they are tried on a line.
func (s *Set) Rules() []Rule {
	rules := make([]Rule, len(s.matchers))
	for i, m := range s.matchers {
		rules[i] = m.rule.Rule
	}
	return rules
}

// passed tells whether no finding blocks.
func (s *Set) passed(findings []Finding) bool {
	return !slices.ContainsFunc(findings, func(f Finding) bool {
		return slices.Contains(s.blocking, f.Severity)
	})
}
