package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

const askers = 12 // that ask a runtime at once until it is killed

// TestDevUpKilled kills `dev up` with SIGKILL while it is asked, again and again
// on one state, and compares what it acknowledged with what is there at the end.
// Each time the submissions whose fate is not known are sent again. The journals
// tell how often each of them ran.
func TestDevUpKilled(t *testing.T) {
	t.Parallel()
	kills := 200
	if testing.Short() {
		kills = 20
	}
	s := &survivor{dir: t.TempDir(), said: map[string]string{}}
	up := s.start(t)
	s.alpha = s.create(t, up)
	if s.alpha == "" {
		t.Fatal("no agent was made")
	}
	for range kills {
		s.load(t, up, 1+rand.IntN(40))
		up = s.start(t)
	}
	s.settle(t, up)
	s.wantKept(t, up)
	s.wantOneRunEach(t)
	up.kill(t)
}

// survivor is a state that outlives those who serve it, and what they said.
type survivor struct {
	dir   string
	alpha string // the agent that is run and written to

	mu       sync.Mutex
	said     map[string]string // last status of each submission by key, "" when it was sent in vain
	agents   []string
	messages []string
}

// served is a process that serves the state.
type served struct {
	process    *exec.Cmd
	ended      <-chan struct{}
	url, token string
	http       *http.Client
}

func (s *survivor) start(t *testing.T) *served {
	t.Helper()
	ready := filepath.Join(s.dir, "ready-"+uuid.NewString())
	var log bytes.Buffer
	c := exec.Command("symbi-ctl", "dev", "up", "--addr", "127.0.0.1:0", "--state", filepath.Join(s.dir, "state"), "--ready-file", ready)
	c.Env, c.Stderr = []string{"HOME=" + s.dir, "PATH=" + os.Getenv("PATH")}, &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Wait() // it is killed, and its log tells why it ended by itself
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill() // dead already unless the test failed
		<-ended
	})
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(ready)
		if err == nil {
			return connect(t, c, ended, text)
		}
		select {
		case <-tick.C:
		case <-ended:
			t.Fatalf("dev up ended by itself: %v\n%s", c.ProcessState, log.String())
		}
	}
}

func connect(t *testing.T, c *exec.Cmd, ended <-chan struct{}, ready []byte) *served {
	t.Helper()
	var told struct {
		URL   string `json:"url"`
		Token string `json:"token_file"`
	}
	if err := json.Unmarshal(ready, &told); err != nil {
		t.Fatalf("%v: %s", err, ready)
	}
	token, err := os.ReadFile(told.Token)
	if err != nil {
		t.Fatal(err)
	}
	return &served{c, ended, told.URL, strings.TrimSpace(string(token)), &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: askers}}}
}

func (up *served) kill(t *testing.T) {
	t.Helper()
	if err := up.process.Process.Kill(); err != nil {
		t.Errorf("kill: %v", err)
	}
	<-up.ended
}

// send returns status 0 for a request that got no whole answer.
func (up *served) send(ctx context.Context, method, path, key string, body any) (int, map[string]any) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil
	}
	r, err := http.NewRequestWithContext(ctx, method, up.url+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Authorization", "Bearer "+up.token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	reply, err := up.http.Do(r)
	if err != nil {
		return 0, nil
	}
	defer reply.Body.Close()
	text, err = io.ReadAll(reply.Body)
	doc := map[string]any{}
	if err != nil || json.Unmarshal(text, &doc) != nil {
		return 0, nil
	}
	return reply.StatusCode, doc
}

func member(doc map[string]any, name string) string {
	text, _ := doc[name].(string)
	return text
}

// create returns the id of a new agent, "" when that was not acknowledged.
func (s *survivor) create(t *testing.T, up *served) string {
	t.Helper()
	status, doc := up.send(t.Context(), http.MethodPost, "/agents", "", map[string]any{"name": "one", "dsl": "agent one() {}"})
	switch status {
	case 0:
		return ""
	case http.StatusOK:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.agents = append(s.agents, member(doc, "id"))
		return member(doc, "id")
	}
	t.Errorf("create: %d %v", status, doc)
	return ""
}

func (s *survivor) message(t *testing.T, up *served) (acknowledged bool) {
	t.Helper()
	status, doc := up.send(t.Context(), http.MethodPost, "/agents/"+s.alpha+"/messages", "", map[string]any{"sender": s.alpha, "payload": "hello", "ttl_seconds": 3600})
	switch status {
	case 0:
		return false
	case http.StatusOK:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.messages = append(s.messages, member(doc, "message_id"))
		return true
	}
	t.Errorf("send a message: %d %v", status, doc)
	return false
}

// submit sends a submission, again if it was sent before, and holds what it is
// told against what it was told.
func (s *survivor) submit(t *testing.T, up *served, key string) (acknowledged bool) {
	t.Helper()
	s.mu.Lock()
	before := s.said[key]
	s.said[key] = before
	s.mu.Unlock()
	code, doc := up.send(t.Context(), http.MethodPost, "/agents/"+s.alpha+"/execute", key, map[string]any{"input": key})
	if code == 0 {
		return false
	}
	now := member(doc, "status")
	s.mu.Lock()
	s.said[key] = now
	s.mu.Unlock()
	if !follows(before, now) {
		t.Errorf("%s: %q after %q", key, now, before)
	}
	if result, _ := doc["result"].(map[string]any); now == "completed" && member(result, "output") != key {
		t.Errorf("%s: completed with %v", key, doc["result"])
	}
	return true
}

// follows reports whether a submission may be told the second status after the
// first.
func follows(before, now string) bool {
	switch before {
	case "":
		return now == "queued" || now == "in_progress" || now == "completed" || now == "unresolved"
	case "queued", "in_progress":
		return now == "in_progress" || now == "completed" || now == "unresolved"
	}
	return now == before
}

// load asks until the process has acknowledged so many requests, kills it
// there, and waits until everybody has noticed.
func (s *survivor) load(t *testing.T, up *served, patience int) {
	t.Helper()
	acknowledged, dead := make(chan bool), make(chan struct{})
	again := make(chan string, len(s.said))
	for key, said := range s.said {
		if said == "" {
			again <- key
		}
	}
	close(again)
	var all sync.WaitGroup
	for n := range askers {
		all.Go(func() {
			for s.ask(t, up, n, again) {
				select {
				case acknowledged <- true:
				case <-dead:
				}
			}
		})
	}
	all.Go(func() {
		defer close(dead)
		for range patience {
			<-acknowledged
		}
		up.kill(t)
	})
	all.Wait()
	up.http.CloseIdleConnections()
}

func (s *survivor) ask(t *testing.T, up *served, n int, again <-chan string) (acknowledged bool) {
	t.Helper()
	if key, ok := <-again; ok {
		return s.submit(t, up, key)
	}
	switch n % 4 {
	case 0:
		return s.message(t, up)
	case 1:
		return s.create(t, up) != ""
	}
	return s.submit(t, up, uuid.NewString())
}

// settle asks after every submission until it is over.
func (s *survivor) settle(t *testing.T, up *served) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	count := map[string]int{}
	for key := range maps.Clone(s.said) {
		for s.said[key] != "completed" && s.said[key] != "unresolved" {
			if !s.submit(t, up, key) {
				t.Fatal("the last one does not answer")
			}
			<-tick.C
		}
		s.submit(t, up, key)
		count[s.said[key]]++
	}
	t.Logf("submissions %v, %d agents, %d messages", count, len(s.agents), len(s.messages))
}

// wantKept looks for the agents and messages that were acknowledged.
func (s *survivor) wantKept(t *testing.T, up *served) {
	t.Helper()
	for _, id := range s.agents {
		if status, doc := up.send(t.Context(), http.MethodGet, "/agents/"+id+"/status", "", nil); status != http.StatusOK {
			t.Errorf("agent %s was acknowledged, and is lost: %d %v", id, status, doc)
		}
	}
	_, doc := up.send(t.Context(), http.MethodGet, "/agents/"+s.alpha+"/messages", "", nil)
	got := map[string]int{}
	all, _ := doc["messages"].([]any)
	for _, one := range all {
		m, _ := one.(map[string]any)
		got[member(m, "message_id")]++
	}
	for _, id := range s.messages {
		if got[id] != 1 {
			t.Errorf("message %s was acknowledged, and is there %d times", id, got[id])
		}
	}
}

// wantOneRunEach counts in the journals how often submissions were begun: once
// if they completed, at most once if nobody knows how they ended.
func (s *survivor) wantOneRunEach(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "state", "governed", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	begun := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			if key := startedBy(line); key != "" {
				begun[key]++
			}
		}
	}
	for key, status := range s.said {
		if n := begun[key]; n > 1 || n == 0 && status == "completed" {
			t.Errorf("%s: %s, and begun %d times", key, status, n)
		}
	}
	for key := range begun {
		if _, ok := s.said[key]; !ok {
			t.Errorf("%s ran, and nobody sent it", key)
		}
	}
	t.Logf("%d journals", len(files))
}

// startedBy returns the submission that a record begins, "" for other records
// and for one that the kill cut off.
func startedBy(line []byte) string {
	var record struct {
		Payload struct {
			Entry struct {
				Event struct {
					Started *struct {
						Context struct {
							Invocation struct {
								ID string `json:"id"`
							} `json:"invocation"`
						} `json:"execution_context"`
					}
				} `json:"event"`
			} `json:"entry"`
		} `json:"payload"`
	}
	if json.Unmarshal(line, &record) != nil || record.Payload.Entry.Event.Started == nil {
		return ""
	}
	return record.Payload.Entry.Event.Started.Context.Invocation.ID
}
