package devruntime

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// runView is a report as the runtime's audit route gives it.
type runView struct {
	journal.Report
	Audit      client.Audit `json:"audit"`
	Recovery   recovery     `json:"recovery"`
	Invocation any          `json:"invocation"` // a recorded, an openInvocation or nil

	// Members of a report that the route does not have.
	Code      omitted `json:"code,omitempty"`
	Line      omitted `json:"line,omitempty"`
	Message   omitted `json:"message,omitempty"`
	Version   omitted `json:"version,omitempty"`
	RunID     omitted `json:"run_id,omitempty"`
	PublicKey omitted `json:"public_key,omitempty"`
}

type omitted *struct{}

// recovery adds whose the journal is.
type recovery struct {
	RunID   string `json:"run_id"`
	AgentID string `json:"agent_id"`
	journal.Recovery
}

// recorded is a submission that is over.
type recorded struct {
	ID         string          `json:"id"`
	Scope      string          `json:"scope"`
	Status     string          `json:"status"` // recorded or unresolved
	Resolution json.RawMessage `json:"resolution"`
}

// openInvocation is a submission that is not.
type openInvocation struct {
	ID     string `json:"id"`
	Scope  string `json:"scope"`
	Status string `json:"status"`
	Error  string `json:"error"`
}

// inspectRun verifies the journal of a run against the key that the caller
// kept.
func (rt *Runtime) inspectRun(w http.ResponseWriter, r *http.Request) {
	agent, ok := frame.ID(w, r, "agent_id")
	if !ok {
		return
	}
	run, ok := frame.ID(w, r, "run_id")
	if !ok {
		return
	}
	keys := r.URL.Query()["public_key"]
	if len(keys) != 1 {
		frame.Text(w, http.StatusBadRequest, "Failed to deserialize query string: missing field `public_key`")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if !frame.Admin(w, r) {
		return
	}
	key, err := hex.DecodeString(keys[0])
	if err != nil || len(key) != ed25519.PublicKeySize {
		frame.Refuse(w, http.StatusBadRequest, "INVALID_AUDIT_KEY", "public_key must be 64 hexadecimal characters")
		return
	}
	path := filepath.Join(rt.dir, agent+"."+run+".jsonl")
	f, err := os.Open(path) //nolint:gosec // of two UUIDs
	if errors.Is(err, fs.ErrNotExist) {
		rt.noJournal(w, r, run)
		return
	}
	if err != nil {
		frame.Refuse(w, http.StatusUnprocessableEntity, "AUDIT_UNAVAILABLE", err.Error())
		return
	}
	defer f.Close()
	report, err := journal.Verify(r.Context(), f, journal.Options{PublicKey: key, AgentID: agent, RunID: run})
	switch {
	case err != nil:
		frame.Refuse(w, http.StatusUnprocessableEntity, "AUDIT_UNAVAILABLE", err.Error())
	case !report.Intact():
		frame.Refuse(w, http.StatusUnprocessableEntity, "AUDIT_UNAVAILABLE", "Journal write failed: "+report.Message)
	default:
		view := runView{
			Report: report, Audit: client.Audit{RunID: run, Path: path, PublicKey: keys[0]},
			Recovery: recovery{run, agent, report.Recovery},
		}
		if view.Invocation, err = rt.invocationOf(r, run); unwell(w, err, "AUDIT_UNAVAILABLE") {
			return
		}
		frame.JSON(w, http.StatusOK, view)
	}
}

// noJournal says why a run has none. The runtime's words for a missing file are
// in all answers: clients know them.
func (rt *Runtime) noJournal(w http.ResponseWriter, r *http.Request, run string) {
	i, err := rt.o.Store.InvocationOf(r.Context(), run)
	why := "no submission led to such a run"
	switch {
	case err != nil && !isNotFound(err):
		unwell(w, err, "AUDIT_UNAVAILABLE")
		return
	case err != nil:
	case !i.Phase.Over():
		why = "it has not begun"
	case i.Phase == store.Unresolved:
		why = "it ended before it had one; whoever submits it again with its id is told the reason"
	default:
		why = "it was cancelled before it began, or the file was taken away"
	}
	frame.Refuse(w, http.StatusUnprocessableEntity, "AUDIT_UNAVAILABLE", "The run has no journal: "+why+": No such file or directory (os error 2)")
}

// invocationOf is the submission behind a run, nil when there is none.
func (rt *Runtime) invocationOf(r *http.Request, run string) (any, error) {
	i, err := rt.o.Store.InvocationOf(r.Context(), run)
	switch {
	case isNotFound(err):
		return nil, nil
	case err != nil:
		return nil, err
	case !i.Phase.Over():
		return openInvocation{i.ID, i.Scope, "in_progress", "the run goes on"}, nil
	case i.Phase == store.Unresolved:
		return recorded{ID: i.ID, Scope: i.Scope, Status: "unresolved"}, nil
	}
	return recorded{ID: i.ID, Scope: i.Scope, Status: "recorded"}, nil
}
