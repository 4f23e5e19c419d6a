package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// clock is a clock that is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func open(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	if o.Now == nil {
		o.Now = newClock().Now
	}
	s, err := store.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
			tb.Error(err)
		}
	})
	return s
}

// must fails the test for an error where none was wanted.
func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wantError(tb testing.TB, want, got error) {
	tb.Helper()
	if !errors.Is(got, want) {
		tb.Fatalf("want error %v, got %v", want, got)
	}
}

func agent(id string) store.Agent {
	at := newClock().now
	return store.Agent{
		ID: id, Name: "name of " + id, DSL: "agent {}", Mode: json.RawMessage(`"Ephemeral"`), Capabilities: []string{"a"},
		Metadata: map[string]string{"k": "v"}, State: "Ready", Created: at, Active: at,
	}
}

func created(id string) store.Entry {
	return store.Entry{Execution: id, Status: "created", At: newClock().now}
}

// kinds runs a test with a state in memory and with one on disk.
func kinds(t *testing.T, test func(*testing.T, *store.Store, *clock)) {
	t.Helper()
	for name, dir := range map[string]string{"memory": "", "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			test(t, open(t, store.Options{Dir: dir, Now: c.Now}), c)
		})
	}
}

func TestAgents(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, _ *clock) {
		t.Helper()
		ctx := t.Context()
		_, err := s.Agent(ctx, "a")
		wantError(t, store.ErrNotFound, err)
		want := agent("a")
		must(t, s.CreateAgent(ctx, want, created("a")))
		got, err := s.Agent(ctx, "a")
		must(t, err)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("created (-want +got):\n%s", d)
		}

		result := "fine"
		want.Name, want.LastResult, want.Heard, want.Interval = "new", &result, want.Created.Add(time.Second), time.Minute
		must(t, s.ChangeAgent(ctx, "a", func(a *store.Agent) error { *a = want; return nil }))
		refused := errors.New("refused")
		wantError(t, refused, s.ChangeAgent(ctx, "a", func(a *store.Agent) error { a.Name = "no"; return refused }))
		wantError(t, store.ErrNotFound, s.ChangeAgent(ctx, "b", func(*store.Agent) error { return nil }))
		got, err = s.Agent(ctx, "a")
		must(t, err)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("changed (-want +got):\n%s", d)
		}

		must(t, s.Send(ctx, store.Message{ID: "m", Recipient: "a", Sent: want.Created, TTL: time.Minute, Status: store.Pending}))
		must(t, s.DeleteAgent(ctx, "a"))
		wantError(t, store.ErrNotFound, s.DeleteAgent(ctx, "a"))
		status, err := s.MessageStatus(ctx, "m")
		must(t, err)
		history, err := s.History(ctx, "a")
		must(t, err)
		if status != store.Dropped || len(history) != 0 {
			t.Errorf("a deleted agent leaves message %s, want failed, and history %v, want none", status, history)
		}
	})
}

func TestAgentsAreListedByID(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, _ *clock) {
		t.Helper()
		ctx := t.Context()
		const n = 1203 // more than two pages
		var want []string
		var all sync.WaitGroup
		for i := range n {
			id := fmt.Sprintf("%05d", i)
			want = append(want, id)
			all.Go(func() {
				if err := s.CreateAgent(ctx, agent(id), created(id)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var got []string
		for a, err := range s.Agents(ctx) {
			must(t, err)
			got = append(got, a.ID)
			if _, err := s.Agent(ctx, a.ID); err != nil { // a list that is being read blocks nothing
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		count, err := s.CountAgents(ctx)
		if err != nil || count != n {
			t.Errorf("want %d agents, got %d, %v", n, count, err)
		}
		for _, err := range s.Agents(ctx) {
			must(t, err)
			break
		}
	})
}

func TestOnlyTheNewestAreKept(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, c *clock) {
		t.Helper()
		ctx := t.Context()
		must(t, s.CreateAgent(ctx, agent("a"), created("a")))
		for i := range 130 {
			c.add(time.Second)
			must(t, s.AddEvent(ctx, "a", store.Event{Kind: "RunStarted", Payload: json.RawMessage(fmt.Sprint(i)), At: c.Now()}))
			must(t, s.AddEntry(ctx, "a", store.Entry{Execution: fmt.Sprint(i), Status: "queued", At: c.Now()}))
		}
		events, err := s.Events(ctx, "a")
		must(t, err)
		if len(events) != 100 || string(events[0].Payload) != "30" || string(events[99].Payload) != "129" {
			t.Errorf("want events 30 to 129, got %d", len(events))
		}
		history, err := s.History(ctx, "a")
		must(t, err)
		if len(history) != 100 || history[0].Execution != "129" || history[99].Execution != "30" {
			t.Errorf("want history 129 down to 30, got %d", len(history))
		}
		if !history[0].At.Equal(c.Now()) {
			t.Errorf("want the newest at %v, got %v", c.Now(), history[0].At)
		}
	})
}

func TestMeta(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, c *clock) {
		t.Helper()
		ctx := t.Context()
		at, err := s.Meta(ctx, "created_at")
		if want := c.Now().Format(time.RFC3339Nano); err != nil || at != want {
			t.Errorf("want created_at %s, got %s, %v", want, at, err)
		}
		_, err = s.Meta(ctx, "k")
		wantError(t, store.ErrNotFound, err)
		must(t, s.SetMeta(ctx, "k", "1"))
		must(t, s.SetMeta(ctx, "k", "2"))
		if v, err := s.Meta(ctx, "k"); err != nil || v != "2" {
			t.Errorf("want 2, got %q, %v", v, err)
		}
		must(t, s.CreateAgent(ctx, agent("a"), created("a")))
		must(t, s.Check(ctx))
		must(t, s.Reset(ctx))
		_, err = s.Agent(ctx, "a")
		wantError(t, store.ErrNotFound, err)
		_, err = s.Meta(ctx, "k")
		wantError(t, store.ErrNotFound, err)
	})
}

func TestClosed(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, _ *clock) {
		t.Helper()
		must(t, s.Close())
		wantError(t, store.ErrClosed, s.Close())
		wantError(t, store.ErrClosed, s.SetMeta(t.Context(), "k", "v"))
		wantError(t, store.ErrClosed, s.Import(t.Context(), nil))
	})
}

func TestCancelledChangeIsNotMade(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, _ *clock) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		wantError(t, context.Canceled, s.SetMeta(ctx, "k", "v"))
		_, err := s.Meta(t.Context(), "k")
		wantError(t, store.ErrNotFound, err)
	})
}

func TestOpenNeedsAClock(t *testing.T) {
	t.Parallel()
	if _, err := store.Open(t.Context(), store.Options{}); err == nil {
		t.Error("want an error without a clock")
	}
}
