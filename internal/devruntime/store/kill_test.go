package store_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

const killsAtOnce = 2 // processes that share the folder when they are killed

// TestKilled kills processes with SIGKILL while they work, 200 in all, and
// compares what they said was kept with what is there.
func TestKilled(t *testing.T) {
	t.Parallel()
	kills := 200
	if testing.Short() {
		kills = 20
	}
	dir := t.TempDir()
	said := map[string][]string{} // the words about a submission, in their order
	for round := range kills / killsAtOnce {
		var victims sync.WaitGroup
		lines := make([][]string, killsAtOnce)
		for n := range killsAtOnce {
			c, out := start(t, "work", dir, fmt.Sprintf("%d-%d", round, n))
			patience := 1 + rand.IntN(120) // acknowledgements
			victims.Go(func() { lines[n] = killAfter(t, c, out, patience) })
		}
		victims.Wait()
		for _, l := range lines {
			for _, line := range l {
				word, id, _ := strings.Cut(line, " ")
				said[id] = append(said[id], word)
			}
		}
	}
	if t.Failed() {
		return
	}
	t.Logf("%d kills, %d submissions acknowledged", kills, len(said))
	wantKept(t, dir, said)
}

// killAfter kills a process that has said some lines, and returns all it said.
func killAfter(t *testing.T, c *exec.Cmd, out *bufio.Reader, patience int) []string {
	t.Helper()
	var said []string
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			break
		}
		said = append(said, strings.TrimSuffix(line, "\n"))
		if len(said) == patience {
			if err := c.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := c.Wait(); err == nil || c.ProcessState.ExitCode() != -1 {
		t.Errorf("a process ended by itself: %v", err)
	}
	return said
}

func wantKept(t *testing.T, dir string, said map[string][]string) {
	t.Helper()
	ctx := t.Context()
	s := open(t, store.Options{Dir: dir})
	must(t, s.Check(ctx))
	effects := effectsOf(t, dir)
	for id, times := range effects {
		if times != 1 {
			t.Errorf("%s ran %d times", id, times)
		}
		if i, err := s.Invocation(ctx, "scheduler:v1", id); err != nil || i.Phase == store.Queued {
			t.Errorf("%s ran before that was on disk: %s, %v", id, i.Phase, err)
		}
	}
	if _, err := s.Recover(ctx, "killed"); err != nil {
		t.Fatal(err)
	}
	messages, err := s.Take(ctx, "a")
	must(t, err)
	sent := map[string]bool{}
	for _, m := range messages {
		sent[m.ID] = true
	}
	for id, words := range said {
		for _, word := range words {
			if !kept(t, s, sent, word, id) {
				t.Errorf("%s: acknowledged as %q, and lost", id, word)
			}
		}
	}
}

// kept reports whether the store has what a process said of a submission.
func kept(t *testing.T, s *store.Store, sent map[string]bool, word, id string) bool {
	t.Helper()
	if word == "sent" {
		return sent[id]
	}
	i, err := s.Invocation(t.Context(), "scheduler:v1", id)
	if err != nil {
		t.Error(err)
		return false
	}
	switch word {
	case "claimed":
		return i.Phase != store.Running
	case "begun":
		return i.Phase == store.Completed || i.Phase == store.Unresolved
	case "done":
		return i.Phase == store.Completed && string(i.Result) == `"`+id+`"`
	}
	t.Errorf("%s: what is %q?", id, word)
	return false
}

// effectsOf counts how often each submission did its work.
func effectsOf(t *testing.T, dir string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, effectsFile))
	must(t, err)
	times := map[string]int{}
	for line := range strings.Lines(string(text)) {
		times[strings.TrimSuffix(line, "\n")]++
	}
	return times
}
