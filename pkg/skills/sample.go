package skills

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// SampleResult says how one sample of a rule fared.
type SampleResult struct {
	Rule   string
	Sample rules.Sample
	Hit    bool // what the rule says it is
	Passed bool
}

// TestRules scans every sample of the rules, each alone and with only its rule,
// and compares. A hit has to give a finding of at least medium confidence. A
// rule without a sample of either kind is an error.
func TestRules(ctx context.Context, list []*rules.Rule) ([]SampleResult, error) {
	var out []SampleResult
	for _, rule := range list {
		if len(rule.Hits) == 0 || len(rule.Misses) == 0 {
			return nil, fmt.Errorf("rule %s has no hits or no misses to test it with", rule.ID)
		}
		scanner, err := New(Options{Rules: &rules.Set{Name: "test", Rules: []*rules.Rule{rule}}, Workers: 1})
		if err != nil {
			return nil, err
		}
		for i, sample := range append(append([]rules.Sample{}, rule.Hits...), rule.Misses...) {
			found, err := scanner.fires(ctx, rule.ID, sample)
			if err != nil {
				return nil, err
			}
			hit := i < len(rule.Hits)
			out = append(out, SampleResult{Rule: rule.ID, Sample: sample, Hit: hit, Passed: found == hit})
		}
	}
	return out, nil
}

// SampleEntry is a sample as an entry of a skill.
func SampleEntry(sample rules.Sample) Entry {
	name := sample.Path
	if name == "" {
		name = "SKILL.md"
	}
	name = path.Join("skill", name)
	if sample.Link != "" {
		return Entry{Path: name, Root: ".", Mode: fs.ModeSymlink, Link: sample.Link}
	}
	e := MemoryEntry(name, 0o644|sample.Mode, []byte(sample.Text))
	e.Root = "."
	return e
}

func (s *Scanner) fires(ctx context.Context, id string, sample rules.Sample) (bool, error) {
	report, err := s.Scan(ctx, Listed{SampleEntry(sample)})
	for _, f := range report.Findings {
		if f.Rule == id && f.Confidence >= rules.Likely {
			return true, err
		}
	}
	return false, err
}
