package devruntime

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// reExecute is the run of SDK 1.11: an agent and an input, without a key.
func (rt *Runtime) reExecute(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	var input []byte
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) { input = frame.Any(r, "input") }) {
		return
	}
	s := submission{key: uuid.NewString(), route: "agents/" + id, input: input}
	if rt.findAgent(w, r, &s, id) {
		rt.submit(w, r, s)
	}
}

// runWorkflow is the workflow of SDK 1.11, where the parameters may be absent
// and the id may name an agent instead of holding its definition.
func (rt *Runtime) runWorkflow(w http.ResponseWriter, r *http.Request) {
	if !frame.Admin(w, r) {
		return
	}
	var source, agent string
	var parameters []byte
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		source, agent, parameters = r.String("workflow_id"), frame.OptUUID(r, "agent_id"), frame.Any(r, "parameters")
	}) {
		return
	}
	s := submission{key: uuid.NewString(), route: "workflows", input: parameters}
	if name, err := workflow(source); err == nil {
		if agent == "" {
			agent = s.key
		}
		s.agent = rt.workflowAgent(agent, name, source)
		if err := rt.register(r.Context(), s); err != nil {
			unavailable(w, s.key, err)
			return
		}
		rt.submit(w, r, s)
		return
	}
	if agent == "" {
		frame.Refuse(w, http.StatusNotFound, "WORKFLOW_NOT_FOUND", "Internal error: Workflow not found: "+source)
		return
	}
	if rt.findAgent(w, r, &s, agent) {
		rt.submit(w, r, s)
	}
}

// sdkStatus is the status of an agent as SDK 1.11 wants it, at a path that no
// real runtime serves: its own states, and numbers where the runtime has null.
func (rt *Runtime) sdkStatus(w http.ResponseWriter, r *http.Request) {
	s, ok := rt.statusOf(w, r)
	if !ok {
		return
	}
	zero, none := uint64(0), 0.0
	s.State = sdkState(s.State)
	s.ResourceUsage.MemoryBytes, s.ResourceUsage.CPUPercent = &zero, &none
	frame.JSON(w, http.StatusOK, s)
}

// sdkState is a state in the SDK's words.
func sdkState(s client.AgentState) client.AgentState {
	switch s {
	case client.StateRunning, client.StateInitializing:
		return "busy"
	case client.StateWaiting:
		return "active"
	case client.StateFailed, client.StateUnreachable:
		return "error"
	case client.StateTerminated, client.StateTerminating, client.StateSuspended:
		return "stopped"
	case client.StateCreated, client.StateReady, client.StateCompleted:
		return "idle"
	}
	return s
}
