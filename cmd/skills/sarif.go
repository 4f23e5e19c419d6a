package skills

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output/markdown"
	"github.com/symbi-ctl/symbi-ctl/internal/output/sarif"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

const homepage = "https://github.com/symbi-ctl/symbi-ctl"

// writeSARIF writes the report as SARIF 2.1.0. Of more than 25,000 findings it
// writes the most severe and says so.
func writeSARIF(w io.Writer, r skills.Report, e *engine, t *target, g *gateway) error {
	found := r.Findings
	invocation := sarif.Invocation{ExecutionSuccessful: !r.Interrupted}
	if len(found) > sarif.MaxResults {
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, sarif.Notification{
			Level: sarif.Warning, Message: sarif.Message{Text: fmt.Sprintf("%d findings; the %d most severe are listed", len(found), sarif.MaxResults)},
		})
		found = mostSevere(found, sarif.MaxResults)
	}
	for _, s := range r.Coverage.Skipped {
		if s.Partial {
			invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, sarif.Notification{
				Level: sarif.Warning, Message: sarif.Message{Text: s.Path + " was not read: " + s.Reason},
			})
		}
	}
	descriptors, index := e.descriptors(found)
	hashes := lineHashes(found, t)
	run := sarif.Run{
		Tool:              sarif.Tool{Driver: sarif.Driver{Name: "symbi-ctl", SemanticVersion: cli.ReadBuild().Semantic(), InformationURI: homepage, Rules: descriptors}},
		AutomationDetails: &sarif.AutomationDetails{ID: "symbi-ctl/skills/" + r.RuleSet.Name + "/"},
		Invocations:       []sarif.Invocation{invocation},
	}
	return sarif.Write(w, run, func(yield func(sarif.Result) bool) {
		for _, f := range found {
			if !yield(g.sarifResult(f, index, hashes[f.Path][f.Line])) {
				return
			}
		}
	})
}

func mostSevere(list []skills.Finding, n int) []skills.Finding {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b skills.Finding) int { return int(b.Severity) - int(a.Severity) })
	return list[:n]
}

func (g *gateway) sarifResult(f skills.Finding, index map[string]int, hash string) sarif.Result {
	place := sarif.PhysicalLocation{ArtifactLocation: sarif.ArtifactLocation{URI: g.uri(f.Path), URIBaseID: sarif.RepositoryRoot}}
	if f.Line > 0 {
		place.Region = &sarif.Region{StartLine: f.Line, StartColumn: f.Column, EndColumn: f.Column + len(utf16.Encode([]rune(f.Excerpt)))}
	}
	result := sarif.Result{
		RuleID: f.Rule, RuleIndex: index[f.Rule], Level: sarifLevel(f.Severity), Message: sarif.Message{Text: messageOf(f)},
		Locations:           []sarif.Location{{PhysicalLocation: place}},
		PartialFingerprints: map[string]string{"symbi/v1": f.Fingerprint},
		Properties:          map[string]any{"confidence": f.Confidence.String(), "context": f.Context, "skill": f.Skill, "refuses": f.Refuses},
	}
	if hash != "" {
		result.PartialFingerprints[sarif.LineHashKey] = hash
	}
	if s := f.Suppressed; s != nil {
		kind := sarif.External
		if s.By == "inline" {
			kind = sarif.InSource
		}
		result.Suppressions = []sarif.Suppression{{Kind: kind, Justification: s.Reason}}
	}
	return result
}

func messageOf(f skills.Finding) string {
	text := f.Message
	if f.Excerpt != "" {
		text += ": " + f.Excerpt
	}
	return text
}

// advice is what the harm is and what to do, on lines of their own.
func advice(note skills.RuleNote) string {
	if note.Why == "" {
		return ""
	}
	return "\n" + note.Why + "\n" + note.Fix
}

func sarifLevel(s rules.Severity) sarif.Level {
	switch {
	case s >= rules.High:
		return sarif.Error
	case s >= rules.Warning:
		return sarif.Warning
	}
	return sarif.Note
}

// descriptors lists the rules of the found ones, and the place of each.
func (e *engine) descriptors(found []skills.Finding) ([]sarif.ReportingDescriptor, map[string]int) {
	index := map[string]int{}
	var list []sarif.ReportingDescriptor
	for _, f := range found {
		if _, known := index[f.Rule]; known {
			continue
		}
		index[f.Rule] = len(list)
		list = append(list, e.descriptor(f))
	}
	return list, index
}

func (e *engine) descriptor(f skills.Finding) sarif.ReportingDescriptor {
	d := sarif.ReportingDescriptor{
		ID: f.Rule, Name: f.Rule, ShortDescription: &sarif.Message{Text: f.Message}, HelpURI: homepage + "/blob/main/docs/rules.md#" + f.Rule,
		DefaultConfiguration: &sarif.Configuration{Level: sarifLevel(f.Severity)},
		Properties:           &sarif.RuleProperties{Tags: []string{"security"}, Precision: f.Confidence.String(), SecuritySeverity: securitySeverity(f.Severity), ProblemSeverity: problemSeverity(f.Severity)},
	}
	rule := e.rule(f.Rule)
	if rule == nil {
		return d
	}
	d.ShortDescription.Text = rule.Title
	d.FullDescription = &sarif.Message{Text: rule.Why}
	d.Help = &sarif.Message{Text: rule.Why + "\n\n" + rule.Fix, Markdown: markdown.Text(rule.Why) + "\n\n**What to do:** " + markdown.Text(rule.Fix)}
	d.DefaultConfiguration.Level = sarifLevel(rule.Severity)
	d.Properties.SecuritySeverity, d.Properties.ProblemSeverity = securitySeverity(rule.Severity), problemSeverity(rule.Severity)
	d.Properties.Precision = rule.Confidence.String()
	d.Properties.Tags = append(append(d.Properties.Tags, string(rule.Category)), rule.Refs...)
	d.Properties.Tags = d.Properties.Tags[:min(len(d.Properties.Tags), sarif.KeptTags)]
	return d
}

func securitySeverity(s rules.Severity) string {
	switch s {
	case rules.Critical:
		return "9.5"
	case rules.High:
		return "8.0"
	case rules.Medium, rules.Warning:
		return "5.0"
	default:
		return "2.0"
	}
}

func problemSeverity(s rules.Severity) string {
	switch {
	case s >= rules.High:
		return "error"
	case s >= rules.Warning:
		return "warning"
	}
	return "recommendation"
}

// lineHashes computes GitHub's fingerprint for every line with a finding. A
// file that can no longer be read has none; GitHub then computes it itself.
func lineHashes(found []skills.Finding, t *target) map[string]map[int]string {
	lines := map[string][]int{}
	for _, f := range found {
		if f.Line > 0 {
			lines[f.Path] = append(lines[f.Path], f.Line)
		}
	}
	hashes := map[string]map[int]string{}
	for name, wanted := range lines {
		in, err := t.open(name)
		if err != nil {
			continue
		}
		if h, err := sarif.LineHashes(in, wanted); err == nil {
			hashes[name] = h
		}
		in.Close()
	}
	return hashes
}

// uri is the path from the root of the repository, as GitHub wants it; a path
// outside loses its leading dots and slashes.
func (g *gateway) uri(name string) string {
	name = g.identity(name)
	for strings.HasPrefix(name, "../") || strings.HasPrefix(name, "/") {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "../"), "/")
	}
	uri, err := sarif.URI(name)
	if err != nil {
		return "unnamed"
	}
	return uri
}
