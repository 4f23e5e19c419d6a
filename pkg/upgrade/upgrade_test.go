package upgrade_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/upgrade"
)

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

// found lists findings as "since severity file:line".
func found(t *testing.T, p upgrade.Project) []string {
	t.Helper()
	all, err := p.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, f := range all.Findings {
		if f.Message == "" || f.Todo == "" {
			t.Errorf("%+v: a finding needs a message and something to do", f)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s:%d", f.Since, f.Severity, f.File, f.Line))
	}
	return lines
}

func TestCheck(t *testing.T) {
	t.Parallel()
	full := fstest.MapFS{}
	for i := range 3500 {
		full[fmt.Sprintf(".symbiont/invocations/%d.jsonl", i)] = text("{}\n")
	}
	for name, tc := range map[string]struct {
		root fstest.MapFS
		want []string
	}{
		"nothing to say":          {fstest.MapFS{"agents/a.symbi": text("agent a() {\n  // emit nothing\n  let on = 1\n}\n")}, []string{}},
		"statements that went":    {fstest.MapFS{"agents/a.symbi": text("agent a() {\n  emit done\n}\non start {}\n")}, []string{"1.20 blocks agents/a.symbi:2", "1.20 blocks agents/a.symbi:4"}},
		"old file name":           {fstest.MapFS{"agents/a.dsl": text("emit x\n")}, []string{"1.20 blocks agents/a.dsl:1"}},
		"other folders":           {fstest.MapFS{"docs/a.symbi": text("emit x\n")}, []string{}},
		"template":                {fstest.MapFS{"tools/a.clad.toml": text("[tool]\nbinary='ls'\n[command]\ntemplate='ls {path}'\n")}, []string{"2.0 changes tools/a.clad.toml:0"}},
		"no time":                 {fstest.MapFS{"tools/a.clad.toml": text("[tool]\ntimeout_seconds = 0\n")}, []string{"2.0 blocks tools/a.clad.toml:0"}},
		"interpreter":             {fstest.MapFS{"tools/a.clad.toml": text("[command]\nexec=['/usr/bin/python3','x.py']\n")}, []string{"2.0 blocks tools/a.clad.toml:0"}},
		"interpreter allowed":     {fstest.MapFS{"tools/a.clad.toml": text("[tool]\nallow_interpreter=true\n[command]\nexec=['python3','x.py']\n")}, []string{}},
		"refused placeholder":     {fstest.MapFS{"tools/a.clad.toml": text("[command]\nexec=['nmap','{_scan_flags}']\n")}, []string{"2.0 blocks tools/a.clad.toml:0"}},
		"not TOML":                {fstest.MapFS{"tools/a.clad.toml": text("[tool\n")}, []string{"2.0 blocks tools/a.clad.toml:0"}},
		"own action":              {fstest.MapFS{"tools/a.clad.toml": text("[tool.cedar]\nresource='X'\naction='y'\n")}, []string{"1.21 changes tools/a.clad.toml:0"}},
		"outbound":                {fstest.MapFS{"symbiont.toml": text("[outbound]\nschema_version=1\n"), "tools/a.clad.toml": text("[http]\nurl='https://x'\n")}, []string{"3.0 blocks tools/a.clad.toml:0"}},
		"landlock":                {fstest.MapFS{"symbiont.toml": text("[sandbox]\ntier='landlock'\n")}, []string{"3.0 changes symbiont.toml:0"}},
		"policies":                {fstest.MapFS{"policies/run/a.cedar": text("permit(principal, action, resource)\nwhen { resource.tool_name == \"x\" };\nforbid(principal, action == Action::\"tool_call::x\", resource);\n")}, []string{"1.21 changes policies/run/a.cedar:2", "1.21 note policies/run/a.cedar:3"}},
		"policy cut off":          {fstest.MapFS{"policies/a.cedar": text("permit(principal\n")}, []string{"1.21 blocks policies/a.cedar:2"}},
		"old signature":           {fstest.MapFS{"skills/x/.schemapin.sig": text(`{"schemapin_version":"1.3"}`)}, []string{"2.0 blocks skills/x/.schemapin.sig:0"}},
		"new signature":           {fstest.MapFS{"skills/x/.schemapin.sig": text(`{"schemapin_version": "symbi-skill-v2"}`)}, []string{}},
		"link in a skill":         {fstest.MapFS{"skills/x/SKILL.md": text(""), "skills/x/d/l": {Mode: fs.ModeSymlink, Data: []byte("y")}}, []string{"2.0 blocks skills/x/d/l:0"}},
		"link elsewhere":          {fstest.MapFS{"l": {Mode: fs.ModeSymlink, Data: []byte("y")}}, []string{}},
		"store of claims is full": {full, []string{"1.21 blocks .symbiont/invocations:0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := found(t, upgrade.Project{Root: tc.root, From: upgrade.Version{Major: 1, Minor: 11}, To: upgrade.Version{Major: 3}})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNotLater(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]upgrade.Version{"the same": {Major: 2}, "back": {Major: 1, Minor: 21}, "none": {}} {
		_, err := upgrade.Project{Root: fstest.MapFS{}, From: upgrade.Version{Major: 2}, To: to}.Check(t.Context())
		if !errors.Is(err, upgrade.ErrNotLater) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKnown: nothing is found of a version that is not named.
func TestKnown(t *testing.T) {
	t.Parallel()
	known := upgrade.Known()
	last := known[len(known)-1]
	if !slices.IsSortedFunc(known, func(a, b upgrade.Version) int { return strings.Compare(a.String(), b.String()) }) || last.String() != "3.0" {
		t.Errorf("%v", known)
	}
}

func TestOnlyWhatTheUpgradeCrosses(t *testing.T) {
	t.Parallel()
	root := fstest.MapFS{"agents/a.symbi": text("emit x\n"), "tools/a.clad.toml": text("[tool]\ntimeout_seconds = 0\n")}
	for name, tc := range map[string]struct {
		from, to upgrade.Version
		want     string
	}{
		"all":        {upgrade.Version{Major: 1, Minor: 19}, upgrade.Version{Major: 3}, "1.20 2.0"},
		"up to 1.21": {upgrade.Version{Major: 1, Minor: 19}, upgrade.Version{Major: 1, Minor: 21}, "1.20"},
		"from 1.20":  {upgrade.Version{Major: 1, Minor: 20}, upgrade.Version{Major: 2}, "2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var since []string
			for _, line := range found(t, upgrade.Project{Root: root, From: tc.from, To: tc.to}) {
				since = append(since, strings.Fields(line)[0])
			}
			if got := strings.Join(since, " "); got != tc.want {
				t.Errorf("findings of %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSchedulesOfTheUser(t *testing.T) {
	t.Parallel()
	p := upgrade.Project{Root: fstest.MapFS{}, Data: fstest.MapFS{"symbi/cron_jobs.db": text("x")}, From: upgrade.Version{Major: 1, Minor: 19}, To: upgrade.Version{Major: 3}}
	if got := found(t, p); len(got) != 1 {
		t.Errorf("findings %q, want one about the schedules", got)
	}
	p.Root = fstest.MapFS{".symbiont/cron_jobs.db": text("y")}
	if got := found(t, p); len(got) != 0 {
		t.Errorf("findings %q, want none: the project has its schedules", got)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("[tool]\ntimeout_seconds = 0\n")
	f.Add("permit(")
	f.Fuzz(func(t *testing.T, data string) {
		root := fstest.MapFS{"tools/a.clad.toml": text(data), "policies/a.cedar": text(data), "agents/a.symbi": text(data), "symbiont.toml": text(data)}
		if _, err := (upgrade.Project{Root: root, To: upgrade.Version{Major: 3}}).Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func ExampleProject_Check() {
	root := fstest.MapFS{"agents/old.symbi": {Data: []byte("emit done\n")}}
	found, err := upgrade.Project{Root: root, From: upgrade.Version{Major: 1, Minor: 19}, To: upgrade.Version{Major: 3}}.Check(context.Background())
	fmt.Println(found.Findings[0].Since, found.Findings[0].File, found.Files, err)
	// Output: 1.20 agents/old.symbi [agents/old.symbi] <nil>
}
