package skills

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// UpstreamPart is a folder, or with Text a single file, that an upstream
// scanner is given. Paths are reported below Prefix.
type UpstreamPart struct {
	FS     fs.FS
	Text   []byte
	Prefix string
}

// UpstreamSeverity reads a severity as the upstream scanners print it.
func UpstreamSeverity(name string) rules.Severity {
	s, err := rules.ParseSeverity(strings.ToLower(name))
	if err != nil {
		return rules.Info
	}
	return s
}

// ScanUpstream scans with an upstream rule set. Those scanners are given one
// skill at a time: a folder that is no skill itself but holds some is scanned
// skill by skill, and what lies outside them is named in the notices.
func (s *Scanner) ScanUpstream(ctx context.Context, set *upstream.Set, parts []UpstreamPart) (Report, error) {
	own := s.opt.Rules
	report := Report{
		RuleSet: RuleSet{own.Name, own.Version, len(own.Rules)}, Findings: []Finding{}, Skills: []Summary{}, Notices: []string{},
		Coverage: Coverage{Skipped: []Skipped{}},
	}
	for _, p := range parts {
		if p.FS == nil {
			report.addUpstream(path.Dir(p.Prefix), upstream.Result{Findings: set.ScanText(p.Text, path.Base(p.Prefix)), Files: 1, Bytes: int64(len(p.Text))})
			continue
		}
		folders, err := upstreamFolders(ctx, p.FS)
		if err != nil {
			return report, err
		}
		if len(folders) > 1 || folders[0] != "." {
			report.Notices = append(report.Notices, fmt.Sprintf("rule set %s looks at skills only: %d folders below %s", own.Name, len(folders), p.Prefix))
		}
		for _, folder := range folders {
			sub, err := fs.Sub(p.FS, folder)
			if err != nil {
				return report, err
			}
			result, err := set.ScanFS(ctx, sub)
			if err != nil {
				return report, err
			}
			report.addUpstream(path.Join(p.Prefix, folder), result)
		}
	}
	sortFindings(report.Findings)
	s.fingerprint(report.Findings)
	report.Rules = s.notes(report.Findings)
	s.Judge(&report)
	return report, nil
}

// upstreamFolders returns the folders to scan one by one: the skills below fsys
// when it is none itself, else fsys as a whole.
func upstreamFolders(ctx context.Context, fsys fs.FS) ([]string, error) {
	if _, err := fs.Stat(fsys, "SKILL.md"); err == nil {
		return []string{"."}, nil
	}
	found, err := spec.Discover(ctx, fsys)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range found.Skills {
		out = append(out, f.ID)
	}
	slices.Sort(out)
	if len(out) == 0 {
		return []string{"."}, nil
	}
	return out, nil
}

func (r *Report) addUpstream(folder string, result upstream.Result) {
	r.Skills = append(r.Skills, Summary{Path: folder, Files: result.Files})
	r.Coverage.Files += result.Files
	r.Coverage.Bytes += result.Bytes
	for _, n := range result.Notes {
		r.Notices = append(r.Notices, folder+": "+n)
	}
	for _, f := range result.Findings {
		found := Finding{
			Rule: f.Rule, Severity: UpstreamSeverity(f.Severity), Confidence: rules.Certain, Category: "upstream", Skill: folder,
			Path: path.Join(folder, f.Path), Line: f.Line, Message: f.Message, Context: "line", matched: fmt.Sprint(f.Rule, f.Path),
		}
		if f.Line > 0 {
			found.Column = 1
		}
		r.Findings = append(r.Findings, found)
	}
}
