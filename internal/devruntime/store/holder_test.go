package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

func TestHold(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	want := store.Holder{PID: os.Getpid(), Since: newClock().now}
	release, err := store.Hold(dir, want)
	must(t, err)
	want.URL = "http://127.0.0.1:8080"
	must(t, store.Announce(dir, want))

	_, err = store.Hold(dir, store.Holder{PID: 1})
	held, ok := errors.AsType[*store.HeldError](err)
	if !ok {
		t.Fatalf("want a *HeldError, got %v", err)
	}
	if d := cmp.Diff(want, held.Holder); d != "" {
		t.Errorf("holder (-want +got):\n%s", d)
	}
	for _, part := range []string{fmt.Sprint(want.PID), want.URL, "2026-11-24T12:00:00Z"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("want %q in %q", part, err)
		}
	}
	if _, ok := errors.AsType[*store.HeldError](store.Remove(t.Context(), dir)); !ok {
		t.Error("want no removal of what is served")
	}
	must(t, release())
	if by, err := store.HeldBy(dir); err != nil || by != (store.Holder{}) {
		t.Errorf("want nobody, got %v, %v", by, err)
	}
	again, err := store.Hold(dir, want)
	must(t, err)
	must(t, again())
}

func TestHeldBySomebodyUnknown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := store.Hold(dir, store.Holder{PID: 1})
	must(t, err)
	path := filepath.Join(dir, "server.json")
	must(t, os.Remove(path))
	_, err = store.Hold(dir, store.Holder{})
	if held, ok := errors.AsType[*store.HeldError](err); !ok || !strings.Contains(held.Error(), "another process") {
		t.Errorf("want a *HeldError of another process, got %v", err)
	}
	must(t, os.WriteFile(path, []byte("{"), 0o600))
	if _, err := store.HeldBy(dir); err == nil {
		t.Error("want an error for a torn file")
	}
	must(t, release())
}

// TestReleaseLeavesAnother: the folder was deleted under a server, and another
// one serves it now.
func TestReleaseLeavesAnother(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a file that is locked cannot be deleted there")
	}
	dir := filepath.Join(t.TempDir(), "state")
	first, err := store.Hold(dir, store.Holder{PID: 1})
	must(t, err)
	must(t, os.RemoveAll(dir))
	second, err := store.Hold(dir, store.Holder{PID: 2})
	must(t, err)
	must(t, first())
	if by, err := store.HeldBy(dir); err != nil || by.PID != 2 {
		t.Errorf("want the second, got %v, %v", by, err)
	}
	must(t, second())
}

// TestDeletedUnderneath: nothing is acknowledged that nobody would find.
func TestDeletedUnderneath(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open cannot be deleted there")
	}
	ctx, dir := t.Context(), filepath.Join(t.TempDir(), "state")
	s := open(t, store.Options{Dir: dir})
	must(t, s.SetMeta(ctx, "k", "v"))
	must(t, os.RemoveAll(dir))
	wantError(t, store.ErrGone, s.SetMeta(ctx, "k", "w"))
	wantError(t, store.ErrGone, s.Import(ctx, strings.NewReader("{}")))
	_, mine, err := s.Claim(ctx, invocation("1"), queued(invocation("1")))
	if wantError(t, store.ErrGone, err); mine {
		t.Error("a claim that was not kept is not mine")
	}
	other := open(t, store.Options{Dir: dir})
	must(t, other.SetMeta(ctx, "k", "x"))
	wantError(t, store.ErrGone, s.SetMeta(ctx, "k", "y"))
	if v, err := other.Meta(ctx, "k"); err != nil || v != "x" {
		t.Errorf("%q, %v", v, err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	must(t, store.Remove(ctx, dir)) // nothing to do
	s := open(t, store.Options{Dir: dir})
	must(t, s.SetMeta(ctx, "k", "v"))
	wantError(t, store.ErrBusy, store.Remove(ctx, dir))
	must(t, s.SetMeta(ctx, "k", "w"))
	must(t, s.Close())
	other := filepath.Join(dir, "token")
	must(t, os.WriteFile(other, nil, 0o600))
	must(t, store.Remove(ctx, dir))
	if _, err := os.Stat(other); err != nil {
		t.Error("what is not of the store has to stay")
	}
	_, err := open(t, store.Options{Dir: dir}).Meta(ctx, "k")
	wantError(t, store.ErrNotFound, err)
}

// TestOpenAtOnce: many make the same new state, and close it, at the same time.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all sync.WaitGroup
	for n := range 12 {
		all.Go(func() {
			for round := range 4 {
				s, err := store.Open(t.Context(), store.Options{Dir: dir, Now: time.Now})
				if err != nil {
					t.Error(err)
					return
				}
				err = s.SetMeta(t.Context(), fmt.Sprintf("%d-%d", n, round), "v")
				if err := errors.Join(err, s.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s := open(t, store.Options{Dir: dir})
	for n := range 12 {
		for round := range 4 {
			if _, err := s.Meta(t.Context(), fmt.Sprintf("%d-%d", n, round)); err != nil {
				t.Errorf("%d-%d: %v", n, round, err)
			}
		}
	}
}
