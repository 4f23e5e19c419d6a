package skills

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// The verdicts of a report.
const (
	Clean   = "clean"   // everything was read, and nothing refuses
	Refused = "refused" // at least one finding refuses
	Partial = "partial" // nothing refuses, but not everything could be read
)

// Report is the result of a scan. It holds the same bytes for the same input.
type Report struct {
	RuleSet  RuleSet    `json:"ruleset"`
	Verdict  string     `json:"verdict"`
	Findings []Finding  `json:"findings"`
	Rules    []RuleNote `json:"rules"` // the rules of the findings, by id
	Skills   []Summary  `json:"skills"`
	// Interrupted is set when the scan ended before everything was looked at.
	Interrupted bool     `json:"interrupted"`
	Coverage    Coverage `json:"coverage"`
	NotShown    int      `json:"not_shown"` // findings of low confidence that were left out of Findings
	Notices     []string `json:"notices"`

	Directives []gate.Directive `json:"-"` // symbi-ignore remarks in the scanned files
}

// RuleSet names the rules that judged.
type RuleSet struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Rules   int    `json:"rules"`
}

// Finding is one place where a rule fired.
type Finding struct {
	Rule        string           `json:"rule"`
	Severity    rules.Severity   `json:"severity"`
	Confidence  rules.Confidence `json:"confidence"`
	Category    rules.Category   `json:"category"`
	Skill       string           `json:"skill"`             // folder of the skill, "" when it belongs to none
	Path        string           `json:"path"`              // slash-separated
	Line        int              `json:"line"`              // from 1; 0 for the file as a whole
	Column      int              `json:"column"`            // from 1, in bytes; 0 for the file as a whole
	Message     string           `json:"message"`           // what it is
	Excerpt     string           `json:"excerpt"`           // the text, blanks folded, at most 200 bytes
	Context     string           `json:"context"`           // prose, fence, script …
	Decoded     string           `json:"decoded,omitempty"` // how the text was hidden: "base64", "look-alike letters"
	Doubt       string           `json:"doubt,omitempty"`   // why the confidence is lower than the rule's
	Fingerprint string           `json:"fingerprint"`       // stays when lines move
	Refuses     bool             `json:"refuses"`           // counts against the verdict
	Trial       bool             `json:"trial,omitempty"`
	Suppressed  *Suppression     `json:"suppressed,omitempty"`

	matched string
}

// Matched is the whole text that the rule matched; Excerpt is the start of it.
func (f Finding) Matched() string { return f.matched }

// RuleNote explains a rule: what the harm is and what to do.
type RuleNote struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Why   string   `json:"why,omitempty"`
	Fix   string   `json:"fix,omitempty"`
	Refs  []string `json:"refs,omitempty"`
}

// Note returns the explanation of a rule in the report, or the zero value.
func (r Report) Note(id string) RuleNote {
	i, found := slices.BinarySearchFunc(r.Rules, id, func(n RuleNote, id string) int { return strings.Compare(n.ID, id) })
	if !found {
		return RuleNote{}
	}
	return r.Rules[i]
}

// Suppression says who decided that a finding does not count, and why.
type Suppression struct {
	By     string `json:"by"` // config, inline, baseline
	Reason string `json:"reason"`
}

// Summary is the result for one skill.
type Summary struct {
	Path     string         `json:"path"`
	Name     string         `json:"name"`
	Files    int            `json:"files"`
	Findings int            `json:"findings"`
	Worst    rules.Severity `json:"worst"` // "none" without findings
	Refused  bool           `json:"refused"`
}

// Coverage accounts for everything below the paths that were scanned.
type Coverage struct {
	Files   int       `json:"files"`   // files that were read as text to the end
	Bytes   int64     `json:"bytes"`   // bytes that were read
	Skipped []Skipped `json:"skipped"` // everything else, in path order
}

// Skipped is an entry whose text was not scanned. Partial is set when text may
// have been missed: a picture is skipped without loss, an unreadable file is
// not.
type Skipped struct {
	Path    string `json:"path"`
	Reason  string `json:"reason"`
	Partial bool   `json:"partial"`
}
