package replay_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
	"github.com/symbi-ctl/symbi-ctl/test/replay"
)

const (
	alpha = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	beta  = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
)

// stage is the embedded runtime set up as the recording's was.
type stage struct {
	player *replay.Player
	judge  *judge
	state  *store.Store
	dir    string
	ahead  atomic.Int64 // how much the clock is ahead, nanoseconds
	model  *model
	close  func(*testing.T)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), model: &model{gate: make(chan struct{})}}
	s.judge = newJudge(t)
	s.player = &replay.Player{
		Secrets:  map[string]string{"<token>": "the-token", "<key:legacy>": "legacy-secret"},
		Client:   &http.Client{Transport: s.judge, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Patience: 3 * time.Second,
	}
	for _, name := range []string{"admin", "alpha", "beta", "none", "gone"} {
		s.player.Secrets["<key:"+name+">"] = name + ".secret"
	}
	s.open(t)
	t.Cleanup(func() { s.close(t) })
	return s
}

func (s *stage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// open starts three servers on one state, as the recording had them.
func (s *stage) open(t *testing.T) {
	t.Helper()
	state, err := store.Open(context.WithoutCancel(t.Context()), store.Options{Dir: s.dir, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	s.state = state
	s.register(t, alpha, "alpha")
	s.register(t, beta, "beta")
	common := devruntime.Options{Store: state, Provider: s.model, Now: s.now, NotReady: true, Origins: []string{"http://localhost:3001", "http://localhost:3000"}}
	token, keys := &frame.Guard{Token: s.player.Secrets["<token>"]}, &frame.Guard{Token: s.player.Secrets["<token>"], Keys: keyFile()}
	s.player.Servers = make(map[string]string)
	var closers []func() error
	for name, o := range map[string]devruntime.Options{"api": with(common, token, false), "api-keys": with(common, keys, false), "api-rate": with(common, token, true)} {
		rt, err := devruntime.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := rt.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(rt)
		s.player.Servers[name] = server.URL
		closers = append(closers, func() error {
			server.Close()
			return rt.Close(context.WithoutCancel(t.Context()))
		})
	}
	s.close = func(t *testing.T) {
		t.Helper()
		for _, stop := range closers {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
		if err := state.Close(); err != nil {
			t.Error(err)
		}
	}
}

func with(o devruntime.Options, guard *frame.Guard, limit bool) devruntime.Options {
	o.Guard, o.RateLimit = guard, limit
	return o
}

// register puts an agent where no route can, under an id of our choice, unless
// it is there.
func (s *stage) register(t *testing.T, id, name string) {
	t.Helper()
	if _, err := s.state.Agent(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
		return
	}
	a := store.Agent{ID: id, Name: name, DSL: "agent " + name + "() {}", Mode: []byte(`"Ephemeral"`), State: "Ready", Created: s.now(), Active: s.now()}
	if err := s.state.CreateAgent(t.Context(), a, store.Entry{Execution: id, Status: "created", At: s.now()}); err != nil {
		t.Fatal(err)
	}
}

// keyFile has a key for each name of the recording.
func keyFile() []frame.Key {
	salt := []byte("salt of a test..")
	hash := fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=1$%s$%s", argon2.Version, base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("secret"), salt, 1, 64, 1, 32)))
	return []frame.Key{
		{ID: "admin", Hash: hash},
		{ID: "alpha", Hash: hash, Scope: &[]string{alpha}},
		{ID: "beta", Hash: hash, Scope: &[]string{beta}},
		{ID: "none", Hash: hash, Scope: &[]string{}},
		{ID: "gone", Hash: hash, Revoked: true},
	}
}

// prepare does what has to happen before an exchange.
func (s *stage) prepare(t *testing.T, slug string) {
	t.Helper()
	switch slug {
	case "agent-execute-slow-replay": // the slow run may end
		close(s.model.gate)
	case "agent-execute-failing-input": // the state is that of the run that ends last
		s.idle(t)
	case "rate-first": // an SDK's call has deleted it, as no real runtime lets it
		s.register(t, alpha, "alpha")
	case "rate-limited":
		s.spend(t)
	case "rate-after-pause":
		s.ahead.Add(int64(750 * time.Millisecond))
	case "agent-status-unreachable":
		s.ahead.Add(int64(40 * time.Second))
	case "restart-health":
		s.close(t)
		s.open(t)
	}
}

// idle waits until no run goes on.
func (s *stage) idle(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		queued, running, err := s.state.CountOpen(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if queued+running == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("runs go on")
		}
	}
}

// spend uses up the requests that an address has.
func (s *stage) spend(t *testing.T) {
	t.Helper()
	for range 100 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.player.Servers["api-rate"]+"/api/v1/health/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.player.Client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
}

// model echoes, as the recording's did. SLOW waits for the gate.
type model struct{ gate chan struct{} }

func (m *model) Name() string  { return "scripted" }
func (m *model) Model() string { return "scripted-1" }

func (m *model) Complete(ctx context.Context, r provider.Request) (provider.Response, error) {
	asked := r.Messages[len(r.Messages)-1].Content
	if strings.Contains(asked, "SLOW") {
		select {
		case <-m.gate:
		case <-ctx.Done():
			return provider.Response{}, ctx.Err()
		}
	}
	if strings.Contains(asked, "FAIL") {
		return provider.Response{}, &provider.Error{Kind: provider.Unavailable, Provider: "scripted", Message: "Model not available: scripted"}
	}
	return provider.Response{
		Content: "echo: " + asked, FinishReason: provider.Stop, Model: "scripted-1",
		Usage: provider.Usage{PromptTokens: 7, CompletionTokens: 5, TotalTokens: 12},
	}, nil
}

// recorded is the story.
func recorded(t *testing.T) []replay.Exchange {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "testdata", "wire", "3.0.0.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	story, err := replay.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return story
}
