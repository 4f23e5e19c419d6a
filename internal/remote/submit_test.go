package remote_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const (
	anAgent = "00000000-0000-4000-8000-000000000001"
	anID    = "00000000-0000-4000-8000-00000000000a"
)

// app is a run of the program that asks address, and what it says on stderr.
func app(t *testing.T, address string) (*cli.App, *bytes.Buffer) {
	t.Helper()
	var said bytes.Buffer
	a := cli.New(&cli.App{In: strings.NewReader(""), Out: io.Discard, Err: &said, Dir: t.TempDir(), Now: time.Now})
	a.Override["base_url"] = address
	a.Override["max_retries"] = "0"
	return a, &said
}

// begun takes a submission, and then answers as later says.
func begun(later http.HandlerFunc) http.HandlerFunc {
	var asked atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/health"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"status":"healthy","uptime_seconds":1,"timestamp":"2026-01-02T03:04:05Z","version":"3.0.0"}`)
		case asked.Add(1) == 1:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"status":"queued","invocation_id":%q,"replayed":false,"execution_id":%q,"agent_id":%q}`, anID, anID, anAgent)
		default:
			later(w, r)
		}
	}
}

// TestWaitThatFailsTellsHowToResume: once the id is known, every end but a
// refusal leads back to the run.
func TestWaitThatFailsTellsHowToResume(t *testing.T) {
	t.Parallel()
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, tc := range map[string]struct {
		later http.HandlerFunc
		want  cli.Status
	}{
		"hangs up":      {hangUp, cli.Unreachable},
		"key withdrawn": {answer(http.StatusUnauthorized, ""), cli.Auth},
		"fails":         {answer(http.StatusInternalServerError, `{"error":"boom","code":"EXECUTION_FAILED","details":null}`), cli.Failure},
		"another page":  {answer(http.StatusOK, "<html>Welcome</html>"), cli.Failure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := httptest.NewServer(begun(tc.later))
			t.Cleanup(site.Close)
			checkResumable(t, waitFor(t, site.URL, true), resumption{status: tc.want, address: site.URL, flags: " --wait"})
		})
	}
}

// TestDeadRuntimeTellsHowToResume: nobody is there any more after the first
// answer.
func TestDeadRuntimeTellsHowToResume(t *testing.T) {
	t.Parallel()
	site := httptest.NewUnstartedServer(nil)
	once := begun(nil)
	site.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/execute") {
			w.Header().Set("Connection", "close")
			site.Listener.Close()
		}
		once(w, r)
	})
	site.Start()
	t.Cleanup(site.Close)
	checkResumable(t, waitFor(t, site.URL, true), resumption{status: cli.Unreachable, address: site.URL, flags: " --wait"})
}

// TestSilentAddressTellsHowToResume: a submission that never arrived can be
// sent again under its id, too.
func TestSilentAddressTellsHowToResume(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.NotFoundHandler())
	site.Close()
	checkResumable(t, waitFor(t, site.URL, false), resumption{status: cli.Unreachable, address: site.URL})
}

// TestRefusalIsNotResumed: a run that was never begun has nothing to go on
// with.
func TestRefusalIsNotResumed(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(site.Close)
	e, ok := errors.AsType[*cli.Error](waitFor(t, site.URL, true))
	if !ok || e.Status != cli.Auth || strings.Contains(strings.Join(e.Next, " "), anID) {
		t.Errorf("%+v, want status 4 and no way to resume", e)
	}
}

type resumption struct {
	status         cli.Status
	address, flags string
}

// waitFor submits an input with a blank and a quote in it.
func waitFor(t *testing.T, address string, wait bool) error {
	t.Helper()
	a, said := app(t, address)
	conn := remote.New(a)
	submit := remote.Submit{Input: "it's on", Invocation: anID, Wait: wait, Timeout: time.Minute}
	err := conn.Do(t.Context(), func(ctx context.Context, api *client.Client) error {
		return submit.Start(ctx, conn, api, remote.Job{
			Agent: anAgent, Input: json.RawMessage(`"it's on"`), Again: "symbi-ctl agents run " + anAgent + submit.Shown(),
			Send: func(ctx context.Context, s client.Submission) (client.Invocation, error) {
				return api.Execute(ctx, anAgent, s)
			},
		})
	})
	if !strings.Contains(said.String(), "invocation "+anID+"\n") {
		t.Errorf("the id was not told: %q", said.String())
	}
	return err
}

func checkResumable(t *testing.T, err error, want resumption) {
	t.Helper()
	e, ok := errors.AsType[*cli.Error](err)
	if !ok {
		t.Fatalf("%v is no error with a status", err)
	}
	if e.Status != want.status || e.Hint == "" {
		t.Errorf("status %v, hint %q; want %v and a hint: %v", e.Status, e.Hint, want.status, err)
	}
	line := `symbi-ctl agents run ` + anAgent + ` --input 'it'\''s on' --base-url ` + want.address + ` --invocation-id ` + anID + want.flags
	if diff := cmp.Diff(line, append(e.Next, "")[0]); diff != "" {
		t.Errorf("%v; next (-want +got):\n%s", err, diff)
	}
}
