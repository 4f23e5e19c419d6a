//go:build interop && unix

package interop_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// operator runs symbi-ctl against one runtime.
type operator struct {
	*place
	program    string
	url, token string
}

// newOperator returns an operator whose settings name the runtime at url.
func newOperator(t *testing.T, url, token string) *operator {
	t.Helper()
	o := &operator{place: newPlace(t), program: filepath.Join(binary(t), "symbi-ctl")}
	o.connect(url, token)
	return o
}

// connect names the runtime in the settings.
func (o *operator) connect(url, token string) {
	o.url, o.token = strings.TrimSuffix(url, "/api/v1"), token
	o.env = append(o.env, "SYMBIONT_BASE_URL="+url, "SYMBIONT_API_KEY="+token, "SYMBIONT_MAX_RETRIES=0")
}

// reply is how a command ended.
type reply struct {
	status         int
	stdout, stderr string
}

// do runs symbi-ctl with JSON as its output.
func (o *operator) do(args ...string) reply {
	o.t.Helper()
	c := exec.CommandContext(o.t.Context(), o.program, append(args, "-o", "json")...)
	c.Dir, c.Env = o.dir, o.env
	var out, fault bytes.Buffer
	c.Stdout, c.Stderr = &out, &fault
	if err := c.Run(); err != nil && c.ProcessState == nil {
		o.t.Fatalf("symbi-ctl %q: %v", args, err)
	}
	return reply{c.ProcessState.ExitCode(), out.String(), fault.String()}
}

// must runs symbi-ctl, which has to end with status, and decodes what it prints
// into answer unless that is nil.
func (o *operator) must(status int, answer any, args ...string) reply {
	o.t.Helper()
	r := o.do(args...)
	if r.status != status {
		o.t.Fatalf("symbi-ctl %q: want status %d, got %d\n%s%s", args, status, r.status, r.stdout, r.stderr)
	}
	if answer != nil {
		if err := json.Unmarshal([]byte(r.stdout), answer); err != nil {
			o.t.Fatalf("symbi-ctl %q: %v\n%s%s", args, err, r.stdout, r.stderr)
		}
	}
	return r
}

// run is what the tests need of the answer to a submission.
type run struct {
	Status       string `json:"status"`
	InvocationID string `json:"invocation_id"`
	Replayed     bool   `json:"replayed"`
	ExecutionID  string `json:"execution_id"`
	AgentID      string `json:"agent_id"`
	Audit        struct {
		RunID     string `json:"run_id"`
		Path      string `json:"path"`
		PublicKey string `json:"public_key"`
	} `json:"audit"`
	Result struct {
		Status string `json:"status"`
		Output string `json:"output"`
		Error  string `json:"error"`
	} `json:"result"`
}
