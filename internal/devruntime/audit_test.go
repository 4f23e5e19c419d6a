package devruntime_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// submitted is where the journal of a submission is.
func submitted(t *testing.T, r reply) client.Audit {
	t.Helper()
	var i client.Invocation
	r.decode(t, &i)
	if i.Audit == nil {
		t.Fatalf("no audit: %s", r.body)
	}
	return *i.Audit
}

func inspect(t *testing.T, g *rig, a client.Audit) (client.RunView, reply) {
	t.Helper()
	r := g.ask(t, "GET /audit/runs/"+alpha+"/"+a.RunID+"?public_key="+a.PublicKey, "")
	var view client.RunView
	if r.status == http.StatusOK {
		dec := json.NewDecoder(strings.NewReader(r.body))
		dec.DisallowUnknownFields() // the contract's members and no others
		if err := dec.Decode(&view); err != nil {
			t.Errorf("%v: %s", err, r.body)
		}
	}
	return view, r
}

// TestJournals: each run leaves a journal that the library verifies with the key
// that the submission was answered with, and that says how the run ended.
func TestJournals(t *testing.T) {
	t.Parallel()
	g := rigOn(t, store.Options{Dir: t.TempDir()})
	for input, want := range map[string]struct{ view, reason string }{
		`"hello"`: {"completed", `"Completed"`},
		`"FAIL"`:  {"stopped", `"Inference failed`},
	} {
		key := map[string]string{`"hello"`: key1, `"FAIL"`: key2}[input]
		audit := submitted(t, g.run(t, alpha, key, input))
		file, err := os.Open(audit.Path)
		if err != nil {
			t.Fatal(err)
		}
		public, err := hex.DecodeString(audit.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		report, err := journal.Verify(t.Context(), file, journal.Options{PublicKey: public, AgentID: alpha, RunID: audit.RunID})
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || string(report.Status) != want.view || !report.Complete() {
			t.Errorf("%s: %v %+v", input, err, report)
		}
		view, r := inspect(t, g, audit)
		got := []any{r.status, r.header.Get("Cache-Control"), view.Status, view.AgentID, view.Recovery.RunID, view.Recovery.AgentID, view.Recovery.JournalComplete, view.Audit}
		if diff := cmp.Diff([]any{200, "no-store", want.view, alpha, audit.RunID, alpha, true, audit}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", input, diff)
		}
		if !strings.Contains(r.body, `"reason":`) || !strings.Contains(r.body, want.reason) || !strings.Contains(r.body, `"invocation":{"id":"`+key+`","scope":"scheduler:v1","status":"recorded","resolution":null}`) {
			t.Errorf("%s: %s", input, r.body)
		}
		if strings.Contains(r.body, "echo: hello") {
			t.Errorf("the view shows what was said: %s", r.body)
		}
	}
}

func TestAuditWhileItRuns(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	audit := submitted(t, g.execute(t, alpha, key1, `"SLOW"`))
	<-g.model.began
	view, r := inspect(t, g, audit)
	if view.Status != "incomplete" || view.Recovery.JournalComplete || view.Invocation == nil || view.Invocation.Status != "in_progress" || view.Invocation.Error == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAuditRefused(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	audit := submitted(t, g.run(t, alpha, key1, `"x"`))
	path := "GET /audit/runs/" + alpha + "/" + audit.RunID
	for name, tc := range map[string]struct {
		line, text string
		status     int
	}{
		"no key":        {path, "missing field `public_key`", 400},
		"two keys":      {path + "?public_key=" + audit.PublicKey + "&public_key=" + audit.PublicKey, "public_key", 400},
		"short key":     {path + "?public_key=abc", `"code":"INVALID_AUDIT_KEY"`, 400},
		"no hex":        {path + "?public_key=" + strings.Repeat("x", 64), `"code":"INVALID_AUDIT_KEY"`, 400},
		"wrong key":     {path + "?public_key=" + strings.Repeat("0", 64), `"code":"AUDIT_UNAVAILABLE"`, 422},
		"another agent": {"GET /audit/runs/" + beta + "/" + audit.RunID + "?public_key=" + audit.PublicKey, `"code":"AUDIT_UNAVAILABLE"`, 422},
		"unknown run":   {"GET /audit/runs/" + alpha + "/" + unknown + "?public_key=" + audit.PublicKey, `no submission led to such a run: No such file`, 422},
		"run no UUID":   {"GET /audit/runs/" + alpha + "/..%2F..%2Fetc?public_key=" + audit.PublicKey, "Invalid URL", 400},
	} {
		if r := g.ask(t, tc.line, ""); r.status != tc.status || !strings.Contains(r.body, tc.text) {
			t.Errorf("%s: %d %s, want %d with %s", name, r.status, r.body, tc.status, tc.text)
		}
	}
}

// TestAuditWithoutJournal: a run that never wrote one is told from one that is
// not known.
func TestAuditWithoutJournal(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) { o.Provider = nil })
	audit := submitted(t, g.execute(t, alpha, key1, `"x"`))
	await(t, func() reply { return g.execute(t, alpha, key1, `"x"`) })
	if _, r := inspect(t, g, audit); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "no journal: it ended before") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestAuditOfWhatNeverAsked: a run that would take too much is on record, and over.
func TestAuditOfWhatNeverAsked(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	audit := submitted(t, g.run(t, alpha, key1, `"`+strings.Repeat("x", 500_000)+`"`))
	view, r := inspect(t, g, audit)
	if view.Status != "stopped" || !view.Recovery.JournalComplete || !strings.Contains(r.body, "a run has 100000") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestAuditOfAForgedJournal: one byte makes the answer no.
func TestAuditOfAForgedJournal(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	audit := submitted(t, g.run(t, alpha, key1, `"hello"`))
	text, err := os.ReadFile(audit.Path)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(text, []byte("echo: hello"), []byte("echo: hullo"), 1)
	if bytes.Equal(forged, text) {
		t.Fatal("the journal does not hold the answer")
	}
	if err := os.WriteFile(audit.Path, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, r := inspect(t, g, audit); r.status != http.StatusUnprocessableEntity || r.member("code") != "AUDIT_UNAVAILABLE" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAuditIsForAdministrators(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) { o.Guard = &frame.Guard{Keys: []frame.Key{scopedKey("a", alpha)}} })
	r := g.ask(t, "GET /audit/runs/"+alpha+"/"+unknown+"?public_key="+strings.Repeat("0", 64), "", "Authorization", "Bearer a.secret")
	if r.status != http.StatusForbidden || r.member("code") != "ADMIN_REQUIRED" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestMemoryLeavesNothing: journals of a state in memory are gone after the end.
func TestMemoryLeavesNothing(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	audit := submitted(t, g.run(t, alpha, key1, `"x"`))
	if _, err := os.Stat(audit.Path); err != nil {
		t.Fatal(err)
	}
	g.close(t)
	if _, err := os.Stat(filepath.Dir(filepath.Dir(audit.Path))); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
