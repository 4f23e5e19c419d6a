package store_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

func invocation(id string) store.Invocation {
	return store.Invocation{
		Scope: "scheduler:v1", ID: id, Identity: "sha256:00", Agent: "a", Run: "run-" + id,
		Work: json.RawMessage(`{"input":1}`), Phase: store.Queued,
	}
}

func queued(i store.Invocation) store.Entry {
	return store.Entry{Execution: i.Run, Status: "queued", At: newClock().now}
}

func ended(i store.Invocation) store.Entry {
	return store.Entry{Execution: i.Run, Status: "Completed", At: newClock().now}
}

func claim(t *testing.T, s *store.Store, i store.Invocation) {
	t.Helper()
	if _, mine, err := s.Claim(t.Context(), i, queued(i)); err != nil || !mine {
		t.Fatalf("claim %s: want it to be mine, got %v, %v", i.ID, mine, err)
	}
}

func wantPhase(t *testing.T, s *store.Store, id string, want store.Phase) store.Invocation {
	t.Helper()
	got, err := s.Invocation(t.Context(), "scheduler:v1", id)
	if err != nil || got.Phase != want {
		t.Fatalf("%s: want phase %s, got %s, %v", id, want, got.Phase, err)
	}
	return got
}

func TestInvocation(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, _ *clock) {
		t.Helper()
		ctx := t.Context()
		must(t, s.CreateAgent(ctx, agent("a"), created("a")))
		i := invocation("1")
		claim(t, s, i)

		other := i
		other.Identity, other.Run = "sha256:11", "run-2"
		known, mine, err := s.Claim(ctx, other, queued(other))
		must(t, err)
		if d := cmp.Diff(i, known, cmpopts.IgnoreUnexported(i)); mine || d != "" {
			t.Errorf("a taken key: want what has it and not mine, got %v (-want +got):\n%s", mine, d)
		}

		must(t, s.Begin(ctx, i))
		wantError(t, store.ErrNotFound, s.Begin(ctx, i)) // it runs once
		i.Phase, i.Result = store.Completed, json.RawMessage(`{"output":"x"}`)
		must(t, s.Finish(ctx, i, ended(i), "Completed"))
		wantError(t, store.ErrNotFound, s.Finish(ctx, i, ended(i), "Completed")) // it ends once
		got := wantPhase(t, s, "1", store.Completed)
		if d := cmp.Diff(i, got, cmpopts.IgnoreUnexported(i)); d != "" {
			t.Errorf("finished (-want +got):\n%s", d)
		}
		of, err := s.InvocationOf(ctx, "run-1")
		if err != nil || of.ID != "1" {
			t.Errorf("want the invocation of the run, got %v, %v", of, err)
		}

		history, err := s.History(ctx, "a")
		must(t, err)
		if d := cmp.Diff([]store.Entry{ended(i), queued(i), created("a")}, history); d != "" {
			t.Errorf("history (-want +got):\n%s", d)
		}
		a, err := s.Agent(ctx, "a")
		if err != nil || a.State != "Completed" {
			t.Errorf("want the agent Completed, got %s, %v", a.State, err)
		}
	})
}

func TestOpenInvocationsAreCounted(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, _ *clock) {
		t.Helper()
		ctx := t.Context()
		for _, id := range []string{"1", "2", "3"} {
			claim(t, s, invocation(id))
		}
		must(t, s.Begin(ctx, invocation("2")))
		done := invocation("3")
		done.Phase = store.Failed
		must(t, s.Finish(ctx, done, ended(done), "Failed"))
		if queued, running, err := s.CountOpen(ctx); err != nil || queued != 1 || running != 1 {
			t.Errorf("want 1 queued and 1 running, got %d, %d, %v", queued, running, err)
		}
		of, err := s.RunningOf(ctx, "a")
		if err != nil || len(of) != 2 {
			t.Errorf("want two that are not over, got %v, %v", of, err)
		}
		if history, err := s.History(ctx, "a"); err != nil || len(history) != 3 {
			t.Errorf("an agent that is not there gets no end of a run: want 3 lines, got %v, %v", history, err)
		}
	})
}

func TestFigures(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, c *clock) {
		t.Helper()
		ctx := t.Context()
		for n, id := range []string{"1", "2", "3"} {
			i := invocation(id)
			i.Agent = []string{"a", "a", "b"}[n]
			claim(t, s, i)
			c.add(time.Second)
			i.Phase = store.Completed
			must(t, s.Finish(ctx, i, ended(i), "Completed"))
		}
		claim(t, s, invocation("4"))
		for agent, want := range map[string]map[store.Phase]store.Figure{
			"":  {store.Completed: {Count: 3, Took: 3 * time.Second}, store.Queued: {Count: 1}},
			"a": {store.Completed: {Count: 2, Took: 2 * time.Second}, store.Queued: {Count: 1}},
			"c": {},
		} {
			got, err := s.Figures(ctx, agent)
			must(t, err)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("figures of %q (-want +got):\n%s", agent, d)
			}
		}
	})
}

// TestRecover: what a process left that was not begun is run by exactly one
// other, what was begun by none.
func TestRecover(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	first := open(t, store.Options{Dir: dir})
	must(t, first.CreateAgent(ctx, agent("a"), created("a")))
	for _, id := range []string{"queued", "running", "completed"} {
		claim(t, first, invocation(id))
	}
	must(t, first.Begin(ctx, invocation("running")))
	done := invocation("completed")
	must(t, first.Begin(ctx, done))
	done.Phase = store.Completed
	must(t, first.Finish(ctx, done, ended(done), "Completed"))

	second := open(t, store.Options{Dir: dir})
	third := open(t, store.Options{Dir: dir})
	if got, err := second.Recover(ctx, "gone"); err != nil || len(got) != 0 {
		t.Fatalf("nothing is taken from who lives, got %v, %v", got, err)
	}
	wantError(t, store.ErrNotFound, second.Begin(ctx, invocation("queued"))) // not its own
	must(t, first.Close())

	got, err := second.Recover(ctx, "gone")
	if err != nil || len(got) != 1 || got[0].ID != "queued" || got[0].Work != nil {
		t.Fatalf("want the queued one without its work, got %v, %v", got, err)
	}
	if again, err := third.Recover(ctx, "gone"); err != nil || len(again) != 0 {
		t.Fatalf("want it handed out once, got %v, %v", again, err)
	}
	if i := wantPhase(t, second, "running", store.Unresolved); i.Problem != "gone" {
		t.Errorf("want the problem %q, got %q", "gone", i.Problem)
	}
	wantPhase(t, second, "completed", store.Completed)
	a, err := second.Agent(ctx, "a")
	if err != nil || a.State != "Failed" {
		t.Errorf("want the agent Failed, got %s, %v", a.State, err)
	}

	wantError(t, store.ErrNotFound, third.Begin(ctx, got[0]))
	must(t, second.Begin(ctx, got[0]))
	wantError(t, store.ErrNotFound, second.Begin(ctx, got[0]))
}

// TestHandedOverTwice: who took over and died before it began hands on.
func TestHandedOverTwice(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	first := open(t, store.Options{Dir: dir})
	claim(t, first, invocation("1"))
	must(t, first.Close())
	for range 3 {
		next := open(t, store.Options{Dir: dir})
		got, err := next.Recover(ctx, "gone")
		if err != nil || len(got) != 1 {
			t.Fatalf("want it again, got %v, %v", got, err)
		}
		must(t, next.Close())
	}
}

// TestConcurrentClaims: of many callers with one key one gets it.
func TestConcurrentClaims(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := []*store.Store{open(t, store.Options{Dir: dir, Now: time.Now}), open(t, store.Options{Dir: dir, Now: time.Now})}
	const callers = 40
	won := make(chan bool, callers)
	for n := range callers {
		go func() {
			i := invocation("1")
			_, mine, err := stores[n%2].Claim(t.Context(), i, queued(i))
			won <- mine && err == nil
			if err != nil {
				t.Error(err)
			}
		}()
	}
	winners := 0
	for range callers {
		if <-won {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("want one winner, got %d", winners)
	}
}

// TestRecoverTidiesUp: the lock of an instance that was killed does not stay
// behind for ever.
func TestRecoverTidiesUp(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	killed := open(t, store.Options{Dir: dir})
	_, _, err := killed.Claim(ctx, invocation("1"), queued(invocation("1")))
	must(t, err)
	locks, err := filepath.Glob(filepath.Join(dir, "instances", "*"))
	must(t, err)
	if len(locks) != 1 {
		t.Fatalf("locks %q, want one", locks)
	}
	must(t, killed.Close())
	must(t, os.WriteFile(locks[0], nil, 0o600))

	left, err := open(t, store.Options{Dir: dir}).Recover(ctx, "killed")
	must(t, err)
	if len(left) != 1 || left[0].ID != "1" {
		t.Errorf("took over %v", left)
	}
	if _, err := os.Lstat(locks[0]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock of the killed instance: %v", err)
	}
}
