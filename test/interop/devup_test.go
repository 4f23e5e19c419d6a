//go:build interop && unix

package interop_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The embedded runtime goes by these names where others go by their version.
const (
	embedded = "dev up"
	local    = "local:"
)

// devUp serves the embedded runtime until the test ends, and returns an
// operator of it.
func devUp(t *testing.T, flags ...string) *operator {
	t.Helper()
	o := newOperator(t, "", "")
	ready := filepath.Join(o.dir, "ready.json")
	var log bytes.Buffer
	up := exec.CommandContext(t.Context(), o.program, append([]string{"dev", "up", "--addr", "127.0.0.1:0", "--state", filepath.Join(o.dir, "state"), "--ready-file", ready}, flags...)...)
	up.Dir, up.Env, up.Stdout, up.Stderr = o.dir, o.env, &log, &log
	up.Cancel = func() error { return up.Process.Signal(syscall.SIGTERM) }
	up.WaitDelay = 20 * time.Second
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = up.Wait() // its context ends it, and its log tells why it ended by itself
	}()
	t.Cleanup(func() {
		<-ended
		if t.Failed() {
			t.Logf("dev up said:\n%s", log.String())
		}
	})
	var told struct {
		URL   string
		Token string `json:"token_file"`
	}
	awaitFile(t, ready, ended, &told)
	token, err := os.ReadFile(told.Token)
	if err != nil {
		t.Fatal(err)
	}
	o.connect(told.URL, strings.TrimSpace(string(token)))
	return o
}

// awaitFile reads JSON from a file as soon as it is there.
func awaitFile(t *testing.T, path string, ended <-chan struct{}, into any) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if text, err := os.ReadFile(path); err == nil {
			if err := json.Unmarshal(text, into); err != nil {
				t.Fatalf("%s: %v\n%s", path, err, text)
			}
			return
		}
		select {
		case <-tick.C:
		case <-ended:
			t.Fatal("dev up ended before it was ready")
		case <-t.Context().Done():
			t.Fatal("dev up did not get ready")
		}
	}
}
