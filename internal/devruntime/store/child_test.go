package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// The test binary is also the processes that are killed: childRole says what it
// does then, childDir where.
const (
	childRole = "STORE_TEST_ROLE"
	childDir  = "STORE_TEST_DIR"
	childName = "STORE_TEST_NAME"
)

func TestMain(m *testing.M) {
	role, ok := os.LookupEnv(childRole)
	if !ok {
		os.Exit(m.Run())
	}
	if err := child(context.Background(), role); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(ctx context.Context, role string) error {
	dir := os.Getenv(childDir)
	switch role {
	case "work":
		return work(ctx, dir, os.Getenv(childName))
	case "fill":
		return fill(ctx, dir)
	}
	return fmt.Errorf("no role %q", role)
}

// start starts this test binary in a role.
func start(t *testing.T, role, dir, name string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), childRole+"="+role, childDir+"="+dir, childName+"="+name)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	return c, bufio.NewReader(out)
}

const (
	effectsFile = "effects.log"
	workers     = 8
)

// work makes and runs submissions and sends messages until it is killed. It
// says on its output what was acknowledged, and does the effect of a run by
// adding the run to a file that no process empties.
func work(ctx context.Context, dir, name string) error {
	s, err := store.Open(ctx, store.Options{Dir: dir, Now: time.Now})
	if err != nil {
		return err
	}
	effects, err := os.OpenFile(filepath.Join(dir, effectsFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	w := worker{s, effects}
	left, err := s.Recover(ctx, "killed")
	if err != nil {
		return err
	}
	for _, i := range left {
		if err := w.run(ctx, i); err != nil {
			return err
		}
	}
	var all sync.WaitGroup
	failed := make(chan error, workers)
	for n := range workers {
		all.Go(func() { failed <- w.loop(ctx, fmt.Sprintf("%s-%d", name, n)) })
	}
	all.Wait()
	return <-failed
}

type worker struct {
	s       *store.Store
	effects *os.File
}

func (w worker) loop(ctx context.Context, name string) error {
	for n := 0; ; n++ {
		i := invocation(fmt.Sprintf("%s-%d", name, n))
		m := message(i.ID, time.Now(), time.Hour)
		if err := w.s.Send(ctx, m); err != nil {
			return err
		}
		say("sent", i.ID)
		if _, mine, err := w.s.Claim(ctx, i, queued(i)); err != nil || !mine {
			return fmt.Errorf("claim %s: mine %v: %w", i.ID, mine, err)
		}
		say("claimed", i.ID)
		if n%3 == 2 {
			continue // left queued, for whoever comes after
		}
		if err := w.run(ctx, i); err != nil {
			return err
		}
	}
}

func (w worker) run(ctx context.Context, i store.Invocation) error {
	if err := w.s.Begin(ctx, i); err != nil {
		return err
	}
	say("begun", i.ID)
	if _, err := w.effects.WriteString(i.ID + "\n"); err != nil {
		return err
	}
	i.Phase, i.Result = store.Completed, json.RawMessage(`"`+i.ID+`"`)
	if err := w.s.Finish(ctx, i, ended(i), "Completed"); err != nil {
		return err
	}
	say("done", i.ID)
	return nil
}

// say writes a line in one piece, which a pipe keeps together.
func say(what, id string) { _, _ = os.Stdout.WriteString(what + " " + id + "\n") }

// fill sends messages into a file that may not grow any more, under a limit
// that its parent has set, until one is refused. It says how many were kept.
func fill(ctx context.Context, dir string) error {
	signal.Ignore(tooLarge())
	s, err := store.Open(ctx, store.Options{Dir: dir, Now: time.Now})
	if err != nil {
		return err
	}
	if err := limitFiles(1 << 20); err != nil {
		return err
	}
	payload := strings.Repeat("x", 10_000)
	for n := range 1000 {
		m := message(fmt.Sprint(n), time.Now(), time.Hour)
		m.Payload = payload
		err := s.Send(ctx, m)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrFull) {
			return fmt.Errorf("message %d: want ErrFull, got %w", n, err)
		}
		say("kept", fmt.Sprint(n))
		if _, err := s.MessageStatus(ctx, "0"); err != nil {
			return fmt.Errorf("reading goes on: %w", err)
		}
		return nil
	}
	return errors.New("it never got full")
}
