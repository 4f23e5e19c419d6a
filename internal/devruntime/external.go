package devruntime

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// silentAfter is how many missed heartbeats make an external agent unreachable.
const silentAfter = 3

var errNotExternal = errors.New("is not an external agent")

func (rt *Runtime) heartbeat(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	var beat client.Heartbeat
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		beat.State = client.AgentState(r.String("state"))
		frame.OneOf(r, "state", string(beat.State), strings.Fields("Created Initializing Ready Running Suspended Waiting Completed Failed Terminating Terminated Unreachable")...)
		beat.Metadata, beat.LastResult = frame.Strings(r, "metadata"), r.OptString("last_result")
		r.OptString("agentpin_jwt")
	}) {
		return
	}
	err := rt.o.Store.ChangeAgent(r.Context(), id, func(a *store.Agent) error {
		if !a.External {
			return errNotExternal
		}
		a.State, a.Heard, a.Active = string(beat.State), rt.o.Now(), rt.o.Now()
		if a.Metadata == nil {
			a.Metadata = map[string]string{} // as an imported state may have it
		}
		maps.Copy(a.Metadata, beat.Metadata)
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
		r.OptString("agentpin_jwt")
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
