package devruntime_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func TestSubmission(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	first := g.execute(t, alpha, key1, `{"task":"hello"}`)
	var queued client.Invocation
	first.decode(t, &queued)
	want := client.Invocation{Status: client.StatusQueued, InvocationID: key1, AgentID: alpha, ExecutionID: queued.ExecutionID, Audit: queued.Audit}
	if diff := cmp.Diff(want, queued, cmpopts.IgnoreUnexported(client.Invocation{})); first.status != http.StatusOK || diff != "" || queued.Audit == nil || queued.Audit.RunID != queued.ExecutionID {
		t.Fatalf("%d (-want +got):\n%s", first.status, diff)
	}
	headers := []string{first.header.Get("Idempotency-Key"), first.header.Get("Idempotency-Replayed"), first.header.Get("Cache-Control")}
	if diff := cmp.Diff([]string{key1, "false", "no-store"}, headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	last := await(t, func() reply { return g.execute(t, alpha, key1, `{"task":"hello"}`) })
	var done client.Invocation
	last.decode(t, &done)
	switch {
	case last.status != http.StatusOK, done.Status != client.StatusCompleted, !done.Replayed, last.header.Get("Idempotency-Replayed") != "true":
		t.Fatalf("%d %s", last.status, last.body)
	case done.Result == nil, done.Result.Output == nil, *done.Result.Output != `echo: {"task":"hello"}`:
		t.Errorf("result: %s", last.body)
	case done.Result.TotalUsage.TotalTokens != 12, done.Result.Budget.AvailableTokens != 100_000-12, done.ExecutionID != queued.ExecutionID:
		t.Errorf("result: %s", last.body)
	}
	if again := g.execute(t, alpha, key1, `{"task":"hello"}`); again.body != last.body || again.status != last.status {
		t.Errorf("replayed otherwise:\n%s\n%s", last.body, again.body)
	}
	if n := g.model.calls.Load(); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
}

// TestInputs: what the agent is told, and which spellings are one input.
func TestInputs(t *testing.T) {
	t.Parallel()
	const standard = "Execute this scheduled agent's configured task."
	for name, tc := range map[string]struct{ body, again, told string }{
		"text":                  {`{"input":"do it"}`, `{ "input" : "do\u0020it" }`, "do it"},
		"object":                {`{"input":{"a":1,"b":[null]}}`, `{"input":{"b":[null],"a":1}}`, `{"a":1,"b":[null]}`},
		"null":                  {`{"input":null}`, `{}`, standard},
		"absent":                {`{}`, `{"input":null}`, standard},
		"false is an input":     {`{"input":false}`, `{"input":false}`, "false"},
		"array for a struct":    {`["x"]`, `{"input":"x"}`, "x"},
		"empty array":           {`[]`, `{}`, standard},
		"other members dropped": {`{"input":1,"timeout":5}`, `{"input":1}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			path := "POST /agents/" + alpha + "/execute"
			if r := g.ask(t, path, tc.body, "Idempotency-Key", key1); r.status != http.StatusOK {
				t.Fatalf("%d %s", r.status, r.body)
			}
			if told := <-g.model.began; told != tc.told {
				t.Errorf("the agent was told %q, want %q", told, tc.told)
			}
			if r := await(t, func() reply { return g.ask(t, path, tc.again, "Idempotency-Key", key1) }); r.member("status") != "completed" {
				t.Errorf("again: %d %s", r.status, r.body)
			}
		})
	}
}

func TestKeysOfSubmissions(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for name, tc := range map[string]struct {
		keys   []string
		status int
	}{
		"upper case": {[]string{"AAAAAAAA-0000-4000-8000-000000000001"}, 200},
		"nil":        {[]string{uuid.Nil.String()}, 200},
		"none":       {nil, 200}, // a kindness: it gets a key
		"empty":      {[]string{""}, 400},
		"no UUID":    {[]string{"key"}, 400},
		"braces":     {[]string{"{" + key1 + "}"}, 400},
		"simple":     {[]string{strings.ReplaceAll(key1, "-", "")}, 400},
		"urn":        {[]string{"urn:uuid:" + key1}, 400},
		"twice":      {[]string{key1, key1}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := g.raw(t, "POST /agents/"+alpha+"/execute", `{}`, http.Header{"Idempotency-Key": tc.keys})
			if r.status != tc.status {
				t.Fatalf("%d %s, want %d", r.status, r.body, tc.status)
			}
			if tc.status == http.StatusOK {
				if got := r.header.Get("Idempotency-Key"); got != r.member("invocation_id") || got != strings.ToLower(got) || uuid.Validate(got) != nil {
					t.Errorf("key %q of %s", got, r.body)
				}
				return
			}
			want := `{"error":"Supply exactly one Idempotency-Key UUID; reuse it for retries.","status":"invalid_invocation_id"}`
			if r.body != want || r.header.Get("Idempotency-Key") != "" || r.header.Get("Idempotency-Replayed") != "" {
				t.Errorf("%s, headers %v", r.body, r.header)
			}
		})
	}
}

// TestOrderOfChecks: token, scope, path and body, key.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) {
		o.Guard = &frame.Guard{Keys: []frame.Key{scopedKey("b", beta), scopedKey("all")}}
	})
	for name, tc := range map[string]struct {
		agent, token, body, key string
		status                  int
		word                    string
	}{
		"no token":     {"x", "", `{`, "x", 401, ""},
		"bad path":     {"x", "b.secret", `{`, "x", 400, "Invalid URL"},
		"out of scope": {alpha, "b.secret", `{`, "x", 403, "AGENT_SCOPE_DENIED"},
		"bad body":     {beta, "b.secret", `{`, "x", 400, "Failed to parse"},
		"bad key":      {unknown, "all.secret", `{}`, "x", 400, "invalid_invocation_id"},
		"no agent":     {unknown, "all.secret", `{}`, key1, 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := []string{"Authorization", "", "Idempotency-Key", tc.key}
			if tc.token != "" {
				header[1] = "Bearer " + tc.token
			}
			r := g.ask(t, "POST /agents/"+tc.agent+"/execute", tc.body, header...)
			if r.status != tc.status || !strings.Contains(r.body, tc.word) {
				t.Errorf("%d %s, want %d with %q", r.status, r.body, tc.status, tc.word)
			}
		})
	}
}

// TestInProgressBeforeConflict: while a run goes on its key answers in_progress,
// whoever asks with whatever; afterwards it is a conflict.
func TestInProgressBeforeConflict(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.execute(t, alpha, key1, `"SLOW"`)
	<-g.model.began
	others := map[string]func() reply{
		"input": func() reply { return g.execute(t, alpha, key1, `"other"`) },
		"agent": func() reply { return g.execute(t, beta, key1, `"SLOW"`) },
		"route": func() reply {
			return g.ask(t, "POST /workflows/execute", `{"workflow_id":"agent w() {}","parameters":"SLOW"}`, "Idempotency-Key", key1)
		},
	}
	for name, other := range others {
		if r := other(); r.status != http.StatusConflict || r.body != `{"status":"in_progress","invocation_id":"`+key1+`","replayed":false}` {
			t.Errorf("%s while it runs: %d %s", name, r.status, r.body)
		}
	}
	g.model.open()
	if r := await(t, func() reply { return g.execute(t, alpha, key1, `"SLOW"`) }); r.member("status") != "completed" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for name, other := range others {
		if r := other(); r.status != http.StatusConflict || r.member("status") != "conflict" {
			t.Errorf("%s afterwards: %d %s", name, r.status, r.body)
		}
	}
	if r := g.execute(t, unknown, key1, `"SLOW"`); r.status != http.StatusNotFound {
		t.Errorf("an unknown agent: %d %s", r.status, r.body)
	}
}

// TestIdentity: a key is bound to the caller and to the agent as it was.
func TestIdentity(t *testing.T) {
	t.Parallel()
	const one, two = "Bearer one.secret", "Bearer two.secret"
	for name, tc := range map[string]struct{ change, caller string }{
		"agent renamed":      {`{"name":"other"}`, one},
		"definition changed": {`{"dsl":"agent other() {}"}`, one},
		"another caller":     {"", two},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, func(o *devruntime.Options) {
				o.Guard = &frame.Guard{Keys: []frame.Key{scopedKey("one"), scopedKey("two")}}
			})
			ask := func(caller string) reply {
				return g.ask(t, "POST /agents/"+alpha+"/execute", `{}`, "Authorization", caller, "Idempotency-Key", key1)
			}
			ask(one)
			if r := await(t, func() reply { return ask(one) }); r.member("status") != "completed" {
				t.Fatalf("%d %s", r.status, r.body)
			}
			if tc.change != "" {
				if r := g.ask(t, "PUT /agents/"+alpha, tc.change, "Authorization", one); r.status != http.StatusOK {
					t.Fatalf("%d %s", r.status, r.body)
				}
			}
			if r := ask(tc.caller); r.member("status") != "conflict" || r.status != http.StatusConflict {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(*testing.T, *rig)
		options func(*devruntime.Options)
		first   int
		status  int
		word    string
		has     []string
	}{
		"failed": {
			nil, nil, 200, 422, "failed",
			[]string{`"output":null`, `the model is away`, `"replayed":true`, `"status":"Failed"`},
		},
		"no model": {
			nil, func(o *devruntime.Options) { o.Provider = nil }, 200, 409, "unresolved", []string{`"audit":{`, `"replayed":false`, `"error":"no model is configured"`},
		},
		"more than a run may take": {
			func(t *testing.T, g *rig) {
				t.Helper()
				g.ask(t, "PUT /agents/"+alpha, `{"dsl":"agent alpha() {} # `+strings.Repeat("x", 400_000)+`"}`)
			}, nil, 200, 422, "failed", []string{`"status":"Failed"`, "estimated 100", "16384", "a run has 100000", `"available_tokens":100000`},
		},
		"definition that does not parse": {
			func(t *testing.T, g *rig) {
				t.Helper()
				g.ask(t, "PUT /agents/"+alpha, `{"dsl":"what is this"}`)
			}, nil, 200, 409, "unresolved", []string{`"audit":{`, `"error":"DSL contains syntax errors: line 1"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var change []func(*devruntime.Options)
			if tc.options != nil {
				change = append(change, tc.options)
			}
			g := newRig(t, change...)
			if tc.prepare != nil {
				tc.prepare(t, g)
			}
			if r := g.execute(t, alpha, key1, `"FAIL"`); r.status != tc.first || r.member("status") != "queued" {
				t.Fatalf("first: %d %s", r.status, r.body)
			}
			r := await(t, func() reply { return g.execute(t, alpha, key1, `"FAIL"`) })
			if r.status != tc.status || r.member("status") != tc.word {
				t.Errorf("%d %s, want %d %s", r.status, r.body, tc.status, tc.word)
			}
			for _, part := range tc.has {
				if !strings.Contains(r.body, part) {
					t.Errorf("%s lacks %s", r.body, part)
				}
			}
			if s := g.ask(t, "GET /agents/"+alpha+"/status", ""); s.member("state") != "Failed" {
				t.Errorf("state of the agent: %s", s.body)
			}
		})
	}
}

// TestExternalSpendsTheKey: an external agent is refused, and its key is used up.
func TestExternalSpendsTheKey(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	id := createExternal(t, g)
	first := g.execute(t, id, key1, `null`)
	if first.status != http.StatusServiceUnavailable || first.member("status") != "unavailable" || !strings.Contains(first.body, "external agents require") {
		t.Errorf("first: %d %s", first.status, first.body)
	}
	if second := g.execute(t, id, key1, `null`); second.status != http.StatusConflict || second.member("status") != "unresolved" {
		t.Errorf("second: %d %s", second.status, second.body)
	}
}

func TestLongInput(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	r := g.execute(t, alpha, key1, `"`+strings.Repeat("a", 1<<20)+`"`)
	if r.status != http.StatusServiceUnavailable || r.member("status") != "unavailable" {
		t.Errorf("%d %.200s", r.status, r.body)
	}
	if r := g.execute(t, alpha, key1, `"short"`); r.member("status") != "queued" {
		t.Errorf("the key was spent: %d %s", r.status, r.body)
	}
}

// TestWorkIsNoLongerThanItsInput: no letter takes six bytes on disk.
func TestWorkIsNoLongerThanItsInput(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.run(t, alpha, key1, `"`+strings.Repeat("<>&", 10_000)+`"`)
	i, err := g.state.Invocation(t.Context(), "scheduler:v1", key1)
	if err != nil || len(i.Work) > 31_000 {
		t.Errorf("%d bytes are kept of 30,000: %v", len(i.Work), err)
	}
}

// TestSameKeyAtOnce: of many that bring a key at once one is queued.
func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[any]int{}
	for range 40 {
		all.Go(func() {
			r := g.execute(t, alpha, key1, `"x"`)
			mu.Lock()
			defer mu.Unlock()
			counts[r.member("status")]++
		})
	}
	all.Wait()
	if counts["queued"] != 1 || counts["queued"]+counts["in_progress"]+counts["completed"] != 40 {
		t.Errorf("answers: %v", counts)
	}
	await(t, func() reply { return g.execute(t, alpha, key1, `"x"`) })
	if n := g.model.calls.Load(); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
}

// TestManyAtOnce: an agent runs several submissions, each once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	keys := make([]string, 60)
	var all sync.WaitGroup
	for i := range keys {
		keys[i] = uuid.NewString()
		all.Go(func() {
			if r := g.execute(t, alpha, keys[i], `"`+keys[i]+`"`); r.member("status") != "queued" {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	all.Wait()
	for _, key := range keys {
		r := await(t, func() reply { return g.execute(t, alpha, key, `"`+key+`"`) })
		if r.member("status") != "completed" || !strings.Contains(r.body, "echo: "+key) {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if n := g.model.calls.Load(); n != 60 {
		t.Errorf("the model was asked %d times", n)
	}
}
