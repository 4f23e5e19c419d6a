package frame_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

// gated is a guard whose checks wait until the test lets them go on, and what
// it counted.
type gated struct {
	handler http.Handler
	entered chan string // secrets whose check has begun
	gate    chan struct{}
	checked atomic.Int64
}

func newGated(keys ...frame.Key) *gated {
	g := &gated{entered: make(chan string, 1000), gate: make(chan struct{})}
	guard := &frame.Guard{Keys: keys}
	guard.SetMatches(func(phc, secret string) bool {
		g.checked.Add(1)
		g.entered <- secret
		if strings.HasPrefix(secret, "wrong") {
			<-g.gate
		}
		return phc == secret
	})
	o := options()
	o.Guard = guard
	g.handler = frame.Handler(o)
	return g
}

func (g *gated) ask(t *testing.T, key string) (status int, header http.Header) {
	t.Helper()
	w := serve(g.handler, request(t, "GET /api/v1/agents", "", "Authorization", "Bearer "+key))
	return w.Code, w.Header()
}

// TestBarrage: as long as wrong keys are being checked, a key that was good once
// answers, another key can be checked, and what has no place is told so at once.
func TestBarrage(t *testing.T) {
	t.Parallel()
	g := newGated(frame.Key{ID: "a", Hash: "good"}, frame.Key{ID: "b", Hash: "good"})
	if status, _ := g.ask(t, "a.good"); status != http.StatusOK {
		t.Fatalf("before the barrage: %d", status)
	}
	<-g.entered

	const many = 50
	var barrage sync.WaitGroup
	statuses := make(chan int, many)
	for i := range many {
		barrage.Go(func() {
			status, h := g.ask(t, fmt.Sprintf("a.wrong-%d", i))
			if (status == http.StatusTooManyRequests) != (h.Get("Retry-After") != "") {
				t.Errorf("%d with Retry-After %q", status, h.Get("Retry-After"))
			}
			statuses <- status
		})
	}
	for range many - frame.ChecksWaiting { // the others have a place, and stay until the gate opens
		if status := <-statuses; status != http.StatusTooManyRequests {
			t.Fatalf("a wrong key for which there is no place: %d", status)
		}
	}
	for range 20 {
		if status, _ := g.ask(t, "a.good"); status != http.StatusOK {
			t.Fatalf("a key that was good before, during the barrage: %d", status)
		}
	}
	if status, _ := g.ask(t, "b.good"); status != http.StatusOK {
		t.Errorf("another key, seen for the first time: %d", status)
	}
	if n := g.checked.Load(); n != 3 { // two good ones, and one wrong one that does not end
		t.Errorf("%d checks, want 3", n)
	}
	close(g.gate)
	barrage.Wait()
	for range frame.ChecksWaiting {
		if status := <-statuses; status != http.StatusUnauthorized {
			t.Errorf("a wrong key that had a place: %d", status)
		}
	}
}

// TestOneCheckForOneToken: a program that begins with many requests at once is
// not refused, and a wrong token that comes again costs nothing.
func TestOneCheckForOneToken(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"a.good": 200, "a.bad": 401, "b.good": 401, "a.": 401, "a": 401, ".good": 401} {
		g := newGated(frame.Key{ID: "a", Hash: "good"})
		var all sync.WaitGroup
		for range 10 * frame.ChecksWaiting {
			all.Go(func() {
				if status, _ := g.ask(t, key); status != want {
					t.Errorf("%s: %d, want %d", key, status, want)
				}
			})
		}
		all.Wait()
		costly := strings.HasPrefix(key, "a.") && key != "a."
		if n := g.checked.Load(); n > 1 || (n == 1) != costly {
			t.Errorf("%s: %d checks", key, n)
		}
	}
}

// TestWrongKeysEvictNothing: more wrong keys than are remembered, and the good
// one still is.
func TestWrongKeysEvictNothing(t *testing.T) {
	t.Parallel()
	g := newGated(frame.Key{ID: "a", Hash: "good"})
	close(g.gate)
	g.entered = make(chan string, 2*frame.MaxRefused)
	g.ask(t, "a.good")
	for i := range frame.MaxRefused + 10 {
		g.ask(t, fmt.Sprintf("a.bad-%d", i))
	}
	before := g.checked.Load()
	if status, _ := g.ask(t, "a.good"); status != http.StatusOK || g.checked.Load() != before {
		t.Errorf("%d after %d checks more", status, g.checked.Load()-before)
	}
}

// TestChangedKeyFile: what was found out about tokens ends with the file it was
// found in.
func TestChangedKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	key := func(secret, more string) string {
		return fmt.Sprintf(`[{"key_id":"a","key_hash":%q,"agent_scope":null%s}]`, hash(secret), more)
	}
	var warned []string
	o := options()
	o.Guard = &frame.Guard{Token: token, KeyFile: path, Warn: func(err error) { warned = append(warned, err.Error()) }}
	h := frame.Handler(o)
	for _, step := range []struct {
		name, text string
		want       map[string]int
		warnings   int
	}{
		{"no file", "", map[string]int{"a.one": 401, token: 401}, 0},
		{"the first", key("one", ""), map[string]int{"a.one": 200, "a.two": 401, token: 401}, 0},
		{"another secret", key("two", ""), map[string]int{"a.one": 401, "a.two": 200}, 0},
		{"revoked", key("two", `,"revoked":true`), map[string]int{"a.two": 401}, 0},
		{"good again", key("two", ""), map[string]int{"a.two": 200}, 0},
		{"half a file", `[{"key_id":`, map[string]int{"a.two": 401, token: 401}, 1},
		{"mended", key("two", ""), map[string]int{"a.two": 200}, 1},
		{"emptied", `[]`, map[string]int{"a.two": 401, token: 401}, 1},
	} {
		if step.text != "" {
			write(step.text)
		}
		for range 2 {
			for secret, want := range step.want {
				if w := serve(h, request(t, "GET /api/v1/agents", "", "Authorization", "Bearer "+secret)); w.Code != want {
					t.Errorf("%s: %s: %d, want %d", step.name, secret, w.Code, want)
				}
			}
		}
		if len(warned) != step.warnings {
			t.Errorf("%s: warned of %q, want %d", step.name, warned, step.warnings)
		}
	}
}
