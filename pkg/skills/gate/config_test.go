package gate_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

const whole = `# what we decided
version: 1
rule_set: symbi
fail_on: medium
min_confidence: low
allow_inline: true
suppress:
  - rule: pipe-to-shell
    path: skills/setup/
    skill: "skills/*"
    reason: our own installer
    expires: 2027-03-31
  - {rule: "env-*", reason: "known", expires: "2027-01-02", severity: low}
rules: [rules/house.yaml, more.yaml]
exclude:
  - path: fixtures/**
    reason: test data
`

func TestParseConfig(t *testing.T) {
	t.Parallel()
	got, err := gate.ParseConfig("f", []byte(whole), "symbi", "runtime")
	if err != nil {
		t.Fatal(err)
	}
	want := &gate.Config{
		RuleSet: "symbi", FailOn: rules.Medium, MinConfidence: rules.Unlikely, AllowInline: true,
		Suppress: []gate.Suppression{
			{Rule: "pipe-to-shell", Path: "skills/setup/**", Skill: "skills/*", Reason: "our own installer", Expires: day(2027, 3, 31), Line: 8},
			{Rule: "env-*", Reason: "known", Expires: day(2027, 1, 2), Severity: rules.Low, Line: 13},
		},
		Rules:   []string{"rules/house.yaml", "more.yaml"},
		Exclude: []gate.Exclusion{{Path: "fixtures/**", Reason: "test data", Line: 16}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestParseConfigShort(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want gate.Config
	}{
		"version alone": {"version: 1\n", gate.Config{}},
		"never fails":   {"version: 1\nfail_on: none\n", gate.Config{FailOn: gate.Never}},
		"empty lists":   {"version: 1\nsuppress: []\nrules: []\nexclude: []\n", gate.Config{}},
		"any rule set":  {"version: 1\nrule_set: house\n", gate.Config{RuleSet: "house"}},
		"as JSON":       {`{"version": 1, "allow_inline": true}`, gate.Config{AllowInline: true}},
		"byte order":    {"\ufeffversion: 1\r\nfail_on: low\r\n", gate.Config{FailOn: rules.Low}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := gate.ParseConfig("f", []byte(tc.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNever(t *testing.T) {
	t.Parallel()
	for _, s := range rules.Severities() {
		if s >= gate.Never {
			t.Errorf("%s reaches Never", s)
		}
	}
	if got := gate.Never.String(); got != "none" {
		t.Errorf("want none, got %s", got)
	}
}

func TestParseConfigFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"empty":            {"", "f: the file is empty; it wants at least version: 1"},
		"comment only":     {"# nothing\n", "f: the file is empty; it wants at least version: 1"},
		"null":             {"~\n", "f:1: the file wants lines of the form key: value"},
		"list":             {"- a\n", "f:1: the file wants lines of the form key: value"},
		"no version":       {"fail_on: low\n", `f:1: the file wants the key "version"`},
		"newer":            {"version: 2\n", "f:1: version 2 is not known: want 1"},
		"version as text":  {"version: \"1\"\n", "f:1: version wants 1"},
		"not YAML":         {"version: 1\nsuppress: [\n", "f: this is not YAML: line 2: did not find expected node content"},
		"two documents":    {"version: 1\n---\nversion: 1\n", "f:2: the file holds more than one YAML document"},
		"not UTF-8":        {"version: 1\nrule_set: \xff\n", "f: the file is not UTF-8 text"},
		"near key":         {"version: 1\nsuppres: []\n", `f:2: unknown key "suppres"; did you mean "suppress"?`},
		"far key":          {"version: 1\nx: 1\n", `f:2: unknown key "x"; known are allow_inline, exclude, fail_on, min_confidence, rule_set, rules, suppress, version`},
		"twice":            {"version: 1\nfail_on: low\nfail_on: none\n", `f:3: the key "fail_on" is there already, on line 2`},
		"merge key":        {"version: 1\n<<: {fail_on: none}\n", `f:2: unknown key "<<"; known are allow_inline, exclude, fail_on, min_confidence, rule_set, rules, suppress, version`},
		"anchor":           {"version: 1\nfail_on: &a none\nrule_set: *a\n", "f:2: YAML anchors and aliases are not accepted\nf:3: YAML anchors and aliases are not accepted"},
		"severity":         {"version: 1\nfail_on: hihg\n", `f:2: fail_on does not know "hihg"; did you mean "high"?`},
		"confidence":       {"version: 1\nmin_confidence: critical\n", `f:2: min_confidence does not know "critical"; known are high, medium, low`},
		"rule set":         {"version: 1\nrule_set: symbii\n", `f:2: rule_set does not know "symbii"; did you mean "symbi"?`},
		"bool as text":     {"version: 1\nallow_inline: \"true\"\n", "f:2: allow_inline wants true or false"},
		"bool as in 1.1":   {"version: 1\nallow_inline: yes\n", "f:2: allow_inline wants true or false"},
		"suppress mapping": {"version: 1\nsuppress: {rule: x}\n", "f:2: suppress wants a list, each item on a line that begins with a hyphen"},
		"no reason":        {"version: 1\nsuppress:\n- rule: x\n", `f:3: a suppression wants the key "reason"`},
		"blank reason":     {"version: 1\nsuppress:\n- rule: x\n  reason: \"  \"\n", "f:4: reason wants text, not nothing"},
		"no rule":          {"version: 1\nsuppress:\n- path: x\n  reason: y\n", `f:3: a suppression wants the key "rule"`},
		"everything":       {"version: 1\nsuppress:\n- {rule: '*', path: '**/*', reason: y}\n", "f:3: a suppression of every rule everywhere would turn the gate off; if that is meant, use fail_on: none"},
		"exclude all":      {"version: 1\nexclude:\n- {path: '**', reason: y}\n", "f:3: an exclusion of everything would turn the gate off"},
		"bad glob":         {"version: 1\nsuppress:\n- {rule: x, path: 'a[', reason: y}\n", `f:3: path: "a[" is not a pattern: a bracket, a brace or a backslash has no end`},
		"absolute":         {"version: 1\nexclude:\n- {path: /etc, reason: y}\n", `f:3: path: write "/etc" relative to the folder of this file, without / ./ or ../ in front`},
		"no such day":      {"version: 1\nsuppress:\n- {rule: x, reason: y, expires: 2027-02-30}\n", `f:3: expires wants a day that exists, such as 2027-03-31, not "2027-02-30"`},
		"day with a time":  {"version: 1\nsuppress:\n- {rule: x, reason: y, expires: 2027-02-03T00:00:00Z}\n", `f:3: expires wants a day that exists, such as 2027-03-31, not "2027-02-03T00:00:00Z"`},
		"number as text":   {"version: 1\nrules: [1]\n", "f:2: rules wants text; put it in quotes"},
		"several": {
			"version: 1\nfail_on: lo\nsuppress:\n- {rule: x, raeson: y}\nexclude: 1\n",
			`f:2: fail_on does not know "lo"; did you mean "low"?
f:4: unknown key "raeson"; did you mean "reason"?
f:4: a suppression wants the key "reason"
f:5: exclude wants a list, each item on a line that begins with a hyphen`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sets := []string{"symbi", "runtime"}
			if name == "anchor" {
				sets = nil
			}
			got, err := gate.ParseConfig("f", []byte(tc.text), sets...)
			var faults *gate.ConfigError
			if !errors.As(err, &faults) || got != nil {
				t.Fatalf("want no settings and faults, got %+v and %v", got, err)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseConfigTooBig(t *testing.T) {
	t.Parallel()
	_, err := gate.ParseConfig("f", []byte("version: 1\n#"+strings.Repeat("x", 1<<20)))
	if err == nil || !strings.Contains(err.Error(), "bigger than 1 MiB") {
		t.Errorf("want a refusal, got %v", err)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	f := gate.Finding{Rule: "pipe-to-shell", Path: "skills/a/scripts/run.sh", Skill: "skills/a"}
	for name, tc := range map[string]struct {
		s    gate.Suppression
		want bool
	}{
		"id":             {gate.Suppression{Rule: "pipe-to-shell"}, true},
		"other id":       {gate.Suppression{Rule: "pipe"}, false},
		"id glob":        {gate.Suppression{Rule: "pipe-*"}, true},
		"exact path":     {gate.Suppression{Rule: "*", Path: "skills/a/scripts/run.sh"}, true},
		"one folder":     {gate.Suppression{Rule: "*", Path: "skills/*/run.sh"}, false},
		"any folders":    {gate.Suppression{Rule: "*", Path: "skills/**/*.sh"}, true},
		"base name only": {gate.Suppression{Rule: "*", Path: "run.sh"}, false},
		"braces":         {gate.Suppression{Rule: "{a,pipe-to-shell}", Skill: "skills/[ab]"}, true},
		"other skill":    {gate.Suppression{Rule: "*", Path: "**", Skill: "skills/b"}, false},
		"case counts":    {gate.Suppression{Rule: "*", Path: "Skills/**"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.s.Matches(f); got != tc.want {
				t.Errorf("want %t, got %t", tc.want, got)
			}
		})
	}
	if e := (gate.Exclusion{Path: "skills/*/scripts/**"}); !e.Matches(f.Path) || e.Matches("skills/a/SKILL.md") {
		t.Error("an exclusion matches other paths than its pattern says")
	}
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("version: 1\nsuppress:\n- &a {rule: x}\n- *a\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Add([]byte("!!binary a: |\n  x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := gate.ParseConfig("f", data, "symbi")
		if (c == nil) != (err != nil) {
			t.Fatalf("got settings %v and error %v", c, err)
		}
		if err != nil {
			return
		}
		for _, s := range c.Suppress {
			if s.Rule == "" || s.Reason == "" {
				t.Errorf("accepted %+v", s)
			}
			s.Matches(gate.Finding{Rule: "r", Path: "a/b", Skill: "a"})
		}
	})
}
