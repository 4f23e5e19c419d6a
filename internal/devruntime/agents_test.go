package devruntime_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func TestCreateAgent(t *testing.T) {
	t.Parallel()
	const dsl = `,"dsl":"agent x() {}"`
	for name, tc := range map[string]struct {
		body   string
		status int
		word   string
	}{
		"least":                     {`{"name":"x"` + dsl + `}`, 200, `"status":"ready"`},
		"most":                      {`{"name":"x"` + dsl + `,"capabilities":["a"],"metadata":{"k":"v"},"execution_mode":"Persistent"}`, 200, `"status":"ready"`},
		"scheduled":                 {`{"name":"x"` + dsl + `,"execution_mode":{"Scheduled":{"interval":{"secs":1,"nanos":0}}}}`, 200, `"status":"ready"`},
		"cron":                      {`{"name":"x"` + dsl + `,"execution_mode":{"CronScheduled":{"cron_expression":"0 0 0 * * *","timezone":"UTC"}}}`, 200, `"status":"ready"`},
		"external":                  {`{"name":"x","execution_mode":{"External":{"endpoint":null,"heartbeat_interval_secs":60}}}`, 200, `"status":"ready"`},
		"SDK":                       {`{"id":"i","name":"x","description":"d","system_prompt":"p","tools":[],"model":"m","temperature":0.5,"top_p":1.0,"max_tokens":9}`, 200, `"status":"ready"`},
		"nulls":                     {`{"name":"x"` + dsl + `,"capabilities":null,"metadata":null,"execution_mode":null}`, 200, `"status":"ready"`},
		"definition is not parsed":  {`{"name":"x","dsl":"what"}`, 200, `"status":"ready"`},
		"no name":                   {`{"dsl":"agent x() {}"}`, 422, "name"},
		"empty name":                {`{"name":""` + dsl + `}`, 500, `"code":"AGENT_CREATION_FAILED"`},
		"no definition":             {`{"name":"x"}`, 500, `"code":"AGENT_CREATION_FAILED"`},
		"metadata of numbers":       {`{"name":"x"` + dsl + `,"metadata":{"k":1}}`, 422, "metadata"},
		"unknown mode":              {`{"name":"x"` + dsl + `,"execution_mode":"Sometimes"}`, 422, "Sometimes"},
		"unknown mode with members": {`{"name":"x"` + dsl + `,"execution_mode":{"Sometimes":{}}}`, 422, "exactly one"},
		"two modes":                 {`{"name":"x"` + dsl + `,"execution_mode":{"External":{"heartbeat_interval_secs":1},"Scheduled":{"interval":{"secs":1,"nanos":0}}}}`, 422, "exactly one"},
		"no interval":               {`{"name":"x","execution_mode":{"External":{}}}`, 422, "heartbeat_interval_secs"},
		"negative interval":         {`{"name":"x","execution_mode":{"External":{"heartbeat_interval_secs":-1}}}`, 422, "heartbeat_interval_secs"},
		"huge interval":             {`{"name":"x","execution_mode":{"External":{"heartbeat_interval_secs":9000000000000000000}}}`, 200, `"status":"ready"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			r := g.ask(t, "POST /agents", tc.body)
			if r.status != tc.status || !strings.Contains(r.body, tc.word) {
				t.Fatalf("%d %s, want %d with %q", r.status, r.body, tc.status, tc.word)
			}
			var agents []client.Agent
			g.ask(t, "GET /agents", "").decode(t, &agents)
			if want := 2 + map[bool]int{true: 1}[tc.status == http.StatusOK]; len(agents) != want {
				t.Errorf("there are %d agents, want %d", len(agents), want)
			}
		})
	}
}

func TestListOfAgents(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want := `[{"id":"` + alpha + `","name":"alpha","state":"Ready"},{"id":"` + beta + `","name":"beta","state":"Ready"}]`
	if r := g.ask(t, "GET /agents", ""); r.body != want || r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	for _, id := range []string{alpha, beta} {
		g.ask(t, "DELETE /agents/"+id, "")
	}
	if r := g.ask(t, "GET /agents", ""); r.body != `[]` || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	const many = 1234 // more than the store reads at once
	for i := range many {
		a := store.Agent{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Name: `"<>` + "\u2028", DSL: "agent x() {}", State: "Ready", Created: g.now()}
		if err := g.state.CreateAgent(t.Context(), a, store.Entry{Execution: a.ID, Status: "created", At: g.now()}); err != nil {
			t.Fatal(err)
		}
	}
	var agents []client.Agent
	g.ask(t, "GET /agents", "").decode(t, &agents)
	if len(agents) != many {
		t.Errorf("%d agents, want %d", len(agents), many)
	}
}

// cutWriter ends the request when the first part of the answer is written.
type cutWriter struct {
	*httptest.ResponseRecorder
	cut context.CancelFunc
}

func (w cutWriter) Write(b []byte) (int, error) {
	w.cut()
	return w.ResponseRecorder.Write(b)
}

// TestListOfAgentsIsWhole: a list that the state cannot end is cut off, and does
// not look like one that is whole.
func TestListOfAgentsIsWhole(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	const many = 501 // more than the store reads at once
	for i := range many {
		a := store.Agent{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Name: "a", DSL: "agent x() {}", State: "Ready", Created: g.now()}
		if err := g.state.CreateAgent(t.Context(), a, store.Entry{Execution: a.ID, Status: "created", At: g.now()}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	w := cutWriter{httptest.NewRecorder(), cut}
	defer func() {
		if r := recover(); r != http.ErrAbortHandler { //nolint:errorlint // that value is what net/http looks for
			t.Errorf("recovered %v, want the answer aborted; it ends with %.20q", r, w.Body.String()[max(0, w.Body.Len()-20):])
		}
	}()
	g.rt.ServeHTTP(w, g.request(ctx, t, "GET /agents", "", nil))
}

// TestStates: an agent is Waiting, Running and then what its run came to, in the
// list as in its status.
func TestStates(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	check := func(state string, tasks int) {
		t.Helper()
		var s client.AgentStatus
		g.ask(t, "GET /agents/"+alpha+"/status", "").decode(t, &s)
		var agents []client.Agent
		g.ask(t, "GET /agents", "").decode(t, &agents)
		got := []any{string(s.State), string(agents[0].State), int(s.ResourceUsage.ActiveTasks), s.ResourceUsage.MemoryBytes == nil, s.ResourceUsage.CPUPercent == nil, s.ExecutionMode}
		if diff := cmp.Diff([]any{state, state, tasks, true, true, "Ephemeral"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	check("Ready", 0)
	g.execute(t, alpha, key1, `"SLOW"`)
	<-g.model.began
	check("Running", 1)
	g.model.open()
	await(t, func() reply { return g.execute(t, alpha, key1, `"SLOW"`) })
	check("Completed", 0)
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	g := prepared(t, store.Options{}) // nothing runs before the start
	g.execute(t, alpha, key1, `"x"`)
	if s := g.ask(t, "GET /agents/"+alpha+"/status", ""); s.member("state") != "Waiting" {
		t.Errorf("%s", s.body)
	}
	if m := g.ask(t, "GET /metrics", ""); !strings.Contains(m.body, `"agents":{"total":1,"running":0,"idle":1,"error":0}`) {
		t.Errorf("%s", m.body)
	}
	if err := g.rt.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestUpdateAgent(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for name, tc := range map[string]struct {
		id, body string
		status   int
		want     string
	}{
		"both":             {alpha, `{"name":"new","dsl":"agent new() {}"}`, 200, `{"id":"` + alpha + `","status":"updated"}`},
		"nothing":          {alpha, `{}`, 500, `{"error":"Internal error: At least one field (name or dsl) must be provided for update","code":"AGENT_UPDATE_FAILED","details":null}`},
		"nulls":            {alpha, `{"name":null}`, 500, `{"error":"Internal error: At least one field (name or dsl) must be provided for update","code":"AGENT_UPDATE_FAILED","details":null}`},
		"empty name":       {alpha, `{"name":""}`, 500, `{"error":"Internal error: Agent name cannot be empty","code":"AGENT_UPDATE_FAILED","details":null}`},
		"empty definition": {alpha, `{"dsl":""}`, 500, `{"error":"Internal error: Agent DSL cannot be empty","code":"AGENT_UPDATE_FAILED","details":null}`},
		"unknown":          {unknown, `{"name":"new"}`, 500, `{"error":"Scheduler error: Agent not found: ` + unknown + `","code":"AGENT_UPDATE_FAILED","details":null}`},
	} {
		if r := g.ask(t, "PUT /agents/"+tc.id, tc.body); r.status != tc.status || r.body != tc.want {
			t.Errorf("%s: %d %s, want %d %s", name, r.status, r.body, tc.status, tc.want)
		}
	}
	if list := g.ask(t, "GET /agents", ""); !strings.Contains(list.body, `"name":"new"`) {
		t.Errorf("the list has the old name: %s", list.body)
	}
}

// TestDeleteAgent: what the agent runs ends first, and is recorded as terminated.
func TestDeleteAgent(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.execute(t, alpha, key1, `"SLOW"`)
	<-g.model.began
	if r := g.ask(t, "DELETE /agents/"+alpha, ""); r.status != http.StatusOK || r.body != `{"id":"`+alpha+`","status":"deleted"}` {
		t.Fatalf("%d %s", r.status, r.body)
	}
	i, err := g.state.Invocation(t.Context(), "scheduler:v1", key1)
	if err != nil || i.Phase != store.Failed || !strings.Contains(string(i.Result), `"status":"Terminated"`) {
		t.Errorf("%+v, %v", i, err)
	}
	for line, want := range map[string]int{"DELETE /agents/" + alpha: 500, "GET /agents/" + alpha + "/status": 404, "GET /agents/" + alpha + "/history": 200} {
		if r := g.ask(t, line, ""); r.status != want {
			t.Errorf("%s: %d %s", line, r.status, r.body)
		}
	}
	if r := g.execute(t, alpha, key1, `"SLOW"`); r.status != http.StatusNotFound || r.member("status") != "not_found" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestDeleteWhileItWaits: what is queued ends without having begun.
func TestDeleteWhileItWaits(t *testing.T) {
	t.Parallel()
	g := prepared(t, store.Options{})
	g.execute(t, alpha, key1, `"x"`)
	if r := g.ask(t, "DELETE /agents/"+alpha, ""); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if err := g.rt.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i, err := g.state.Invocation(t.Context(), "scheduler:v1", key1); err != nil || i.Phase != store.Failed {
		t.Errorf("%+v, %v", i, err)
	}
	g.close(t)
	if n := g.model.calls.Load(); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.run(t, alpha, key1, `"x"`)
	g.run(t, alpha, key2, `"FAIL"`)
	var h client.AgentHistory
	g.ask(t, "GET /agents/"+alpha+"/history", "").decode(t, &h)
	var got []string
	for _, e := range h.History {
		got = append(got, e.Status)
	}
	if diff := cmp.Diff([]string{"Failed", "queued", "Completed", "queued", "created"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h.History[0].ExecutionID != h.History[1].ExecutionID {
		t.Error("two entries of one run have different ids")
	}
	if r := g.ask(t, "GET /agents/"+unknown+"/history", ""); r.body != `{"history":[]}` || r.status != http.StatusOK {
		t.Errorf("unknown agent: %d %s", r.status, r.body)
	}
}

func TestExternalAgent(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	id := createExternal(t, g)
	state := func(want string) client.AgentStatus {
		t.Helper()
		var s client.AgentStatus
		g.ask(t, "GET /agents/"+id+"/status", "").decode(t, &s)
		if string(s.State) != want {
			t.Errorf("state %s, want %s", s.State, want)
		}
		return s
	}
	g.ahead.Add(int64(time.Hour))
	state("Created") // it never spoke, so it cannot have fallen silent
	for _, body := range []string{`{"state":"Running","metadata":{"a":"1"}}`, `{"state":"Running","metadata":{"b":"2"},"last_result":"fine","agentpin_jwt":null}`} {
		if r := g.ask(t, "POST /agents/"+id+"/heartbeat", body); r.status != http.StatusOK || r.body != "" {
			t.Errorf("heartbeat: %d %s", r.status, r.body)
		}
	}
	for _, body := range []string{`{"event_type":"RunStarted","payload":{"n":1}}`, `{"event_type":"RunFailed","payload":null}`} {
		if r := g.ask(t, "POST /agents/"+id+"/events", body); r.status != http.StatusOK || r.body != "" {
			t.Errorf("event: %d %s", r.status, r.body)
		}
	}
	s := state("Running")
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "2"}, s.Metadata); diff != "" || s.LastResult == nil || *s.LastResult != "fine" || len(s.RecentEvents) != 2 {
		t.Errorf("status %+v\n%s", s, diff)
	}
	g.ahead.Add(int64(3 * time.Second))
	state("Running")
	g.ahead.Add(1)
	state("Unreachable")
	for name, tc := range map[string]struct {
		line, body string
		status     int
		word       string
	}{
		"not external":           {"POST /agents/" + alpha + "/heartbeat", `{"state":"Running"}`, 404, `"code":"HEARTBEAT_FAILED"`},
		"unknown":                {"POST /agents/" + unknown + "/heartbeat", `{"state":"Running"}`, 404, `is not an external agent`},
		"unknown state":          {"POST /agents/" + id + "/heartbeat", `{"state":"Dozing"}`, 422, "Dozing"},
		"event of not external":  {"POST /agents/" + alpha + "/events", `{"event_type":"RunStarted","payload":1}`, 404, `"code":"PUSH_EVENT_FAILED"`},
		"event without payload":  {"POST /agents/" + id + "/events", `{"event_type":"RunStarted"}`, 422, "payload"},
		"unknown event":          {"POST /agents/" + id + "/events", `{"event_type":"Ran","payload":1}`, 422, "Ran"},
		"metadata of other type": {"POST /agents/" + id + "/heartbeat", `{"state":"Running","metadata":{"a":1}}`, 422, "metadata"},
	} {
		if r := g.ask(t, tc.line, tc.body); r.status != tc.status || !strings.Contains(r.body, tc.word) {
			t.Errorf("%s: %d %s, want %d with %q", name, r.status, r.body, tc.status, tc.word)
		}
	}
}
