// Package gate holds what an operator decides about findings: which do not
// count, for what reason, and until when. Start with [Gate.Apply]; [ParseConfig]
// reads .symbi-skills.yaml, [Directives] the remarks in scanned files, and
// [LoadBaseline] the findings that were there before.
//
// It promises that nothing vanishes: a finding that does not count is still
// returned, with who decided so and why, and decisions that decide nothing any
// more are reported. It fails closed: a setting or a baseline that is not fully
// understood is an error, never ignored.
//
// The package opens no files. Whoever calls it must take the settings and the
// baseline from the operator, and never from inside a skill that is scanned: a
// skill that could forgive itself would.
package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// Finding is what the gate has to know about a finding.
type Finding struct {
	Rule     string         // id
	Path     string         // slash path, relative to the folder of the settings
	Skill    string         // slash path of the skill's folder, "" when it belongs to none
	Line     int            // from 1; 0 for the file as a whole
	EndLine  int            // last line of a finding that spans several; 0 means Line
	Severity rules.Severity // as the rule rates it
	Matched  string         // what the rule matched; leave it empty for secrets
}

// By says where a decision comes from.
type By string

// Where decisions come from, in the order in which they are asked.
const (
	ByInline   By = "inline"   // a remark in the scanned file
	ByConfig   By = "config"   // an entry of the settings
	ByBaseline By = "baseline" // the finding was there before
)

// Decision is the answer for one finding. A finding that is not suppressed
// counts with Severity.
type Decision struct {
	Severity   rules.Severity // the rule's, or the one that the settings give instead
	Rerated    string         // reason for another severity; empty when it is the rule's
	Suppressed bool
	By         By     // who suppressed it
	Reason     string // why it is suppressed
}

// Gate is a set of decisions. The zero value suppresses nothing.
type Gate struct {
	Config      *Config   // nil: no settings
	Baseline    *Baseline // nil: no baseline
	AllowInline bool      // remarks in scanned files count
	Now         time.Time // decides which entries have expired
	// Partial says that not everything was scanned that settings and baseline
	// speak of, so that what matched nothing is not reported as superfluous.
	Partial bool
}

// Outcome is the result of [Gate.Apply].
type Outcome struct {
	Decisions []Decision      // one for each finding, in the same order
	Notices   []Notice        // what an operator should mend, in a fixed order
	Inert     int             // remarks that did not count because AllowInline is off
	Stale     []BaselineEntry // entries of the baseline that are no longer found; none when Partial
}

// NoticeKind is what a notice is about.
type NoticeKind string

// The kinds of notices.
const (
	InlineMalformed NoticeKind = "inline-malformed"    // a remark that cannot be understood, and does not count
	InlineNoReason  NoticeKind = "inline-no-reason"    // a remark without a reason, which does not count
	InlineUnused    NoticeKind = "inline-unused"       // a remark that matched no finding
	ConfigExpired   NoticeKind = "suppression-expired" // an entry of the settings that no longer applies
	ConfigUnused    NoticeKind = "suppression-unused"  // an entry of the settings that matched no finding
	BaselineStale   NoticeKind = "baseline-stale"      // entries of the baseline whose findings are gone
)

// Notice is something about the decisions themselves. Path and Line are those of
// a remark; for the settings Line is a line of their file, and Path is empty.
type Notice struct {
	Kind NoticeKind `json:"kind"`
	Path string     `json:"path,omitempty"`
	Line int        `json:"line,omitempty"`
	Text string     `json:"text"`
}

// Apply decides about findings. Directives are the remarks of the scanned
// files. For each finding remarks are asked first, then the settings, then the
// baseline; the first that suppresses is named. Of the entries of the settings
// the first that matches decides, be it to hide or to rate differently.
func (g Gate) Apply(findings []Finding, directives []Directive) Outcome {
	out := Outcome{Decisions: make([]Decision, len(findings))}
	inline := newRemarks(directives)
	if !g.AllowInline {
		out.Inert, inline = len(directives), newRemarks(nil)
	}
	settings := newSettings(g.Config, g.Now)
	comparison := g.Baseline.Apply(findings)
	for i, f := range findings {
		d := Decision{Severity: f.Severity}
		remark, remarked := inline.match(f)
		entry, listed := settings.match(f)
		if listed && entry.Severity != 0 {
			d.Severity, d.Rerated, listed = entry.Severity, entry.Reason, false
		}
		switch {
		case remarked:
			d.Suppressed, d.By, d.Reason = true, ByInline, remark
		case listed:
			d.Suppressed, d.By, d.Reason = true, ByConfig, entry.Reason
		case comparison.Known[i]:
			d.Suppressed, d.By, d.Reason = true, ByBaseline, "it is in the baseline"
		}
		out.Decisions[i] = d
	}
	out.Notices = append(inline.notices(), settings.notices(g.Partial)...)
	if len(comparison.Stale) > 0 && !g.Partial {
		out.Stale = comparison.Stale
		out.Notices = append(out.Notices, Notice{Kind: BaselineStale, Text: fmt.Sprintf("entries of the baseline that are no longer found: %d; write it anew", len(out.Stale))})
	}
	return out
}

// settings matches findings with the entries of a [Config].
type settings struct {
	entries []Suppression
	used    []bool
	expired []bool
}

func newSettings(c *Config, now time.Time) *settings {
	if c == nil {
		return &settings{}
	}
	s := &settings{entries: c.Suppress, used: make([]bool, len(c.Suppress)), expired: make([]bool, len(c.Suppress))}
	for i, e := range c.Suppress {
		s.expired[i] = e.Expired(now)
	}
	return s
}

// match returns the first entry that matches. Every entry that matches counts
// as used.
func (s *settings) match(f Finding) (Suppression, bool) {
	first := -1
	for i, e := range s.entries {
		if s.expired[i] || !e.Matches(f) {
			continue
		}
		s.used[i] = true
		if first < 0 {
			first = i
		}
	}
	if first < 0 {
		return Suppression{}, false
	}
	return s.entries[first], true
}

func (s *settings) notices(partial bool) []Notice {
	var list []Notice
	for i, e := range s.entries {
		switch {
		case s.expired[i]:
			list = append(list, Notice{Kind: ConfigExpired, Line: e.Line, Text: fmt.Sprintf("the suppression of %s expired on %s", e.Rule, e.Expires.Format(time.DateOnly))})
		case !s.used[i] && !partial:
			list = append(list, Notice{Kind: ConfigUnused, Line: e.Line, Text: fmt.Sprintf("the suppression of %s matches no finding", e.Rule)})
		}
	}
	return list
}

// remarks matches findings with directives.
type remarks struct {
	byPath map[string][]*remark // sorted by target
}

type remark struct {
	Directive
	used []bool // for each of its rules
}

func newRemarks(directives []Directive) remarks {
	r := remarks{byPath: map[string][]*remark{}}
	for _, d := range directives {
		r.byPath[d.Path] = append(r.byPath[d.Path], &remark{Directive: d, used: make([]bool, len(d.Rules))})
	}
	for _, list := range r.byPath {
		slices.SortStableFunc(list, func(a, b *remark) int { return cmp.Compare(a.target(), b.target()) })
	}
	return r
}

// match returns the reason of the first remark about a line of f.
func (r remarks) match(f Finding) (reason string, found bool) {
	list := r.byPath[f.Path]
	at, _ := slices.BinarySearchFunc(list, max(f.Line, 1), func(d *remark, line int) int { return cmp.Compare(d.target(), line) })
	for _, d := range list[at:] {
		if d.target() > max(f.Line, f.EndLine) {
			break
		}
		i := slices.Index(d.Rules, f.Rule)
		if i < 0 || d.Reason == "" {
			continue
		}
		d.used[i] = true
		if !found {
			reason, found = d.Reason, true
		}
	}
	return reason, found
}

func (r remarks) notices() []Notice {
	var list []Notice
	for _, path := range slices.Sorted(maps.Keys(r.byPath)) {
		for _, d := range r.byPath[path] {
			list = append(list, d.notices()...)
		}
	}
	return list
}

func (d *remark) notices() []Notice {
	notice := func(kind NoticeKind, text string) Notice {
		return Notice{Kind: kind, Path: d.Path, Line: d.Line, Text: text}
	}
	switch {
	case len(d.Rules) == 0:
		return []Notice{notice(InlineMalformed, "the remark wants the form "+marker+": RULE reason")}
	case d.Reason == "":
		return []Notice{notice(InlineNoReason, "the remark gives no reason, so it does not count")}
	}
	var list []Notice
	for i, used := range d.used {
		if !used {
			list = append(list, notice(InlineUnused, fmt.Sprintf("the remark about %s matches no finding", d.Rules[i])))
		}
	}
	return list
}
