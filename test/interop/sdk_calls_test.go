//go:build interop && unix

package interop_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

//go:embed testdata/sdk_calls.py
var sdkScript string

// sdkVersions are the SDK of the older dialect and the newest one.
func sdkVersions() []string { return []string{"1.11.0", "1.16.0"} }

// sdkColumns are the columns of docs/compatibility.md: an SDK and a runtime.
func sdkColumns() []string {
	var columns []string
	for _, version := range sdkVersions() {
		for _, name := range subjects() {
			if asksSDK(name) {
				columns = append(columns, version+" "+name)
			}
		}
	}
	return columns
}

// sdkCall is a call of the SDKs, and why it cannot work everywhere.
type sdkCall struct{ name, why string }

// sdkCalls is every documented call that belongs to agents, messages and
// workflows, as testdata/sdk_calls.py makes them.
func sdkCalls() []sdkCall {
	const (
		route = "no real runtime serves the route that the SDK asks"
		model = "the SDK's model is not what runtimes send"
	)
	return []sdkCall{
		{"health_check", ""},
		{"get_status", ""},
		{"get_metrics", model + ": it wants eleven figures at the top level"},
		{"metrics_client.get_metrics", ""},
		{"metrics_client.get_metrics_snapshot", route},
		{"metrics_client.get_scheduler_metrics", route},
		{"metrics_client.get_system_metrics", route},
		{"metrics_client.export_metrics", route + ", nor does the embedded one yet"},
		{"list_agents", ""},
		{"list_agents, an entry as get_agent_status wants it", "the list holds objects, not the ids that the SDK documents"},
		{"get_agent_status", model + ": it wants lower-case states of its own; 1.11 asks a path that only takes PUT and DELETE"},
		{"get_agent_metrics", route},
		{"create_agent", "the SDK sends no definition, which real runtimes want"},
		{"execute_agent", ""},
		{"execute_agent with a key", ""},
		{"execute_agent with the same key", ""},
		{"execute_agent with a key of another agent", "refused by right, but the SDK says reconciled where the runtime says conflict"},
		{"re_execute_agent", route},
		{"re_execute_agent with input", route},
		{"execute_workflow", "1.11 asks a path that no real runtime serves; 1.16 sends no Idempotency-Key"},
		{"send_message", ""},
		{"get_message_status", ""},
		{"receive_messages", ""},
		{"send_heartbeat", ""},
		{"push_agent_event", ""},
		{"delete_agent", "1.11 doubles the prefix of the path"},
	}
}

// askSDK has an SDK make all its calls, and returns what came of each: "works",
// or the name of the error.
func (s *subject) askSDK(t *testing.T, version string) map[string]string {
	t.Helper()
	var robot, doomed struct{ ID string }
	s.must(0, &robot, "agents", "create", "sdk-robot", "--mode", "external")
	s.must(0, &doomed, "agents", "create", "doomed", "--prompt", "x")
	given, err := json.Marshal(map[string]string{
		"url": s.url + "/api/v1", "token": s.token, "agent": s.made["runner"], "mailbox": s.made["mailbox"],
		"external": robot.ID, "doomed": doomed.ID, "key": client.NewInvocationID(),
	})
	if err != nil {
		t.Fatal(err)
	}
	python := exec.CommandContext(t.Context(), filepath.Join(venv(t, "symbiont-sdk=="+version), "python"), "-c", sdkScript)
	python.Dir, python.Env = t.TempDir(), append(s.env, "SYMBIONT_AUTH_JWT_SECRET_KEY=unused")
	python.Stdin = bytes.NewReader(given)
	out, err := python.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("SDK %s: %v\n%s", version, err, failed.Stderr)
		}
		t.Fatal(err)
	}
	outcomes := make(map[string]string)
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var o struct{ Call, Error, Detail string }
		if err := decoder.Decode(&o); err != nil {
			t.Fatal(err)
		}
		outcomes[o.Call] = "works"
		if o.Error != "" {
			outcomes[o.Call] = "`" + o.Error + "`"
			t.Logf("SDK %s, %s: %s: %s", version, o.Call, o.Error, o.Detail)
		}
	}
	s.checkSDK(t, version, outcomes)
	return outcomes
}

// checkSDK wants every call known, and none without a reason to fail.
func (s *subject) checkSDK(t *testing.T, version string, outcomes map[string]string) {
	t.Helper()
	known := make(map[string]string)
	for _, c := range sdkCalls() {
		known[c.name] = c.why
	}
	for call, outcome := range outcomes {
		why, ok := known[call]
		switch {
		case !ok:
			t.Errorf("SDK %s: the call %q is not in the table", version, call)
		case outcome != "works" && why == "":
			t.Errorf("SDK %s with %s: want %s to work, got %s", version, s.name, call, outcome)
		}
	}
}
