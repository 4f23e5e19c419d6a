//go:build interop && unix

package interop_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/test/interop/realruntime"
)

const task = `{"task":"say hello"}`

// TestRealResume cuts the connection after the runtime has taken a submission,
// and resumes it by its invocation id.
func TestRealResume(t *testing.T) {
	t.Parallel()
	rt := realruntime.Start(t, realruntime.Governed)
	wire := cutting(t, rt.URL)
	o := newOperator(t, wire.URL, rt.Token)
	const id = "00000000-0000-4000-8000-00000000000a"

	lost := o.must(6, nil, "agents", "run", realruntime.Alpha, "--input", task, "--invocation-id", id)
	if !strings.Contains(lost.stderr, "--invocation-id "+id) {
		t.Errorf("want the error to say how to resume, got %s", lost.stderr)
	}
	wire.whole.Store(true)
	var got run
	o.must(0, &got, "agents", "run", realruntime.Alpha, "--input", task, "--invocation-id", id, "--wait")
	if got.Result.Output != "echo: "+task || !got.Replayed || got.InvocationID != id {
		t.Errorf("want the output of the one run, got %+v", got)
	}
	if queued := o.queued(realruntime.Alpha); queued != 1 {
		t.Errorf("want one run in the history, got %d", queued)
	}
}

// TestRealStatuses has the genuine runtime give each status that a submission
// can have, and looks at what the program makes of it.
func TestRealStatuses(t *testing.T) {
	t.Parallel()
	rt := realruntime.Start(t, realruntime.Governed)
	o := newOperator(t, rt.URL, rt.Token)
	key := func(n string) []string { return []string{"--invocation-id", "00000000-0000-4000-8000-0000000000" + n} }
	alpha := func(input string, more ...string) []string {
		return append([]string{"agents", "run", realruntime.Alpha, "--input", input}, more...)
	}

	var queued, done run
	pending := o.must(8, &queued, alpha("SLOW", key("01")...)...)
	if queued.Status != "queued" || !strings.Contains(pending.stderr, "--wait") {
		t.Errorf("want a queued run and how to wait for it, got %+v %s", queued, pending.stderr)
	}
	o.must(8, nil, alpha("SLOW", key("01")...)...)
	o.must(8, nil, alpha("another input is not told apart while the first goes on", key("01")...)...)
	o.must(0, &done, alpha("SLOW", append(key("01"), "--wait")...)...)
	if done.ExecutionID != queued.ExecutionID {
		t.Errorf("want the result of run %s, got that of %s", queued.ExecutionID, done.ExecutionID)
	}
	o.must(7, nil, alpha("now it is", key("01")...)...)

	var failed run
	o.must(3, &failed, alpha("FAIL", append(key("02"), "--wait")...)...)
	if !strings.Contains(failed.Result.Error, "Model not available") {
		t.Errorf("want why the run failed, got %+v", failed)
	}
	o.must(0, nil, "runs", "verify", failed.Audit.Path, "--public-key", failed.Audit.PublicKey)

	var robot struct{ ID string }
	o.must(0, &robot, "agents", "create", "robot", "--mode", "external")
	o.must(7, nil, append([]string{"agents", "run", robot.ID}, key("03")...)...)
	spent := o.must(7, nil, append([]string{"agents", "run", robot.ID}, key("03")...)...)
	if !strings.Contains(spent.stderr, "UNRESOLVED") {
		t.Errorf("want a refusal spent its id to be UNRESOLVED, got %s", spent.stderr)
	}
	o.must(5, nil, "agents", "run", "99999999-9999-4999-8999-999999999999")
	o.must(2, nil, alpha("1", "--invocation-id", "retry-1")...)
}

// TestRealRestart kills the runtime while one run goes on and one is done.
func TestRealRestart(t *testing.T) {
	t.Parallel()
	rt := realruntime.Start(t, realruntime.Governed)
	o := newOperator(t, rt.URL, rt.Token)
	var done, cut, again run
	o.must(0, &done, "agents", "run", realruntime.Alpha, "--input", task, "--wait")
	o.must(8, &cut, "agents", "run", realruntime.Alpha, "--input", "SLOW")
	rt.Restart(t)
	o = newOperator(t, rt.URL, rt.Token)
	o.must(0, &again, "agents", "run", realruntime.Alpha, "--input", task, "--invocation-id", done.InvocationID)
	if again.Result.Output != done.Result.Output || !again.Replayed {
		t.Errorf("want the saved result, got %+v", again)
	}
	lost := o.must(7, nil, "agents", "run", realruntime.Alpha, "--input", "SLOW", "--invocation-id", cut.InvocationID, "--wait")
	if !strings.Contains(lost.stderr, "UNRESOLVED") {
		t.Errorf("want UNRESOLVED for the run that was cut off, got %s", lost.stderr)
	}
}

// TestRealJournal verifies a journal that the genuine runtime wrote, and copies
// of it that were changed.
func TestRealJournal(t *testing.T) {
	t.Parallel()
	rt := realruntime.Start(t, realruntime.Governed)
	o := newOperator(t, rt.URL, rt.Token)
	var done run
	o.must(0, &done, "agents", "run", realruntime.Alpha, "--input", task, "--wait")
	journal, err := os.ReadFile(done.Audit.Path)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(status int, text []byte, more ...string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), filepath.Base(done.Audit.Path))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		o.must(status, nil, append([]string{"runs", "verify", file}, more...)...)
	}
	key := []string{"--public-key", done.Audit.PublicKey}
	verify(0, journal, key...)
	verify(3, bytes.Replace(journal, []byte("alpha"), []byte("omega"), 1), key...)
	verify(3, journal[bytes.IndexByte(journal, '\n')+1:], key...)
	verify(3, journal, "--public-key", strings.Repeat("5a", 32))

	var view struct {
		Status   string
		AgentID  string `json:"agent_id"`
		Recovery struct {
			VerifiedRecords int `json:"verified_records"`
		}
	}
	o.must(0, &view, "runs", "inspect", done.AgentID, done.Audit.RunID, "--public-key", done.Audit.PublicKey)
	if want := bytes.Count(journal, []byte("\n")); view.Status != "completed" || view.Recovery.VerifiedRecords != want {
		t.Errorf("want the runtime to call the run completed with %d records, got %+v", want, view)
	}
}

// TestRealReadsEmbedded has the genuine runtime verify and inspect a journal that
// the embedded one wrote.
func TestRealReadsEmbedded(t *testing.T) {
	t.Parallel()
	rt := realruntime.Start(t, realruntime.Governed)
	judge, writer := newOperator(t, rt.URL, rt.Token), devUp(t)
	// The judge makes its folder of journals at its first run.
	judge.must(0, nil, "agents", "run", realruntime.Alpha, "--input", task, "--wait")
	writer.must(0, nil, "agents", "create", "writer", "--prompt", "Write.")
	var done run
	writer.must(0, &done, "agents", "run", "writer", "--input", task, "--wait")
	journal, err := os.ReadFile(done.Audit.Path)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(rt.ProjectDir, ".symbiont", "governed", filepath.Base(done.Audit.Path))
	if err := os.WriteFile(name, journal, 0o600); err != nil {
		t.Fatal(err)
	}
	inspect := []string{"runs", "inspect", done.AgentID, done.Audit.RunID, "--public-key"}
	var theirs, ours inspected
	judge.must(0, &theirs, append(inspect, done.Audit.PublicKey)...)
	writer.must(0, &ours, append(inspect, done.Audit.PublicKey)...)
	if records := at(theirs.Recovery, "verified_records"); theirs.Status != "completed" || records != float64(bytes.Count(journal, []byte("\n"))) {
		t.Errorf("want the genuine runtime to find a completed run, got %+v", theirs)
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Errorf("what the runtimes say of one journal (-genuine +embedded)\n%s", diff)
	}
	if r := judge.do(append(inspect, strings.Repeat("5a", 32))...); r.status == 0 {
		t.Errorf("want another key refused, got %s", r.stdout)
	}
}

// inspected is what is compared of what runtimes say of a run.
type inspected struct {
	AgentID  string `json:"agent_id"`
	Status   string `json:"status"`
	Recovery any    `json:"recovery"`
	Snapshot string `json:"snapshot_sha256"`
	Budget   any    `json:"budget"`
	Terminal any    `json:"terminal"`
	Limits   any    `json:"limits"`
	Source   any    `json:"source"`
	Perms    any    `json:"permissions"`
}

// TestRealScopes uses keys that may do less.
func TestRealScopes(t *testing.T) {
	t.Parallel()
	for _, version := range []string{realruntime.Classic, realruntime.Governed} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			rt := realruntime.Start(t, version)
			alpha := newOperator(t, rt.KeysURL, rt.Keys["alpha"])
			var seen []struct{ ID string }
			alpha.must(0, &seen, "agents", "list")
			if len(seen) != 1 || seen[0].ID != realruntime.Alpha {
				t.Errorf("want the one agent of the key, got %v", seen)
			}
			alpha.must(0, nil, "agents", "status", realruntime.Alpha)
			alpha.must(4, nil, "agents", "status", realruntime.Beta)
			alpha.must(4, nil, "agents", "create", "x", "--prompt", "x")
			newOperator(t, rt.KeysURL, rt.Keys["gone"]).must(4, nil, "agents", "list")
			newOperator(t, rt.KeysURL, "admin.wrong").must(4, nil, "agents", "list")
		})
	}
}

// queued counts the runs in the history of an agent.
func (o *operator) queued(agent string) int {
	o.t.Helper()
	var history []struct{ Status string }
	o.must(0, &history, "agents", "history", agent)
	n := 0
	for _, entry := range history {
		if entry.Status == "queued" {
			n++
		}
	}
	return n
}

// cuttable is a connection to a runtime.
type cuttable struct {
	*httptest.Server
	whole atomic.Bool // false: submissions arrive, and their answers do not
}

// cutting serves what target serves over a connection that is cut after each
// submission until it is made whole.
func cutting(t *testing.T, target string) *cuttable {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy, wire := httputil.NewSingleHostReverseProxy(to), new(cuttable)
	wire.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || wire.whole.Load() {
			proxy.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK && answer.Code != http.StatusConflict {
			t.Errorf("want the runtime to take the submission, got %d %s", answer.Code, answer.Body)
		}
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(wire.Close)
	return wire
}
