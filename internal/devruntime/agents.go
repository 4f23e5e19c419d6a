package devruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// silentAfter is how many missed heartbeats make an external agent unreachable.
const silentAfter = 3

var errNotExternal = errors.New("is not an external agent")

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

type modeRequest struct {
	json     json.RawMessage
	external bool
	interval time.Duration
}

func (rt *Runtime) createAgent(w http.ResponseWriter, r *http.Request) {
	if !frame.Admin(w, r) {
		return
	}
	now := rt.o.Now()
	a := store.Agent{ID: uuid.NewString(), Created: now, Active: now, State: string(client.StateReady), Metadata: map[string]string{}}
	ok := frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		a.Name = r.String("name")
		a.DSL = textOf(frame.Optional(r, "dsl"))
		mode := readMode(r)
		a.Mode, a.External, a.Interval = mode.json, mode.external, mode.interval
		a.Capabilities = r.OptStrings("capabilities")
		if m := frame.Strings(r, "metadata"); m != nil {
			a.Metadata = m
		}
		sdkAgent(r, &a)
	})
	if !ok {
		return
	}
	if a.External {
		a.State = string(client.StateCreated)
	}
	switch {
	case a.Name == "":
		frame.Refuse(w, http.StatusInternalServerError, "AGENT_CREATION_FAILED", "Internal error: Agent name cannot be empty")
		return
	case a.DSL == "" && !a.External:
		frame.Refuse(w, http.StatusInternalServerError, "AGENT_CREATION_FAILED", "Internal error: Agent DSL cannot be empty for non-external agents")
		return
	}
	err := rt.o.Store.CreateAgent(r.Context(), a, store.Entry{Execution: a.ID, Status: "created", At: now})
	if !unwell(w, err, "AGENT_CREATION_FAILED") {
		frame.JSON(w, http.StatusOK, client.AgentRef{ID: a.ID, Status: "ready"})
	}
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// sdkAgent takes the body of SDK 1.11, which has a prompt where the runtime
// wants a definition.
func sdkAgent(r *strictjson.Reader, a *store.Agent) {
	v, ok := r.Value("system_prompt")
	if !ok || v.Kind() != strictjson.String || a.DSL != "" {
		return
	}
	a.Metadata["system_prompt"] = v.Text()
	a.DSL = "agent sdk(input: String) -> String { capabilities = [] }"
	for _, name := range []string{"id", "description", "model"} {
		if v, ok := r.Value(name); ok && v.Kind() == strictjson.String {
			a.Metadata[name] = v.Text()
		}
	}
}

func readMode(r *strictjson.Reader) modeRequest {
	m := modeRequest{json: json.RawMessage(`"Ephemeral"`)}
	v, ok := r.Value("execution_mode")
	if !ok || v.Kind() == strictjson.Null {
		return m
	}
	m.json = v.AppendJSON(nil)
	if v.Kind() == strictjson.String {
		frame.OneOf(r, "execution_mode", v.Text(), "Persistent", "Ephemeral", "EventDriven")
		return m
	}
	r.Object("execution_mode", func(r *strictjson.Reader) {
		named := false
		for name, read := range map[string]func(*strictjson.Reader){
			"Scheduled": func(r *strictjson.Reader) {
				r.Object("interval", func(r *strictjson.Reader) { r.Int("secs"); r.Int("nanos") })
			},
			"CronScheduled": func(r *strictjson.Reader) { r.String("cron_expression"); r.String("timezone") },
			"External": func(r *strictjson.Reader) {
				m.external = true
				r.OptString("endpoint")
				r.OptString("agentpin_domain")
				m.interval = time.Duration(r.Int("heartbeat_interval_secs")) * time.Second
			},
		} {
			if r.Has(name) {
				named = true
				r.Object(name, read)
			}
		}
		if !named {
			r.Failf("", "unknown variant, expected one of `Persistent`, `Ephemeral`, `Scheduled`, `CronScheduled`, `EventDriven`, `External`")
		}
	})
	return m
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
	a, err := rt.o.Store.Agent(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		frame.Refuse(w, http.StatusNotFound, "AGENT_NOT_FOUND", "Internal error: Agent "+id+" not found")
		return s, false
	}
	if unwell(w, err, "AGENT_NOT_FOUND") {
		return s, false
	}
	open, err := rt.o.Store.RunningOf(r.Context(), id)
	if unwell(w, err, "AGENT_NOT_FOUND") {
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
		if unwell(w, err, "AGENT_NOT_FOUND") {
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
		u.Name, u.DSL = frame.Optional(r, "name"), frame.Optional(r, "dsl")
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

func (rt *Runtime) heartbeat(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	var beat client.Heartbeat
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		beat.State = client.AgentState(r.String("state"))
		frame.OneOf(r, "state", string(beat.State), strings.Fields("Created Initializing Ready Running Suspended Waiting Completed Failed Terminating Terminated Unreachable")...)
		beat.Metadata, beat.LastResult = frame.Strings(r, "metadata"), frame.Optional(r, "last_result")
		frame.Optional(r, "agentpin_jwt")
	}) {
		return
	}
	err := rt.o.Store.ChangeAgent(r.Context(), id, func(a *store.Agent) error {
		if !a.External {
			return errNotExternal
		}
		a.State, a.Heard, a.Active = string(beat.State), rt.o.Now(), rt.o.Now()
		for k, v := range beat.Metadata {
			a.Metadata[k] = v
		}
		if beat.LastResult != nil {
			a.LastResult = beat.LastResult
		}
		return nil
	})
	rt.reported(w, id, err, "HEARTBEAT_FAILED")
}

func (rt *Runtime) pushEvent(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	e := store.Event{At: rt.o.Now()}
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		e.Kind = r.String("event_type")
		frame.OneOf(r, "event_type", e.Kind, "RunStarted", "RunCompleted", "RunFailed")
		if e.Payload = frame.Any(r, "payload"); e.Payload == nil {
			r.Failf("payload", "the member is missing")
		}
		frame.Optional(r, "agentpin_jwt")
	}) {
		return
	}
	a, err := rt.o.Store.Agent(r.Context(), id)
	if err == nil && !a.External {
		err = errNotExternal
	}
	if err == nil {
		err = rt.o.Store.AddEvent(r.Context(), id, e)
	}
	rt.reported(w, id, err, "PUSH_EVENT_FAILED")
}

// reported answers a report of an external agent.
func (rt *Runtime) reported(w http.ResponseWriter, id string, err error, code string) {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, errNotExternal) {
		frame.Refuse(w, http.StatusNotFound, code, fmt.Sprintf("Internal error: Agent %s %v", id, errNotExternal))
		return
	}
	if !unwell(w, err, code) {
		frame.Empty(w, http.StatusOK)
	}
}
