//go:build bench

package bench_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
)

const manyAgents = 100_000

// TestBenchAgents lists 100,000 agents of a server that does nothing else, as
// a table and as jsonl, beside curl fetching the same bytes.
func TestBenchAgents(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "symbi-ctl")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	url, size := serveAgents(t)
	base := []string{program, "agents", "list", "--base-url", url}
	commands := []command{
		{"table of all", append(base[:len(base):len(base)], "--all")},
		{"jsonl", append(base[:len(base):len(base)], "-o", "jsonl")},
		{"json", append(base[:len(base):len(base)], "-o", "json")},
	}
	if curl, err := exec.LookPath("curl"); err == nil {
		commands = append(commands, command{"curl", []string{curl, "-s", url + "/agents"}})
	} else {
		fmt.Println("curl is not installed: no comparison")
	}
	fmt.Printf("%d agents, %.1f MB\n", manyAgents, float64(size)/1e6)
	measure(t, commands, size)
}

// serveAgents returns the address of the API and the size of the list.
func serveAgents(t *testing.T) (string, int64) {
	t.Helper()
	type agent struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		State string `json:"state"`
	}
	agents := make([]agent, manyAgents)
	for i := range agents {
		agents[i] = agent{fmt.Sprintf("00000000-0000-4000-8000-%012d", i), fmt.Sprintf("agent-%06d", i), "Ready"}
	}
	body, err := json.Marshal(agents)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return "http://" + listener.Addr().String() + "/api/v1", int64(len(body))
}
