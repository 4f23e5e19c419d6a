package devruntime_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

const (
	token   = "the-token"
	alpha   = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	beta    = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
	unknown = "99999999-9999-4999-8999-999999999999"
	key1    = "00000000-0000-4000-8000-000000000001"
	key2    = "00000000-0000-4000-8000-000000000002"
	key3    = "00000000-0000-4000-8000-000000000003"
)

// rig is a runtime with two agents, alpha and beta, and a model that echoes.
type rig struct {
	state *store.Store
	rt    *devruntime.Runtime
	model *model
	ahead atomic.Int64 // of the clock, nanoseconds
	open  bool
}

func (g *rig) now() time.Time {
	return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(g.ahead.Load()))
}

// newRig starts a runtime on a state in memory.
func newRig(t *testing.T, change ...func(*devruntime.Options)) *rig {
	t.Helper()
	return rigOn(t, store.Options{}, change...)
}

func rigOn(t *testing.T, where store.Options, change ...func(*devruntime.Options)) *rig {
	t.Helper()
	g := prepared(t, where, change...)
	if err := g.rt.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return g
}

// prepared is a runtime that has not been started.
func prepared(t *testing.T, where store.Options, change ...func(*devruntime.Options)) *rig {
	t.Helper()
	g := &rig{model: &model{gate: make(chan struct{}), began: make(chan string, 100)}, open: true}
	where.Now = g.now
	var err error
	if g.state, err = store.Open(t.Context(), where); err != nil {
		t.Fatal(err)
	}
	for id, name := range map[string]string{alpha: "alpha", beta: "beta"} {
		a := store.Agent{ID: id, Name: name, DSL: "agent " + name + "() {}", Mode: []byte(`"Ephemeral"`), State: "Ready", Metadata: map[string]string{}, Created: g.now(), Active: g.now()}
		if _, err := g.state.Agent(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err := g.state.CreateAgent(t.Context(), a, store.Entry{Execution: id, Status: "created", At: g.now()}); err != nil {
			t.Fatal(err)
		}
	}
	o := devruntime.Options{Store: g.state, Provider: g.model, Now: g.now, Guard: &frame.Guard{Token: token}}
	for _, f := range change {
		f(&o)
	}
	if g.rt, err = devruntime.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.close(t) })
	return g
}

// close ends the runtime as a server does: runs get a while to end.
func (g *rig) close(t *testing.T) {
	t.Helper()
	if !g.open {
		return
	}
	g.open = false
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 50*time.Millisecond)
	defer cancel()
	if err := errors.Join(g.rt.Close(ctx), g.state.Close()); err != nil {
		t.Error(err)
	}
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   string
}

// member returns a member of a body that is an object.
func (r reply) member(name string) any {
	var all map[string]any
	_ = json.Unmarshal([]byte(r.body), &all)
	return all[name]
}

func (r reply) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
}

// ask sends a request with the token and a JSON content type; header replaces,
// or with "" removes.
func (g *rig) ask(t *testing.T, line, body string, header ...string) reply {
	t.Helper()
	all := http.Header{}
	for i := 0; i < len(header); i += 2 {
		all[header[i]] = nil
		if header[i+1] != "" {
			all.Set(header[i], header[i+1])
		}
	}
	return g.raw(t, line, body, all)
}

// raw is ask for headers that occur more than once.
func (g *rig) raw(t *testing.T, line, body string, header http.Header) reply {
	t.Helper()
	return g.serve(g.request(t.Context(), t, line, body, header))
}

func (g *rig) request(ctx context.Context, t *testing.T, line, body string, header http.Header) *http.Request {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r := httptest.NewRequestWithContext(ctx, method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, header)
	return r
}

func (g *rig) serve(r *http.Request) reply {
	w := httptest.NewRecorder()
	g.rt.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.String()}
}

// scopedKey is a key with the secret "secret"; without agents it is an
// administrator's.
func scopedKey(id string, agents ...string) frame.Key {
	salt := []byte("salt of a test..")
	k := frame.Key{ID: id, Hash: fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=1$%s$%s", argon2.Version, base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("secret"), salt, 1, 64, 1, 32)))}
	if len(agents) > 0 {
		k.Scope = &agents
	}
	return k
}

// createExternal makes an agent that reports by heartbeat, every second.
func createExternal(t *testing.T, g *rig) string {
	t.Helper()
	r := g.ask(t, "POST /agents", `{"name":"outside","execution_mode":{"External":{"heartbeat_interval_secs":1}}}`)
	id, ok := r.member("id").(string)
	if r.status != http.StatusOK || !ok {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return id
}

// execute submits an input to an agent under a key.
func (g *rig) execute(t *testing.T, agent, key, input string) reply {
	t.Helper()
	return g.ask(t, "POST /agents/"+agent+"/execute", `{"input":`+input+`}`, "Idempotency-Key", key)
}

// run is execute until the run has ended.
func (g *rig) run(t *testing.T, agent, key, input string) reply {
	t.Helper()
	if r := g.execute(t, agent, key, input); r.member("status") != "queued" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return await(t, func() reply { return g.execute(t, agent, key, input) })
}

// await repeats a request until its answer is not in_progress.
func await(t *testing.T, again func() reply) reply {
	t.Helper()
	var last reply
	eventually(t, func() bool {
		last = again()
		return last.member("status") != "in_progress"
	})
	return last
}

// eventually waits until something holds.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(2 * time.Minute)
	defer late.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatal("it did not come to hold within two minutes")
		}
	}
}

// model echoes. SLOW waits for the gate, FAIL fails.
type model struct {
	gate  chan struct{}
	began chan string // inputs, as they are begun
	once  sync.Once
	calls atomic.Int64
	asked atomic.Pointer[provider.Request]
}

func (m *model) Name() string  { return "scripted" }
func (m *model) Model() string { return "scripted-1" }

func (m *model) open() { m.once.Do(func() { close(m.gate) }) }

func (m *model) Complete(ctx context.Context, r provider.Request) (provider.Response, error) {
	m.calls.Add(1)
	m.asked.Store(&r)
	asked := r.Messages[len(r.Messages)-1].Content
	m.began <- asked
	if strings.Contains(asked, "SLOW") {
		select {
		case <-m.gate:
		case <-ctx.Done():
			return provider.Response{}, ctx.Err()
		}
	}
	if strings.Contains(asked, "FAIL") {
		return provider.Response{}, &provider.Error{Kind: provider.Unavailable, Provider: "scripted", Message: "the model is away"}
	}
	return provider.Response{
		Content: "echo: " + asked, FinishReason: provider.Stop, Model: "scripted-1",
		Usage: provider.Usage{PromptTokens: 7, CompletionTokens: 5, TotalTokens: 12},
	}, nil
}
