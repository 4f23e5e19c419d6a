package devruntime_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

func TestWorkflow(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	const body = `{"workflow_id":"metadata { name = \"nightly\" }\nagent flow() {}","parameters":{"n":1}}`
	ask := func() reply { return g.ask(t, "POST /workflows/execute", body, "Idempotency-Key", key1) }
	if r := ask(); r.status != http.StatusOK || r.member("agent_id") != key1 {
		t.Fatalf("without agent_id the key is the agent's id: %d %s", r.status, r.body)
	}
	if r := await(t, ask); r.member("status") != "completed" || !strings.Contains(r.body, `echo: {\"n\":1}`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if list := g.ask(t, "GET /agents", ""); strings.Count(list.body, `"name":"flow"`) != 1 {
		t.Errorf("the agent is not there once: %s", list.body)
	}
	if asked := g.model.asked.Load(); !strings.Contains(asked.System, "agent flow()") {
		t.Errorf("the model was told %q", asked.System)
	}
}

func TestWorkflowRefused(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for name, tc := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"name for a definition": {`{"workflow_id":"nightly","parameters":null}`, 400, `"status":"invalid_request"`},
		"empty":                 {`{"workflow_id":"","parameters":null}`, 400, "workflow declares no agent"},
		"no agent":              {`{"workflow_id":"metadata { a = \"b\" }","parameters":null}`, 400, "workflow declares no agent"},
		"brace missing":         {`{"workflow_id":"agent a() {","parameters":null}`, 400, "DSL contains syntax errors"},
		"wrong brace":           {`{"workflow_id":"agent a() { ( }","parameters":null}`, 400, "DSL contains syntax errors"},
		"statement of 1.19":     {`{"workflow_id":"agent a() { function f() { emit done; } }","parameters":null}`, 400, "DSL contains syntax errors"},
		"rule that is a call":   {`{"workflow_id":"agent a() { policy p { allow: read(input) } }","parameters":null}`, 400, `unsupported inline policy token \"read\"`},
		"no such sandbox":       {`{"workflow_id":"agent a() { with sandbox = \"chroot\" {} }","parameters":null}`, 400, "Invalid sandbox tier"},
		"two of one name":       {`{"workflow_id":"agent a() {} agent a() {}","parameters":null}`, 400, "duplicate names"},
		"require rule":          {`{"workflow_id":"agent a() { policy p { require: x } }","parameters":null}`, 400, "require rules require an unsupported interpreter"},
		"too long":              {`{"workflow_id":"agent a() {} //` + strings.Repeat("x", 1<<20) + `","parameters":null}`, 400, "exceeds 1 MiB"},
		"no parameters":         {`{"workflow_id":"agent a() {}"}`, 422, "parameters"},
		"agent_id no UUID":      {`{"workflow_id":"agent a() {}","parameters":1,"agent_id":"x"}`, 422, "agent_id"},
	} {
		if r := g.ask(t, "POST /workflows/execute", tc.body, "Idempotency-Key", key1); r.status != tc.status || !strings.Contains(r.body, tc.text) {
			t.Errorf("%s: %d %s, want %d with %s", name, r.status, r.body, tc.status, tc.text)
		}
	}
	if r := g.ask(t, "POST /workflows/execute", `{"workflow_id":"agent a() {}","parameters":null}`, "Idempotency-Key", key1); r.member("status") != "queued" {
		t.Errorf("a refused key was spent: %d %s", r.status, r.body)
	}
}

// TestWorkflowsAreForAdministrators: also when the key covers the agent.
func TestWorkflowsAreForAdministrators(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) { o.Guard = &frame.Guard{Keys: []frame.Key{scopedKey("a", alpha)}} })
	for _, path := range []string{"/workflows/execute", "/workflows"} {
		r := g.ask(t, "POST "+path, `{"workflow_id":"agent a() {}","parameters":null,"agent_id":"`+alpha+`"}`, "Authorization", "Bearer a.secret", "Idempotency-Key", key1)
		if r.status != http.StatusForbidden || r.member("code") != "ADMIN_REQUIRED" {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}
