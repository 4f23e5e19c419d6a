package devruntime

import (
	"crypto/ed25519"
	"encoding/hex"
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
	Audit      client.Audit          `json:"audit"`
	Invocation *client.RunInvocation `json:"invocation"`

	// Members of a report that the route does not have.
	Code      omitted `json:"code,omitempty"`
	Line      omitted `json:"line,omitempty"`
	Message   omitted `json:"message,omitempty"`
	Version   omitted `json:"version,omitempty"`
	RunID     omitted `json:"run_id,omitempty"`
	PublicKey omitted `json:"public_key,omitempty"`
}

type omitted *struct{}

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
	if !frame.Admin(w, r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	key, err := hex.DecodeString(keys[0])
	if err != nil || len(key) != ed25519.PublicKeySize {
		frame.Refuse(w, http.StatusBadRequest, "INVALID_AUDIT_KEY", "public_key must be 64 hexadecimal characters")
		return
	}
	path := filepath.Join(rt.dir, agent+"."+run+".jsonl")
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		frame.Refuse(w, http.StatusUnprocessableEntity, "AUDIT_UNAVAILABLE", "No such file or directory (os error 2)")
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
		view := runView{Report: report, Audit: client.Audit{RunID: run, Path: path, PublicKey: keys[0]}}
		if view.Invocation, err = rt.invocationOf(r, run); unwell(w, err, "AUDIT_UNAVAILABLE") {
			return
		}
		frame.JSON(w, http.StatusOK, view)
	}
}

// invocationOf is the submission behind a run, nil when there is none.
func (rt *Runtime) invocationOf(r *http.Request, run string) (*client.RunInvocation, error) {
	i, err := rt.o.Store.InvocationOf(r.Context(), run)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view := &client.RunInvocation{ID: i.ID, Scope: i.Scope, Status: "recorded"}
	switch {
	case !i.Phase.Over():
		view.Status, view.Error = "in_progress", "the run goes on"
	case i.Phase == store.Unresolved:
		view.Status = "unresolved"
	}
	return view, nil
}
