package gate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

func TestZeroGate(t *testing.T) {
	t.Parallel()
	got := gate.Gate{}.Apply([]gate.Finding{{Rule: "r", Severity: rules.High}}, []gate.Directive{{Rules: []string{"r"}, Reason: "x"}})
	want := gate.Outcome{Decisions: []gate.Decision{{Severity: rules.High}}, Inert: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

func TestApplyOrder(t *testing.T) {
	t.Parallel()
	at := func(line int) gate.Finding {
		return gate.Finding{Rule: "r", Path: "p", Line: line, Severity: rules.High, Matched: fmt.Sprint(line)}
	}
	findings := []gate.Finding{at(1), at(2), at(3), at(4)}
	findings[3].Rule = "other"
	remark := gate.Directive{Path: "p", Line: 1, Rules: []string{"r"}, Reason: "said inline"}
	hide := gate.Suppression{Rule: "r", Path: "p", Reason: "said in the settings"}
	rate := gate.Suppression{Rule: "*", Path: "p", Reason: "not so bad", Severity: rules.Low}
	for name, tc := range map[string]struct {
		g    gate.Gate
		want []gate.Decision
	}{
		"inline before settings before baseline": {
			gate.Gate{AllowInline: true, Config: &gate.Config{Suppress: []gate.Suppression{hide}}, Baseline: gate.NewBaseline("s", time.Time{}, findings)},
			[]gate.Decision{
				{Severity: rules.High, Suppressed: true, By: gate.ByInline, Reason: "said inline"},
				{Severity: rules.High, Suppressed: true, By: gate.ByConfig, Reason: "said in the settings"},
				{Severity: rules.High, Suppressed: true, By: gate.ByConfig, Reason: "said in the settings"},
				{Severity: rules.High, Suppressed: true, By: gate.ByBaseline, Reason: "it is in the baseline"},
			},
		},
		"rated differently, and still known": {
			gate.Gate{Config: &gate.Config{Suppress: []gate.Suppression{rate, hide}}, Baseline: gate.NewBaseline("s", time.Time{}, findings[:1])},
			[]gate.Decision{
				{Severity: rules.Low, Rerated: "not so bad", Suppressed: true, By: gate.ByBaseline, Reason: "it is in the baseline"},
				{Severity: rules.Low, Rerated: "not so bad"},
				{Severity: rules.Low, Rerated: "not so bad"},
				{Severity: rules.Low, Rerated: "not so bad"},
			},
		},
		"the first entry decides": {
			gate.Gate{Config: &gate.Config{Suppress: []gate.Suppression{hide, rate}}},
			[]gate.Decision{
				{Severity: rules.High, Suppressed: true, By: gate.ByConfig, Reason: "said in the settings"},
				{Severity: rules.High, Suppressed: true, By: gate.ByConfig, Reason: "said in the settings"},
				{Severity: rules.High, Suppressed: true, By: gate.ByConfig, Reason: "said in the settings"},
				{Severity: rules.Low, Rerated: "not so bad"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.g.Apply(findings, []gate.Directive{remark})
			if diff := cmp.Diff(tc.want, got.Decisions); diff != "" {
				t.Errorf("decisions (-want +got):\n%s", diff)
			}
			if len(got.Notices) > 0 {
				t.Errorf("want no notices, got %+v", got.Notices)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	g := gate.Gate{Config: &gate.Config{Suppress: []gate.Suppression{{Rule: "r", Reason: "x", Expires: day(2026, 3, 1), Line: 7}}}}
	for name, tc := range map[string]struct {
		now  time.Time
		want bool
	}{
		"before":      {day(2026, 2, 1), true},
		"last second": {day(2026, 3, 2).Add(-time.Second), true},
		"next day":    {day(2026, 3, 2), false},
		"other zone":  {time.Date(2026, 3, 1, 23, 0, 0, 0, time.FixedZone("", -3600)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := g
			g.Now = tc.now
			got := g.Apply([]gate.Finding{{Rule: "r"}}, nil)
			if got.Decisions[0].Suppressed != tc.want {
				t.Errorf("want suppressed %t, got %+v", tc.want, got)
			}
			want := []gate.Notice{{Kind: gate.ConfigExpired, Line: 7, Text: "the suppression of r expired on 2026-03-01"}}
			if tc.want {
				want = nil
			}
			if diff := cmp.Diff(want, got.Notices); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInline(t *testing.T) {
	t.Parallel()
	line := func(n int) gate.Directive {
		return gate.Directive{Path: "p", Line: n, Rules: []string{"r"}, Reason: "x"}
	}
	next := line(4)
	next.NextLine = true
	for name, tc := range map[string]struct {
		finding gate.Finding
		remark  gate.Directive
		want    bool
	}{
		"same line":       {gate.Finding{Rule: "r", Path: "p", Line: 5}, line(5), true},
		"next line":       {gate.Finding{Rule: "r", Path: "p", Line: 5}, next, true},
		"line before":     {gate.Finding{Rule: "r", Path: "p", Line: 5}, line(4), false},
		"line after":      {gate.Finding{Rule: "r", Path: "p", Line: 5}, line(6), false},
		"within":          {gate.Finding{Rule: "r", Path: "p", Line: 3, EndLine: 6}, line(6), true},
		"before within":   {gate.Finding{Rule: "r", Path: "p", Line: 5, EndLine: 6}, next, true},
		"other rule":      {gate.Finding{Rule: "r2", Path: "p", Line: 5}, line(5), false},
		"other file":      {gate.Finding{Rule: "r", Path: "q", Line: 5}, line(5), false},
		"no glob":         {gate.Finding{Rule: "r", Path: "p", Line: 5}, gate.Directive{Path: "p", Line: 5, Rules: []string{"*"}, Reason: "x"}, false},
		"no reason":       {gate.Finding{Rule: "r", Path: "p", Line: 5}, gate.Directive{Path: "p", Line: 5, Rules: []string{"r"}}, false},
		"file as a whole": {gate.Finding{Rule: "r", Path: "p"}, gate.Directive{Path: "p", Rules: []string{"r"}, Reason: "x"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := gate.Gate{AllowInline: true}.Apply([]gate.Finding{tc.finding}, []gate.Directive{tc.remark})
			if got.Decisions[0].Suppressed != tc.want || (len(got.Notices) == 0) != tc.want {
				t.Errorf("want suppressed %t, got %+v", tc.want, got)
			}
		})
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	g := gate.Gate{
		AllowInline: true,
		Config:      &gate.Config{Suppress: []gate.Suppression{{Rule: "none", Reason: "x", Line: 3}, {Rule: "r", Reason: "x", Line: 4}, {Rule: "*", Path: "p", Reason: "y", Line: 5}}},
		Baseline:    gate.NewBaseline("s", time.Time{}, []gate.Finding{{Rule: "gone", Path: "p"}, {Rule: "r", Path: "p"}}),
	}
	directives := []gate.Directive{
		{Path: "p", Line: 9}, {Path: "p", Line: 8, Rules: []string{"r"}}, {Path: "a", Line: 1, Rules: []string{"r", "s"}, Reason: "x"},
	}
	findings := []gate.Finding{{Rule: "r", Path: "p"}, {Rule: "s", Path: "a", Line: 1}}
	inline := []gate.Notice{
		{Kind: gate.InlineUnused, Path: "a", Line: 1, Text: "the remark about r matches no finding"},
		{Kind: gate.InlineNoReason, Path: "p", Line: 8, Text: "the remark gives no reason, so it does not count"},
		{Kind: gate.InlineMalformed, Path: "p", Line: 9, Text: "the remark wants the form symbi-ignore: RULE reason"},
	}
	rest := []gate.Notice{
		{Kind: gate.ConfigUnused, Line: 3, Text: "the suppression of none matches no finding"},
		{Kind: gate.BaselineStale, Text: "entries of the baseline that are no longer found: 1; write it anew"},
	}
	got := g.Apply(findings, directives)
	if diff := cmp.Diff(append(inline, rest...), got.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if len(got.Stale) != 1 || got.Stale[0].Rule != "gone" {
		t.Errorf("want one stale entry, got %+v", got.Stale)
	}
	g.Partial = true
	got = g.Apply(findings, directives)
	if diff := cmp.Diff(inline, got.Notices); diff != "" {
		t.Errorf("notices of a partial scan (-want +got):\n%s", diff)
	}
}

func ExampleGate_Apply() {
	settings, err := gate.ParseConfig(".symbi-skills.yaml", []byte(`
version: 1
suppress:
  - rule: pipe-to-shell
    path: skills/setup/
    reason: our own installer
    expires: 2027-03-31
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	g := gate.Gate{Config: settings, Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	out := g.Apply([]gate.Finding{
		{Rule: "pipe-to-shell", Path: "skills/setup/SKILL.md", Line: 12, Severity: rules.High},
		{Rule: "pipe-to-shell", Path: "skills/other/SKILL.md", Line: 3, Severity: rules.High},
	}, nil)
	for _, d := range out.Decisions {
		fmt.Println(d.Severity, d.Suppressed, d.By, d.Reason)
	}
	// Output:
	// high true config our own installer
	// high false
}

func ExampleBaseline_Apply() {
	old := gate.Finding{Rule: "pipe-to-shell", Path: "a/SKILL.md", Line: 3, Matched: "curl x | sh"}
	baseline := gate.NewBaseline("symbi", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), []gate.Finding{old})
	old.Line = 40
	fmt.Println(baseline.Apply([]gate.Finding{old, old}).Known)
	// Output: [true false]
}

func ExampleParseDirective() {
	d, ok := gate.ParseDirective("curl -s https://x.example | sh  # symbi-ignore: pipe-to-shell our own host")
	fmt.Println(ok, d.Rules, d.Reason)
	// Output: true [pipe-to-shell] our own host
}
