package upgrade_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/upgrade"
)

func load(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors/" + file)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// blocked reports what a project is blocked by.
func blocked(t *testing.T, root fstest.MapFS) []upgrade.Finding {
	t.Helper()
	report, err := upgrade.Project{Root: root, From: upgrade.Version{Major: 1, Minor: 19}, To: upgrade.Version{Major: 3}}.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []upgrade.Finding
	for _, f := range report.Findings {
		if f.Severity == upgrade.Blocks {
			all = append(all, f)
		}
	}
	return all
}

// TestPolicies: 70 policies that two Cedar engines have read. What they refuse
// is found, but for the template that one of them refuses, and nothing else.
func TestPolicies(t *testing.T) {
	t.Parallel()
	const template = 59
	var cases []struct {
		N             int
		Policy, Parse string
	}
	load(t, "cedar_go_1.9.0_results.json", &cases)
	for _, tc := range cases {
		good := tc.Parse == "ok" || tc.N == template
		if got := blocked(t, fstest.MapFS{"policies/a.cedar": text(tc.Policy)}); (len(got) == 0) != good {
			t.Errorf("%d: %q: findings %v, the engine says %s", tc.N, tc.Policy, got, tc.Parse)
		}
	}
}

func TestPolicyFaults(t *testing.T) {
	t.Parallel()
	const scope = "permit(principal, action, resource)"
	for policy, want := range map[string]int{ // the line of the fault, -1 for none
		"":                  -1,
		"// permit( {\n":    -1,
		scope + ";":         -1,
		scope + " // )}\n;": -1,
		scope + ` when { resource.x == "}\"{(" };`:                                                            -1,
		`@id("a") @note permit(principal is A::B in C::"x", action in [Action::"a", Action::"b"], resource);`: -1,
		"permit(principal == ?principal, action, resource in ?resource);":                                     -1,
		scope + ` when { resource.x == "?principal" };`:                                                       -1,
		"permit(principal == ?principal, action, resource)\nwhen { 1 + };":                                    2,
		scope + "\nwhen { resource.x == 1 + };":                                                               2,
		scope + " when { (a };":                                                                               1,
		scope + " when { resource.a ]};":                                                                      1,
		scope + " when { resource.a ":                                                                         1,
		scope + " when {};":                                                                                   1,
		scope + " when a;":                                                                                    1,
		scope + ` when { "a };`:                                                                               1,
		scope + ";\nallow(principal);":                                                                        2,
		"permit(principal, action, thing);":                                                                   1,
		"permit(principal == A, action, resource);":                                                           1,
		"permit(principal in [A::\"x\"], action, resource);":                                                  1,
		"permit(principal, action in [A::\"a\" A::\"b\"], resource);":                                         1,
		"# a comment\n" + scope + ";":                                                                         1,
		"\xff":                                                                                                0,
	} {
		got := blocked(t, fstest.MapFS{"policies/a.cedar": text(policy)})
		line := -1
		if len(got) > 0 {
			line = got[0].Line
		}
		if line != want {
			t.Errorf("%q: %v, want a fault in line %d", policy, got, want)
		}
	}
}

// TestManifests: what the loader of runtime 3.0.0 made of some 450 manifests.
// None that it takes is called a hindrance, and what it refuses for a reason
// that is looked for is found.
func TestManifests(t *testing.T) {
	t.Parallel()
	var vectors struct {
		Cases []struct {
			Name, Kind, Manifest string
			Types                string `json:"types_toml"`
			Files                map[string]string
			Accepted             bool
			Error                string `json:"runtime_error"`
		}
	}
	load(t, "runtime3_manifest.json", &vectors)
	lookedFor := []string{
		"block_internal is not set", "is an interpreter", "unknown field", "inside quotes", "timeout_seconds must be greater", "duplicate key", "duplicate tool name",
		"'_scan_flags' is not", "'_output_file' is not", "'_evidence_dir' is not", "invalid table header",
	}
	missed := []string{}
	for _, tc := range vectors.Cases {
		root := fstest.MapFS{"tools/a.clad.toml": text(tc.Manifest)}
		if tc.Kind == "directory" {
			root = fstest.MapFS{}
			for name, content := range tc.Files {
				root[name] = text(content)
			}
		}
		got := blocked(t, root)
		if tc.Accepted && len(got) > 0 {
			t.Errorf("%s: %v, and the runtime takes it", tc.Name, got)
		}
		for _, reason := range lookedFor {
			if !tc.Accepted && tc.Types == "" && len(got) == 0 && strings.Contains(tc.Error, reason) {
				missed = append(missed, tc.Name+": "+tc.Error)
			}
		}
	}
	if diff := cmp.Diff([]string{}, missed); diff != "" {
		t.Errorf("not found (-want +got):\n%s", diff)
	}
}
