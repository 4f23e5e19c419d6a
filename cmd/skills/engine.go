package skills

import (
	"context"
	"io"
	"path"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// engine is a rule set that is ready to scan.
type engine struct {
	failOn        rules.Severity
	minConfidence rules.Confidence
	scanner       *skills.Scanner
	set           *rules.Set    // of the default engine
	upstream      *upstream.Set // of the upstream engines, nil otherwise
	name          string
	done          func() // takes the progress display away
}

// engine builds the rule set that was asked for. Flags win over the gate file.
func (o *scanOptions) engine(app *cli.App, g *gateway, t *target) (*engine, error) {
	severity, confidence, err := o.thresholds()
	if err != nil {
		return nil, err
	}
	e := &engine{name: firstOf(o.ruleSet, g.ruleSet(), "symbi")}
	e.failOn = max(severity, 0)
	if severity == 0 {
		e.failOn = g.failOn()
	}
	if e.minConfidence = confidence; confidence == 0 {
		e.minConfidence = g.minConfidence()
	}
	switch e.name {
	case "symbi":
		e.set = rules.Symbi()
	case "sdk-1.11":
		e.upstream = upstream.SDK()
		e.set = upstreamRules(e.name, "1.11", e.upstream)
		if e.failOn == 0 {
			e.failOn = rules.Critical
		}
	case "runtime":
		e.upstream = upstream.Runtime()
		e.set = upstreamRules(e.name, "3.0", e.upstream)
	default:
		return nil, unknownRuleSet(e.name)
	}
	if err := o.addRules(app, g, e); err != nil {
		return nil, err
	}
	if e.failOn == 0 {
		e.failOn = rules.High
	}
	if e.minConfidence == 0 {
		e.minConfidence = rules.Likely
	}
	show, done := progress(app)
	e.done = done
	e.scanner, err = skills.New(skills.Options{Rules: e.set, FailOn: e.failOn, MinConfidence: e.minConfidence, Folders: t.known, Identity: g.identity, Progress: show})
	return e, err
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// addRules adds the operator's own rules to the default set.
func (o *scanOptions) addRules(app *cli.App, g *gateway, e *engine) error {
	files := append(g.ruleFiles(), o.ruleFiles...)
	if len(files) > 0 && e.upstream != nil {
		return cli.Usagef("rule set %s takes no rules of your own", e.name).WithHint("use the set symbi")
	}
	for _, file := range files {
		list, err := loadRules(app, file)
		if err != nil {
			return err
		}
		for _, r := range list {
			e.set.Add(r)
		}
	}
	return nil
}

// upstreamRules are the rules of an upstream set as far as a report names them.
func upstreamRules(name, version string, from *upstream.Set) *rules.Set {
	set := &rules.Set{Name: name, Version: version}
	for _, r := range from.Rules() {
		set.Rules = append(set.Rules, &rules.Rule{ID: r.Name, Title: r.Message, Severity: skills.UpstreamSeverity(r.Severity), Confidence: rules.Certain, Pattern: r.Pattern})
	}
	return set
}

func (e *engine) rule(id string) *rules.Rule { return e.set.Rule(id) }

func (e *engine) scan(ctx context.Context, t *target) (skills.Report, error) {
	defer e.done()
	if e.upstream == nil {
		return e.scanner.Scan(ctx, t.source)
	}
	var parts []skills.UpstreamPart
	for _, tr := range t.trees {
		parts = append(parts, skills.UpstreamPart{FS: tr.fs, Prefix: tr.prefix})
	}
	for _, name := range t.texts {
		in, err := t.open(name)
		if err != nil {
			return skills.Report{}, err
		}
		data, err := io.ReadAll(in)
		in.Close()
		if err != nil {
			return skills.Report{}, err
		}
		parts = append(parts, skills.UpstreamPart{Text: data, Prefix: path.Clean(name)})
	}
	return e.scanner.ScanUpstream(ctx, e.upstream, parts)
}
