package devruntime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// scope is where the keys of agents, workflows and triggers live together.
const scope = "scheduler:v1"

// submission is work under a key, on its way to being accepted.
type submission struct {
	key     string
	route   string // part of what the key is bound to
	input   json.RawMessage
	agent   store.Agent
	refused client.InvocationStatus // refused at once, with the key spent
	problem string
}

// work is what a run needs, kept with the claim so that it can run after a
// crash.
type work struct {
	Name   string          `json:"name"`
	DSL    string          `json:"dsl"`
	Prompt string          `json:"prompt"`
	Input  json.RawMessage `json:"input"`
	Hash   string          `json:"request_hash"`
}

// invocationKey reads the key of a submission. One without a key gets a new one,
// so that SDKs before 1.16 work; upstream refuses it. It reports false after it
// has answered.
func invocationKey(w http.ResponseWriter, r *http.Request) (string, bool) {
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return uuid.NewString(), true
	}
	if len(keys) > 1 || !ident.Valid(keys[0]) {
		frame.JSON(w, http.StatusBadRequest, map[string]string{
			"status": string(client.StatusInvalidInvocationID), "error": "Supply exactly one Idempotency-Key UUID; reuse it for retries.",
		})
		return "", false
	}
	return strings.ToLower(keys[0]), true
}

// execute runs an agent. A body may be an array too, as a struct in serde.
func (rt *Runtime) execute(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	body, ok := frame.Value(w, r, frame.MaxBody)
	if !ok {
		return
	}
	input := []byte(nil)
	if items := body.Items(); body.Kind() == strictjson.Array {
		if len(items) > 0 {
			input = items[0].AppendJSON(nil)
		}
	} else if !frame.Read(w, body, func(r *strictjson.Reader) { input = frame.Any(r, "input") }) {
		return
	}
	key, ok := invocationKey(w, r)
	if !ok {
		return
	}
	s := submission{key: key, route: "agents/" + id, input: input}
	if !rt.findAgent(w, r, &s, id) {
		return
	}
	if s.agent.External {
		s.refused, s.problem = client.StatusUnavailable, "Agent scheduling failed for "+id+": external agents require their own execution transport"
	}
	rt.submit(w, r, s)
}

// findAgent reports false after it has answered that there is none.
func (rt *Runtime) findAgent(w http.ResponseWriter, r *http.Request, s *submission, id string) bool {
	var err error
	if s.agent, err = rt.o.Store.Agent(r.Context(), id); err == nil {
		return true
	}
	if isNotFound(err) {
		answer(w, http.StatusNotFound, client.Invocation{Status: client.StatusNotFound, InvocationID: s.key})
		return false
	}
	unavailable(w, s.key, err)
	return false
}

func unavailable(w http.ResponseWriter, key string, err error) {
	answer(w, http.StatusServiceUnavailable, client.Invocation{Status: client.StatusUnavailable, InvocationID: key, Error: err.Error()})
}

// answer writes the reply to a submission with its headers.
func answer(w http.ResponseWriter, status int, i client.Invocation) {
	replayed := "false"
	if i.Replayed {
		replayed = "true"
	}
	w.Header().Set("Idempotency-Key", i.InvocationID)
	w.Header().Set("Idempotency-Replayed", replayed)
	w.Header().Set("Cache-Control", "no-store")
	frame.JSON(w, status, i)
}

// submit claims the key, and queues the work if the key was free.
func (rt *Runtime) submit(w http.ResponseWriter, r *http.Request, s submission) {
	if bytes.Equal(bytes.TrimSpace(s.input), []byte("null")) {
		s.input = nil
	}
	if err := rt.demand(); err != nil {
		unavailable(w, s.key, err)
		return
	}
	claim, err := rt.claim(r, s)
	if err != nil {
		unavailable(w, s.key, err)
		return
	}
	got, err := rt.o.Store.Invocation(r.Context(), scope, s.key)
	switch {
	case err == nil: // a poll costs no write, and is answered also when the queue is full
		rt.known(w, got, claim.Identity)
		return
	case !isNotFound(err):
		unavailable(w, s.key, err)
		return
	case len(s.input) > maxInput:
		unavailable(w, s.key, errInputLong)
		return
	}
	if err := rt.queue.reserve(); err != nil {
		unavailable(w, s.key, err)
		return
	}
	// What is acknowledged is on disk, whether or not the client still listens.
	got, mine, err := rt.o.Store.Claim(context.WithoutCancel(r.Context()), claim, store.Entry{Execution: claim.Run, Status: "queued", At: rt.o.Now()})
	if err != nil || !mine || s.refused != "" {
		rt.queue.release()
	}
	switch {
	case err != nil:
		unavailable(w, s.key, err)
	case !mine:
		rt.known(w, got, claim.Identity)
	case s.refused != "":
		answer(w, http.StatusServiceUnavailable, client.Invocation{Status: s.refused, InvocationID: s.key, Error: s.problem})
	default:
		got.Work = nil // is read again when it runs: what waits takes no memory
		rt.queue.put(got)
		answer(w, http.StatusOK, client.Invocation{
			Status: client.StatusQueued, InvocationID: got.ID, ExecutionID: got.Run, AgentID: got.Agent, Audit: rt.audit(got),
		})
	}
}

// claim describes a submission for the store.
func (rt *Runtime) claim(r *http.Request, s submission) (store.Invocation, error) {
	identity, err := rt.identity(r, s)
	if err != nil {
		return store.Invocation{}, err
	}
	job, err := spelled(work{Name: s.agent.Name, DSL: s.agent.DSL, Prompt: s.agent.Metadata["system_prompt"], Input: s.input, Hash: identity})
	if err != nil {
		return store.Invocation{}, err
	}
	i := store.Invocation{Scope: scope, ID: s.key, Identity: identity, Agent: s.agent.ID, Run: uuid.NewString(), Work: job, Phase: store.Queued}
	if s.refused != "" {
		i.Phase, i.Problem = store.Unresolved, s.problem
	}
	return i, nil
}

// spelled is JSON as short as it can be: what a browser could take for a tag
// stays one byte.
func spelled(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// identity is a digest of everything that a key is bound to: route, caller,
// input, and the agent as it is.
func (rt *Runtime) identity(r *http.Request, s submission) (string, error) {
	input, err := canonical(s.input)
	if err != nil {
		return "", err
	}
	caller := sha256.Sum256([]byte(r.Header.Get("Authorization")))
	a := s.agent
	data, err := json.Marshal([]any{s.route, hex.EncodeToString(caller[:]), input, a.ID, a.Name, a.DSL, a.Mode, a.Capabilities, a.Metadata, a.External})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// canonical makes two spellings of one JSON value equal.
func canonical(value json.RawMessage) (any, error) {
	if len(value) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

// known answers for a key that is taken.
func (rt *Runtime) known(w http.ResponseWriter, i store.Invocation, identity string) {
	reply := client.Invocation{InvocationID: i.ID}
	switch {
	case !i.Phase.Over():
		reply.Status = client.StatusInProgress
	case i.Identity != identity:
		reply.Status = client.StatusConflict
	case i.Phase == store.Unresolved:
		reply.Status, reply.Audit, reply.Error = client.StatusUnresolved, rt.audit(i), i.Problem
	default:
		var result client.TaskCompletion
		if err := json.Unmarshal(i.Result, &result); err != nil {
			unavailable(w, i.ID, err)
			return
		}
		reply = client.Invocation{
			Status: client.StatusCompleted, InvocationID: i.ID, Replayed: true, ExecutionID: i.Run, AgentID: i.Agent, Audit: rt.audit(i), Result: &result,
		}
		if i.Phase == store.Failed {
			reply.Status = client.StatusFailed
			answer(w, http.StatusUnprocessableEntity, reply)
			return
		}
		answer(w, http.StatusOK, reply)
		return
	}
	answer(w, http.StatusConflict, reply)
}

// audit says where the journal of a submission's run is.
func (rt *Runtime) audit(i store.Invocation) *client.Audit {
	return &client.Audit{RunID: i.Run, Path: filepath.Join(rt.dir, i.Agent+"."+i.Run+".jsonl"), PublicKey: rt.key}
}
