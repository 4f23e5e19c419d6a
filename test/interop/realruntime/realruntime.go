//go:build interop && unix

package realruntime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// Governed is the newest version: submissions are runs with a journal.
	Governed = "3.0.0"
	// Classic is the last version of the older dialect.
	Classic = "1.19.0"

	// Alpha is an agent that exists from the start and has a mailbox, which no
	// HTTP route can give to an agent.
	Alpha = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	// Beta is an agent that exists from the start.
	Beta = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
)

// Runtime is a running program with a home and a project folder of its own. Its
// model answers "echo: " and the prompt; FAIL in a prompt makes it refuse, SLOW
// makes it take three seconds.
type Runtime struct {
	Version   string
	URL       string // of the management API, without /api/v1
	KeysURL   string // the same runtime, whose tokens are AdminKey and AlphaKey
	RateURL   string // the same runtime with the rate limit on
	HookURL   string // of HTTP Input
	Token     string // for URL and RateURL
	HookToken string // for HookURL
	// Keys are the tokens for KeysURL: "admin" may do everything, "alpha" and
	// "beta" may use one agent, "none" may use none, "gone" is revoked.
	Keys       map[string]string
	ProjectDir string // holds .symbiont
	Home       string

	program string
	cmd     *exec.Cmd
	input   io.Closer
	log     *logs
	ended   chan struct{}
}

// Start builds the program of a version if need be, starts it, and stops it
// when the test ends. Without cargo it skips the test.
func Start(t *testing.T, version string) *Runtime {
	t.Helper()
	program, err := built(t.Context(), version)
	if errors.Is(err, errNoCargo) {
		t.Skipf("the genuine runtime %s is not asked: %v", version, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := &Runtime{
		Version: version, program: program,
		Token: "token-of-" + version, HookToken: "hook-token-of-" + version,
		Keys: make(map[string]string), ProjectDir: t.TempDir(), Home: t.TempDir(),
	}
	if err := r.writeKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.ProjectDir, "AGENTS.md"), []byte("# Agents\n\n## alpha\nPublic text.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.stop()
		if t.Failed() && r.log != nil {
			t.Logf("runtime %s said:\n%s", r.Version, r.log)
		}
	})
	r.launch(t)
	return r
}

// Restart ends the process as a crash would and starts it anew in the same
// folders, on other ports.
func (r *Runtime) Restart(t *testing.T) {
	t.Helper()
	r.kill()
	r.launch(t)
}

func (r *Runtime) launch(t *testing.T) {
	t.Helper()
	var err error
	for range 3 { // a port that was free may be taken by now
		if err = r.try(t.Context()); err == nil {
			return
		}
		r.kill()
	}
	t.Fatalf("start runtime %s: %v\n%s", r.Version, err, r.log)
}

// try starts the process once and waits until it answers.
func (r *Runtime) try(ctx context.Context) error {
	ports, err := freePorts(ctx, 4)
	if err != nil {
		return err
	}
	address := func(i int) string { return "http://127.0.0.1:" + ports[i] }
	r.URL, r.KeysURL, r.RateURL, r.HookURL = address(0), address(1), address(2), address(3)
	r.log, r.ended = &logs{}, make(chan struct{})
	// It has to outlive the test's context: cleanup stops it gently.
	r.cmd = exec.CommandContext(context.WithoutCancel(ctx), r.program) //nolint:gosec // built here
	r.cmd.Dir = r.ProjectDir
	r.cmd.Env = append(r.env(), "REAL_API_PORT="+ports[0], "REAL_KEYS_PORT="+ports[1], "REAL_RATE_PORT="+ports[2], "REAL_HOOK_PORT="+ports[3])
	r.cmd.Stdout, r.cmd.Stderr = r.log, r.log
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if r.input, err = r.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := r.cmd.Start(); err != nil {
		return err
	}
	go func(cmd *exec.Cmd, ended chan struct{}) {
		defer close(ended)
		_ = cmd.Wait() // what it said is in the log
	}(r.cmd, r.ended)
	for _, url := range []string{r.URL, r.KeysURL, r.RateURL} {
		if err := r.await(ctx, url+"/api/v1/health"); err != nil {
			return err
		}
	}
	return r.await(ctx, r.HookURL)
}

// env is all the environment that the process gets.
func (r *Runtime) env() []string {
	return []string{
		"HOME=" + r.Home, "TMPDIR=" + r.Home, "PATH=/usr/bin:/bin", "RUST_LOG=error,tower_http=off",
		"XDG_DATA_HOME=" + filepath.Join(r.Home, "data"), "XDG_CONFIG_HOME=" + filepath.Join(r.Home, "config"),
		"XDG_CACHE_HOME=" + filepath.Join(r.Home, "cache"), "XDG_RUNTIME_DIR=" + r.Home,
		"SYMBIONT_MASTER_KEY=" + strings.Repeat("5a", 32),
		"SYMBIONT_API_TOKEN=" + r.Token, "REAL_HOOK_TOKEN=" + r.HookToken,
	}
}

// await waits until url answers anything.
func (r *Runtime) await(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err == nil {
			return res.Body.Close()
		}
		select {
		case <-tick.C:
		case <-r.ended:
			return fmt.Errorf("it ended: %s", r.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", url, err)
		}
	}
}

// stop lets the process end by itself, as the end of its input asks it to.
func (r *Runtime) stop() {
	if r.cmd == nil || r.cmd.Process == nil {
		return
	}
	_ = r.input.Close()
	patience := time.NewTimer(10 * time.Second)
	defer patience.Stop()
	select {
	case <-r.ended:
	case <-patience.C:
	}
	r.kill()
}

// kill ends the process and what it started.
func (r *Runtime) kill() {
	if r.cmd == nil || r.cmd.Process == nil {
		return
	}
	_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) // gone already is fine
	<-r.ended
	_ = r.input.Close()
}

// writeKeys writes the key file, with hashes that this version made.
func (r *Runtime) writeKeys(ctx context.Context) error {
	type key struct {
		ID          string   `json:"key_id"`
		Hash        string   `json:"key_hash"`
		Scope       []string `json:"agent_scope"` // null: everything
		Description string   `json:"description"`
		Created     string   `json:"created_at"`
		Revoked     bool     `json:"revoked"`
	}
	var keys []key
	for id, scope := range map[string][]string{"admin": nil, "alpha": {Alpha}, "beta": {Beta}, "none": {}, "gone": nil} {
		secret := "secret-of-" + id
		out, err := exec.CommandContext(ctx, r.program, "hash", secret).Output() //nolint:gosec // built here
		if err != nil {
			return fmt.Errorf("hash a key: %w", err)
		}
		r.Keys[id] = id + "." + secret
		keys = append(keys, key{id, strings.TrimSpace(string(out)), scope, "of a test", "2026-01-01T00:00:00Z", id == "gone"})
	}
	text, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.ProjectDir, "keys.json"), text, 0o600)
}

// freePorts returns n ports of loopback on which nobody listens now.
func freePorts(ctx context.Context, n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	return ports, nil
}

// logs collects what the process prints.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
