package devruntime

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// listAgents streams: the list may be long.
func (rt *Runtime) listAgents(w http.ResponseWriter, r *http.Request) {
	access := frame.AccessOf(r)
	busy, err := rt.o.Store.Busy(r.Context())
	if unwell(w, err, "LIST_AGENTS_FAILED") {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	separator := "["
	for a, err := range rt.o.Store.Agents(r.Context()) {
		if err != nil {
			if separator == "[" {
				unwell(w, err, "LIST_AGENTS_FAILED")
				return
			}
			panic(http.ErrAbortHandler) // half a list must not look whole
		}
		if !access.Covers(a.ID) {
			continue
		}
		row, err := json.Marshal(client.Agent{ID: a.ID, Name: a.Name, State: rt.stateOf(a, busy[a.ID])})
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(append([]byte(separator), row...)); err != nil {
			return
		}
		separator = ","
	}
	if separator == "[" {
		separator = "[]"
	} else {
		separator = "]"
	}
	_, _ = w.Write([]byte(separator))
}

// stateOf is the state of an agent whose farthest open submission is in a phase.
// An agent that reports by heartbeat and fell silent is unreachable.
func (rt *Runtime) stateOf(a store.Agent, farthest store.Phase) client.AgentState {
	switch {
	case a.External && !a.Heard.IsZero() && rt.o.Now().Sub(a.Heard) > silentAfter*a.Interval:
		return client.StateUnreachable
	case farthest == store.Running:
		return client.StateRunning
	case farthest == store.Queued:
		return client.StateWaiting
	}
	return client.AgentState(a.State)
}

// modeName is the label that statuses show.
func modeName(mode json.RawMessage) string {
	var v client.Variant
	if v.UnmarshalJSON(mode) != nil {
		return ""
	}
	return v.Name
}

func (rt *Runtime) agentStatus(w http.ResponseWriter, r *http.Request) {
	if s, ok := rt.statusOf(w, r); ok {
		frame.JSON(w, http.StatusOK, s)
	}
}

// statusOf reports false after it has answered why there is no status.
func (rt *Runtime) statusOf(w http.ResponseWriter, r *http.Request) (s client.AgentStatus, ok bool) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return s, false
	}
	// The runs first: one that ends in between has changed the agent by then.
	open, err := rt.o.Store.RunningOf(r.Context(), id)
	if unwell(w, err, stateFailed) {
		return s, false
	}
	a, err := rt.o.Store.Agent(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		frame.Refuse(w, http.StatusNotFound, "AGENT_NOT_FOUND", "Internal error: Agent "+id+" not found")
		return s, false
	}
	if unwell(w, err, stateFailed) {
		return s, false
	}
	s = client.AgentStatus{AgentID: id, LastActivity: rt.o.Now().UTC(), ExecutionMode: modeName(a.Mode)}
	var farthest store.Phase
	for _, i := range open {
		farthest = max(farthest, i.Phase) // "queued" < "running"
		if i.Phase == store.Running {
			s.ResourceUsage.ActiveTasks++
		}
	}
	s.State = rt.stateOf(a, farthest)
	if a.External {
		if !a.Heard.IsZero() {
			s.LastActivity = a.Heard.UTC().Truncate(time.Second)
		}
		s.Metadata, s.LastResult, s.RecentEvents = a.Metadata, a.LastResult, []client.AgentEvent{}
		events, err := rt.o.Store.Events(r.Context(), id)
		if unwell(w, err, stateFailed) {
			return s, false
		}
		for _, e := range events {
			s.RecentEvents = append(s.RecentEvents, client.AgentEvent{EventType: e.Kind, Payload: e.Payload, Timestamp: e.At.UTC()})
		}
	}
	return s, true
}

func (rt *Runtime) updateAgent(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.Admin(w, r) {
		return
	}
	var u client.UpdateAgent
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		u.Name, u.DSL = r.OptString("name"), r.OptString("dsl")
	}) {
		return
	}
	refuse := func(text string) {
		frame.Refuse(w, http.StatusInternalServerError, "AGENT_UPDATE_FAILED", text)
	}
	switch {
	case u.Name == nil && u.DSL == nil:
		refuse("Internal error: At least one field (name or dsl) must be provided for update")
		return
	case u.Name != nil && *u.Name == "":
		refuse("Internal error: Agent name cannot be empty")
		return
	case u.DSL != nil && *u.DSL == "":
		refuse("Internal error: Agent DSL cannot be empty")
		return
	}
	err := rt.o.Store.ChangeAgent(r.Context(), id, func(a *store.Agent) error {
		if u.Name != nil {
			a.Name = *u.Name
		}
		if u.DSL != nil {
			a.DSL = *u.DSL
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		refuse("Scheduler error: Agent not found: " + id)
		return
	}
	if !unwell(w, err, "AGENT_UPDATE_FAILED") {
		frame.JSON(w, http.StatusOK, client.AgentRef{ID: id, Status: "updated"})
	}
}

func (rt *Runtime) deleteAgent(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.Admin(w, r) {
		return
	}
	rt.cancelRuns(r.Context(), id)
	err := rt.o.Store.DeleteAgent(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		frame.Refuse(w, http.StatusInternalServerError, "AGENT_DELETION_FAILED", "Scheduler error: Agent not found: "+id)
		return
	}
	if !unwell(w, err, "AGENT_DELETION_FAILED") {
		frame.JSON(w, http.StatusOK, client.AgentRef{ID: id, Status: "deleted"})
	}
}

func (rt *Runtime) agentHistory(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	entries, err := rt.o.Store.History(r.Context(), id)
	if unwell(w, err, "AGENT_HISTORY_FAILED") {
		return
	}
	h := client.AgentHistory{History: []client.HistoryEntry{}}
	for _, e := range entries {
		h.History = append(h.History, client.HistoryEntry{ExecutionID: e.Execution, Status: e.Status, Timestamp: client.OffsetTime{Time: e.At}})
	}
	frame.JSON(w, http.StatusOK, h)
}
