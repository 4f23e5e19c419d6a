package devruntime

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxInterval = 1 << 31 // seconds

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
		a.DSL = textOf(r.OptString("dsl"))
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
		named := 0
		for name, read := range map[string]func(*strictjson.Reader){
			"Scheduled": func(r *strictjson.Reader) {
				r.Object("interval", func(r *strictjson.Reader) { unsigned(r, "secs"); unsigned(r, "nanos") })
			},
			"CronScheduled": func(r *strictjson.Reader) { r.String("cron_expression"); r.String("timezone") },
			"External": func(r *strictjson.Reader) {
				m.external = true
				r.OptString("endpoint")
				r.OptString("agentpin_domain")
				m.interval = time.Duration(min(unsigned(r, "heartbeat_interval_secs"), maxInterval)) * time.Second
			},
		} {
			if r.Has(name) {
				named++
				r.Object(name, read)
			}
		}
		if named != 1 {
			r.Failf("", "expected exactly one of `Persistent`, `Ephemeral`, `Scheduled`, `CronScheduled`, `EventDriven`, `External`")
		}
	})
	return m
}

// unsigned reads a number that cannot be negative.
func unsigned(r *strictjson.Reader, name string) int64 {
	n := r.Int(name)
	if n < 0 {
		r.Failf(name, "invalid value: integer `%d`, expected u64", n)
	}
	return n
}
