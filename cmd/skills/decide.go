package skills

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natefinch/atomic"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
)

// decide applies the operator's decisions to the report.
func (g *gateway) decide(r *skills.Report, e *engine, now time.Time) {
	found := make([]gate.Finding, len(r.Findings))
	for i, f := range r.Findings {
		found[i] = gate.Finding{Rule: f.Rule, Path: g.identity(f.Path), Skill: g.identity(f.Skill), Line: f.Line, Severity: f.Severity, Matched: f.Matched()}
	}
	remarks := make([]gate.Directive, len(r.Directives))
	for i, d := range r.Directives {
		remarks[i] = d
		remarks[i].Path = g.identity(d.Path)
	}
	outcome := gate.Gate{Config: g.config, Baseline: g.baseline, AllowInline: g.inline, Now: now, Partial: g.partial}.Apply(found, remarks)
	for i, d := range outcome.Decisions {
		f := &r.Findings[i]
		f.Severity = d.Severity
		if d.Rerated != "" {
			f.Doubt = strings.TrimPrefix(f.Doubt+"; rated anew: "+d.Rerated, "; ")
		}
		if d.Suppressed {
			f.Suppressed = &skills.Suppression{By: string(d.By), Reason: d.Reason}
		}
	}
	for _, n := range outcome.Notices {
		r.Notices = append(r.Notices, noticeText(n))
	}
	if outcome.Inert > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("%s in scanned files not followed: the operator has not allowed them (allow_inline in %s)", count(outcome.Inert, "symbi-ignore remark"), gateName))
	}
	r.Coverage.Skipped = append(r.Coverage.Skipped, g.excluded...)
	slices.SortStableFunc(r.Coverage.Skipped, func(a, b skills.Skipped) int { return strings.Compare(a.Path, b.Path) })
	e.scanner.Judge(r)
}

func noticeText(n gate.Notice) string {
	switch {
	case n.Path != "":
		return fmt.Sprintf("%s:%d: %s", n.Path, n.Line, n.Text)
	case n.Line > 0:
		return fmt.Sprintf("%s:%d: %s", gateName, n.Line, n.Text)
	}
	return n.Text
}

// saveBaseline writes what was found as known. The file appears whole or not
// at all.
func (o *scanOptions) saveBaseline(app *cli.App, g *gateway, r skills.Report, now time.Time) error {
	var found []gate.Finding
	for _, f := range r.Findings {
		if f.Suppressed == nil {
			found = append(found, gate.Finding{Rule: f.Rule, Path: g.identity(f.Path), Skill: g.identity(f.Skill), Line: f.Line, Severity: f.Severity, Matched: f.Matched()})
		}
	}
	var b bytes.Buffer
	if err := gate.NewBaseline(r.RuleSet.Name, now.UTC().Truncate(time.Second), found).Write(&b); err != nil {
		return err
	}
	file := app.Path(o.writeBaseline)
	if err := atomic.WriteFile(file, &b); err != nil {
		return fmt.Errorf("write baseline %s: %w", file, err)
	}
	app.Notice("wrote %s to %s", count(len(found), "finding"), o.writeBaseline)
	return nil
}
