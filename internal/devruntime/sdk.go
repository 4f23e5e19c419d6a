package devruntime

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
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
	if found, err := parseDSL(source); err == nil {
		if agent == "" {
			agent = s.key
		}
		s.agent = rt.workflowAgent(agent, workflowName(source, found), source)
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

// agentFigures are the figures of one agent, from its history.
type agentFigures struct {
	AgentID     string `json:"agent_id"`
	Runs        int    `json:"runs_total"`
	Succeeded   int    `json:"runs_succeeded"`
	Failed      int    `json:"runs_failed"`
	Unresolved  int    `json:"runs_unresolved"`
	Active      int    `json:"active_tasks"`
	TotalTokens int64  `json:"total_tokens"`
}

func (rt *Runtime) agentMetrics(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	if _, err := rt.o.Store.Agent(r.Context(), id); isNotFound(err) {
		frame.Refuse(w, http.StatusNotFound, "AGENT_NOT_FOUND", "Internal error: Agent "+id+" not found")
		return
	}
	all, err := rt.o.Store.InvocationsOf(r.Context(), id)
	if unwell(w, err, "METRICS_FAILED") {
		return
	}
	f := agentFigures{AgentID: id, Runs: len(all)}
	for _, i := range all {
		switch i.Phase {
		case "completed":
			f.Succeeded++
		case "failed":
			f.Failed++
		case "unresolved":
			f.Unresolved++
		default:
			f.Active++
		}
		var result struct {
			TotalUsage struct {
				TotalTokens int64 `json:"total_tokens"`
			} `json:"total_usage"`
		}
		if json.Unmarshal(i.Result, &result) == nil {
			f.TotalTokens += result.TotalUsage.TotalTokens
		}
	}
	frame.JSON(w, http.StatusOK, f)
}
