package devruntime_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// TestSDKStory: what the Python SDK 1.11 calls, at the paths and with the bodies
// that it sends.
func TestSDKStory(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	created := g.ask(t, "POST /agents", `{"id":"i","name":"sdk","description":"d","system_prompt":"be brief","tools":[],"model":"m","temperature":0.5,"top_p":1.0,"max_tokens":9}`)
	id, _ := created.member("id").(string)
	again := g.ask(t, "POST /api/v1/agents/"+id+"/re-execute", `{"input":{"task":"hello"}}`)
	if again.status != http.StatusOK || again.member("status") != "queued" || uuid.Validate(again.header.Get("Idempotency-Key")) != nil {
		t.Fatalf("%d %s", again.status, again.body)
	}
	<-g.model.began
	if asked := g.model.asked.Load(); asked.System != "be brief" || asked.Messages[0].Content != `{"task":"hello"}` {
		t.Errorf("the model was told %q and %v", asked.System, asked.Messages)
	}
	eventually(t, func() bool { return g.ask(t, "GET /agents/"+id, "").member("state") == "idle" })
	status := g.ask(t, "GET /agents/"+id, "")
	if !strings.Contains(status.body, `"resource_usage":{"memory_bytes":0,"cpu_percent":0,"active_tasks":0}`) {
		t.Errorf("%s", status.body)
	}
	var figures map[string]any
	g.ask(t, "GET /agents/"+id+"/metrics", "").decode(t, &figures)
	delete(figures, "last_activity")
	want := map[string]any{
		"agent_id": id, "tasks_completed": 1.0, "tasks_failed": 0.0, "tasks_unresolved": 0.0, "tasks_active": 0.0,
		"average_response_time_ms": 0.0, "memory_usage_bytes": 0.0, "cpu_usage_percent": 0.0, "uptime_seconds": 0.0,
	}
	if diff := cmp.Diff(want, figures); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := g.ask(t, "DELETE /api/v1/agents/"+id, ""); r.status != http.StatusOK || !json.Valid([]byte(r.body)) {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, line := range []string{"GET /agents/" + id, "GET /agents/" + id + "/metrics"} {
		if r := g.ask(t, line, ""); r.status != http.StatusNotFound || r.member("code") != "AGENT_NOT_FOUND" {
			t.Errorf("%s: %d %s", line, r.status, r.body)
		}
	}
}

func TestSDKStates(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	id := createExternal(t, g)
	for state, want := range map[string]string{"Created": "idle", "Running": "busy", "Waiting": "active", "Failed": "error", "Suspended": "stopped", "Terminated": "stopped", "Completed": "idle"} {
		g.ask(t, "POST /agents/"+id+"/heartbeat", `{"state":"`+state+`"}`)
		if r := g.ask(t, "GET /agents/"+id, ""); r.member("state") != want {
			t.Errorf("%s: %s, want %s", state, r.body, want)
		}
		if r := g.ask(t, "GET /agents/"+id+"/status", ""); r.member("state") != state {
			t.Errorf("%s became %s", state, r.body)
		}
	}
}

// TestSDKWorkflow: the id is a definition, or the agent's id says what runs.
func TestSDKWorkflow(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for name, tc := range map[string]struct {
		body   string
		status int
		word   string
	}{
		"definition":    {`{"workflow_id":"agent flow() {}","parameters":{},"agent_id":null}`, 200, `"status":"queued"`},
		"agent":         {`{"workflow_id":"nightly","parameters":{},"agent_id":"` + alpha + `"}`, 200, `"agent_id":"` + alpha + `"`},
		"neither":       {`{"workflow_id":"nightly","parameters":{},"agent_id":null}`, 404, `"code":"WORKFLOW_NOT_FOUND"`},
		"unknown agent": {`{"workflow_id":"nightly","parameters":{},"agent_id":"` + unknown + `"}`, 404, `"status":"not_found"`},
	} {
		if r := g.ask(t, "POST /workflows", tc.body); r.status != tc.status || !strings.Contains(r.body, tc.word) {
			t.Errorf("%s: %d %s, want %d with %s", name, r.status, r.body, tc.status, tc.word)
		}
	}
}

func TestSDKFigures(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.run(t, alpha, key1, `"x"`)
	g.run(t, alpha, key2, `"FAIL"`)
	r := g.ask(t, "GET /metrics/snapshot", "")
	if !strings.Contains(r.body, `"task_manager":{"tasks_active":0,"tasks_queued":0,"tasks_completed":1,"tasks_failed":1}`) {
		t.Errorf("%s", r.body)
	}
	if r := g.ask(t, "GET /metrics/scheduler", ""); r.body != `{"jobs_total":0,"jobs_active":0,"jobs_paused":0,"runs_total":0,"runs_succeeded":0,"runs_failed":0}` {
		t.Errorf("%s", r.body)
	}
	if r := g.ask(t, "GET /metrics/system", ""); r.member("memory_usage_bytes") == 0.0 {
		t.Errorf("%s", r.body)
	}
}
