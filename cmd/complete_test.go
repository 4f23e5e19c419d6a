package cmd_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

// TestCompletionOffersWhatWasKnown: a runtime that falls silent is not waited
// for, and the names of the last time are offered, however old they are.
func TestCompletionOffersWhatWasKnown(t *testing.T) {
	t.Parallel()
	var silent atomic.Bool
	var asked atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if silent.Load() {
			faults()["silent"](w, r)
			return
		}
		reply(w, 200, "application/json", `[{"id":"`+anAgent+`","name":"greeter","state":"Ready"}]`)
	}))
	t.Cleanup(func() { site.CloseClientConnections(); site.Close() })
	home := t.TempDir()
	complete := func() string {
		var out, errs bytes.Buffer
		env := []string{"HOME=" + home, "SYMBIONT_BASE_URL=" + site.URL}
		if status := cmd.Run(t.Context(), []string{"__complete", "agents", "get", ""}, env, strings.NewReader(""), &out, &errs); status != 0 {
			t.Errorf("status %d", status)
		}
		if said, _, _ := strings.Cut(errs.String(), "Completion ended with directive"); said != "" { // that is cobra's, for people
			t.Errorf("stderr %q", said)
		}
		return out.String()
	}
	const want = "greeter\tReady\n:4\n"
	for range 2 {
		if got := complete(); got != want {
			t.Errorf("a runtime that answers: %q", got)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times in a row, want once", n)
	}
	silent.Store(true)
	caches, err := filepath.Glob(filepath.Join(home, ".cache", "symbi-ctl", "*"))
	if err != nil || len(caches) != 1 {
		t.Fatalf("caches %v, %v", caches, err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(caches[0], old, old); err != nil {
		t.Fatal(err)
	}
	if got := complete(); got != want {
		t.Errorf("a runtime that is silent: %q", got)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("an old answer was not asked for again: %d", n)
	}
	if err := os.WriteFile(caches[0], []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := complete(); got != ":4\n" {
		t.Errorf("a cache that is broken: %q", got)
	}
}

// TestCompletionIsSilentAboutSettings: a shell has no place for errors.
func TestCompletionIsSilentAboutSettings(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".symbiont.yaml"), []byte("timeout: soon\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	status := cmd.Run(t.Context(), []string{"__complete", "agents", "get", ""}, []string{"HOME=" + home}, io.MultiReader(), &out, &errs)
	if said, _, _ := strings.Cut(errs.String(), "Completion ended with directive"); status != 0 || out.String() != ":4\n" || said != "" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out.String(), said)
	}
}
