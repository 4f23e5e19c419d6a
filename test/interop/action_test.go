//go:build interop

package interop_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func TestActionIsValid(t *testing.T) {
	t.Parallel()
	p := newPlace(t, venv(t, "check-jsonschema==0.39.0"))
	p.want(0, "check-jsonschema", "--builtin-schema", "vendor.github-actions", filepath.Join(root(t), "action.yml"))
}

// action is the part of action.yml that the tests need.
type action struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Runs struct {
		Steps []struct {
			ID, Name, Run, Uses string
			Env                 map[string]string
		}
	}
}

func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// What the runner puts into a script is run by it, and what a tag points to can
// be changed.
func TestActionIsNotInjectable(t *testing.T) {
	t.Parallel()
	for _, step := range readAction(t).Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("step %q puts an expression into its script", step.Name)
		}
		if _, commit, _ := strings.Cut(step.Uses, "@"); step.Uses != "" && len(commit) != 40 {
			t.Errorf("step %q uses %s, which is not a commit", step.Name, step.Uses)
		}
	}
}

// scan runs the script of the step "scan" as a runner does and returns its exit
// status, its outputs and what it printed.
func scan(t *testing.T, p *place, inputs map[string]string) (status int, outputs map[string]string, printed string) {
	t.Helper()
	a := readAction(t)
	temp := t.TempDir()
	runner := *p
	runner.env = append(slices.Clip(p.env), "GITHUB_OUTPUT="+filepath.Join(temp, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary"))
	for _, step := range a.Runs.Steps {
		if step.ID != "scan" {
			continue
		}
		for name, value := range step.Env {
			for input, declared := range a.Inputs {
				given, ok := inputs[input]
				if !ok {
					given = declared.Default
				}
				value = strings.ReplaceAll(value, "${{ inputs."+input+" }}", given)
			}
			value = strings.ReplaceAll(value, "${{ runner.temp }}/symbi-ctl/symbi-ctl", "symbi-ctl")
			value = strings.ReplaceAll(value, "${{ runner.temp }}/symbi-ctl", temp)
			runner.env = append(runner.env, name+"="+value)
		}
		status, printed = runner.run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
	}
	outputs = map[string]string{}
	written, err := os.ReadFile(filepath.Join(temp, "output"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(written)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		outputs[name] = value
	}
	if path := outputs["sarif"]; path != "" {
		if text, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(text), "{") {
			t.Errorf("there is no SARIF: %v, %.100q", err, text)
		}
		if text, err := os.ReadFile(filepath.Join(temp, "summary")); err != nil || len(text) == 0 {
			t.Errorf("there is no summary: %v", err)
		}
	}
	delete(outputs, "sarif")
	return status, outputs, printed
}

func TestActionScans(t *testing.T) {
	t.Parallel()
	bin := binary(t)
	p := newPlace(t, bin)
	p.want(0, "git", "init", "-q", "-b", "main")
	p.write("skills/notes/SKILL.md", good)
	p.want(0, "git", "add", "-A")
	p.want(0, "git", "commit", "-q", "-m", "one")
	p.write("skills/bad/SKILL.md", evil)
	p.write("a b/SKILL.md", good)
	p.want(0, "git", "add", "-A")
	p.want(0, "git", "commit", "-q", "-m", "two")
	hostile := "x\"; touch pwned; $(touch pwned) `touch pwned` ' \n--fail-on=none"
	for name, tc := range map[string]struct {
		inputs  map[string]string
		status  int
		outputs map[string]string
		printed string
	}{
		"all":                {nil, 0, map[string]string{"status": "3"}, "::error file=skills/bad/SKILL.md,line=9"},
		"a clean folder":     {map[string]string{"path": "skills/notes"}, 0, map[string]string{"status": "0"}, ""},
		"two folders":        {map[string]string{"path": "a b\n\nskills/notes\n"}, 0, map[string]string{"status": "0"}, ""},
		"a threshold":        {map[string]string{"fail-on": "none"}, 0, map[string]string{"status": "0"}, ""},
		"what is added":      {map[string]string{"diff-base": "HEAD~1"}, 0, map[string]string{"status": "3"}, "::error file=skills/bad/SKILL.md,line=9"},
		"nothing is added":   {map[string]string{"diff-base": "HEAD"}, 0, map[string]string{"status": "0"}, ""},
		"a wrong threshold":  {map[string]string{"fail-on": hostile}, 2, map[string]string{}, "unknown severity"},
		"a wrong revision":   {map[string]string{"diff-base": "--output=x"}, 2, map[string]string{}, "no such revision"},
		"a hostile revision": {map[string]string{"diff-base": hostile}, 2, map[string]string{}, "no such revision"},
		"a hostile path":     {map[string]string{"path": hostile}, 1, map[string]string{}, "no such file"},
		"a hostile gate":     {map[string]string{"gate": hostile}, 2, map[string]string{}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, outputs, printed := scan(t, p, tc.inputs)
			if status != tc.status || !strings.Contains(printed, tc.printed) {
				t.Errorf("want status %d and %q, got %d and\n%s", tc.status, tc.printed, status, printed)
			}
			if diff := cmp.Diff(tc.outputs, outputs); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
			if _, err := os.Stat(filepath.Join(p.dir, "pwned")); err == nil {
				t.Error("an input was run")
			}
		})
	}
}
