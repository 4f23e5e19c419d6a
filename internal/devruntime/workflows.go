package devruntime

import (
	"context"
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxWorkflow = 1 << 20

// executeWorkflow registers the agent of a definition and runs it. The members
// are read before the key, as upstream does.
func (rt *Runtime) executeWorkflow(w http.ResponseWriter, r *http.Request) {
	if !frame.Admin(w, r) {
		return
	}
	var source, agent string
	var parameters []byte
	if !frame.Body(w, r, frame.MaxBody, func(r *strictjson.Reader) {
		source, agent = r.String("workflow_id"), frame.OptUUID(r, "agent_id")
		if parameters = frame.Any(r, "parameters"); parameters == nil {
			r.Failf("parameters", "the member is missing")
		}
	}) {
		return
	}
	key, ok := invocationKey(w, r)
	if !ok {
		return
	}
	invalid := func(text string) {
		answer(w, http.StatusBadRequest, client.Invocation{Status: client.StatusInvalidRequest, InvocationID: key, Error: text})
	}
	if len(source) > maxWorkflow {
		invalid("workflow definition exceeds 1 MiB")
		return
	}
	name, err := workflow(source)
	if err != nil {
		invalid(err.Error())
		return
	}
	if agent == "" {
		agent = key
	}
	s := submission{key: key, route: "workflows", input: parameters, agent: rt.workflowAgent(agent, name, source)}
	if err := rt.register(r.Context(), s); err != nil {
		unavailable(w, key, err)
		return
	}
	rt.submit(w, r, s)
}

func (rt *Runtime) workflowAgent(id, name, source string) store.Agent {
	now := rt.o.Now()
	return store.Agent{
		ID: id, Name: name, DSL: source, Mode: []byte(`"Ephemeral"`), Metadata: map[string]string{}, State: string(client.StateReady), Created: now, Active: now,
	}
}

// register makes the agent of a workflow, unless there is one under its id or
// the key is taken: the same submission sent again changes nothing.
func (rt *Runtime) register(ctx context.Context, s submission) error {
	if _, err := rt.o.Store.Invocation(ctx, scope, s.key); !isNotFound(err) {
		return err
	}
	if _, err := rt.o.Store.Agent(ctx, s.agent.ID); !isNotFound(err) {
		return err
	}
	return rt.o.Store.CreateAgent(ctx, s.agent, store.Entry{}) // upstream's history has no line for it
}
