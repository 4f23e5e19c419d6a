//go:build bench

package bench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const callers = 16

// TestBenchRuntime sends requests to a `dev up` process on loopback from 16
// callers, each of which waits for its answer, and prints rates and latencies.
// What is written is on disk before its answer.
func TestBenchRuntime(t *testing.T) {
	url, token, pid := startRuntime(t)
	c := &caller{t: t, url: url, token: token, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}}
	agent := c.create("alpha")
	fmt.Printf("%-22s %10s %9s %9s\n", "", "a second", "p50", "p99")
	c.load("status of an agent", 20_000, http.MethodGet, "/agents/"+agent+"/status", nil)
	c.load("health", 20_000, http.MethodGet, "/health", nil)
	c.load("message, durable", 10_000, http.MethodPost, "/agents/"+agent+"/messages", []byte(`{"sender":"`+agent+`","payload":"hello"}`))
	c.load("agent, durable", 5_000, http.MethodPost, "/agents", []byte(`{"name":"x","dsl":"agent x() {}"}`))
	c.load("run, durable", 2_000, http.MethodPost, "/agents/"+agent+"/execute", []byte(`{"input":"hello"}`))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err == nil {
		for line := range strings.SplitSeq(string(status), "\n") {
			if strings.HasPrefix(line, "VmHWM") {
				fmt.Println("peak memory of the runtime:", strings.TrimSpace(strings.TrimPrefix(line, "VmHWM:")))
			}
		}
	}
}

type caller struct {
	t          *testing.T
	url, token string
	http       *http.Client
}

func (c *caller) send(method, path string, body []byte) (int, []byte) {
	r, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	reply, err := c.http.Do(r)
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		c.t.Error(err)
	}
	return reply.StatusCode, text
}

func (c *caller) create(name string) string {
	status, text := c.send(http.MethodPost, "/agents", []byte(`{"name":"`+name+`","dsl":"agent `+name+`() {}"}`))
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(text, &made); err != nil || status != http.StatusOK {
		c.t.Fatalf("create: %d %s", status, text)
	}
	return made.ID
}

// load sends n requests, spread over the callers. A run that finds the queue
// full is sent again.
func (c *caller) load(name string, n int, method, path string, body []byte) {
	c.t.Helper()
	took := make([][]time.Duration, callers)
	var all sync.WaitGroup
	began := time.Now()
	for i := range callers {
		all.Go(func() {
			for range n / callers {
				start := time.Now()
				status, text := c.send(method, path, body)
				for status == http.StatusServiceUnavailable {
					status, text = c.send(method, path, body)
				}
				if status != http.StatusOK {
					c.t.Errorf("%s: %d %s", name, status, text)
					return
				}
				took[i] = append(took[i], time.Since(start))
			}
		})
	}
	all.Wait()
	wall := time.Since(began)
	times := slices.Concat(took...)
	slices.Sort(times)
	fmt.Printf("%-22s %10.0f %7.2fms %7.2fms\n", name, float64(len(times))/wall.Seconds(), ms(times[len(times)/2]), ms(times[len(times)*99/100]))
}

// startRuntime runs `dev up` on a folder of its own.
func startRuntime(t *testing.T) (url, token string, pid int) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "symbi-ctl")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ready, state := filepath.Join(dir, "ready"), filepath.Join(dir, "state")
	up := exec.Command(program, "dev", "up", "--addr", "127.0.0.1:0", "--state", state, "--ready-file", ready)
	up.Env = append(os.Environ(), "HOME="+dir, "OPENAI_API_KEY=", "OPENROUTER_API_KEY=", "ANTHROPIC_API_KEY=", "SYMBIONT_API_TOKEN=")
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = up.Process.Signal(syscall.SIGINT)
		_ = up.Wait()
	})
	for range 300 {
		data, err := os.ReadFile(ready)
		if err != nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		var at struct {
			URL   string `json:"url"`
			Token string `json:"token_file"`
		}
		if err := json.Unmarshal(data, &at); err != nil {
			t.Fatal(err)
		}
		secret, err := os.ReadFile(at.Token)
		if err != nil {
			t.Fatal(err)
		}
		return at.URL, strings.TrimSpace(string(secret)), up.Process.Pid
	}
	t.Fatal("dev up did not get ready")
	return "", "", 0
}
