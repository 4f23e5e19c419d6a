package devruntime

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// The limits of a run, as upstream has them.
const (
	maxTokens   = 100_000
	maxOutput   = 16_384
	bytesAToken = 4  // by which tokens of a request are estimated
	overhead    = 16 // tokens of a request beside its text
)

// recorder writes the journal of one run, in the order in which runtime 3.0
// writes it.
type recorder struct {
	journal *journal.Writer
	now     func() time.Time
	began   time.Time
	run     store.Invocation
	job     work
	source  sourcePolicy
	reserve event.Reservation
	spent   event.Usage
	left    event.Snapshot
}

// sourcePolicy is how the runtime binds decisions to the definition they were
// made under.
type sourcePolicy struct {
	AgentName   string `json:"agent_name"`
	Declaration string `json:"declaration_hash"`
	Policies    []any  `json:"policies"`
	Semantics   string `json:"semantics"`
	Source      string `json:"source_hash"`
}

func (rt *Runtime) record(i store.Invocation, job work) (*recorder, error) {
	w, err := journal.Create(journal.New{Dir: rt.dir, AgentID: i.Agent, RunID: i.Run})
	if err != nil {
		return nil, err
	}
	hash := digest([]byte(job.DSL))
	return &recorder{
		journal: w, now: rt.o.Now, began: rt.o.Now(), run: i, job: job,
		source: sourcePolicy{job.Name, hash, []any{}, "inline_effect_policy_v1", hash},
	}, nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (r *recorder) close() { _ = r.journal.Close() } // every record is on disk already

func (r *recorder) path() string { return r.journal.Reference().Path }

func (r *recorder) usage() *client.Usage { return usageOf(r.spent) }

func usageOf(u event.Usage) *client.Usage {
	return &client.Usage{PromptTokens: int64(u.PromptTokens), CompletionTokens: int64(u.CompletionTokens), TotalTokens: int64(u.TotalTokens)}
}

func (r *recorder) budget() *client.Budget {
	s := r.left
	return &client.Budget{
		RootID: s.RootID, Scope: int64(s.Scope), Limit: int64(s.Limit), Usage: *usageOf(s.Usage), ReservedTokens: int64(s.Reserved), //nolint:gosec // the scope is 0
		UncertainTokens: int64(s.Uncertain), AvailableTokens: int64(s.Available), Exceeded: s.Exceeded,
	}
}

func (r *recorder) append(iteration uint32, events ...event.Event) error {
	for _, e := range events {
		if err := r.journal.Append(journal.Entry{Time: r.now(), Iteration: iteration, Event: e}); err != nil {
			return err
		}
	}
	return nil
}

// errOverBudget says that a request takes more than a run may.
var errOverBudget = errors.New("the run would take more tokens than it has")

// begin records that the model is asked. With [errOverBudget] it records that it
// is not: nothing was asked, and the run is over.
func (r *recorder) begin(request provider.Request, model provider.Provider) error {
	root := uuid.NewString()
	asked, err := json.Marshal(request)
	if err != nil {
		return err
	}
	execution, err := r.execution(root)
	if err != nil {
		return err
	}
	reference := r.journal.Reference()
	r.reserve = event.Reservation{
		ID: uuid.NewString(), RootID: root, Ancestors: event.List[event.Scope]{{Limit: maxTokens}},
		InputTokens: uint32(len(asked)/bytesAToken + overhead), OutputTokens: maxOutput, //nolint:gosec // a request has at most 2 MiB
		AgentID: r.run.Agent, Audit: &reference, Provider: model.Name(), Model: model.Model(),
		RequestHash: digest(asked), RequestBytes: uint64(len(asked)),
	}
	config := event.DefaultConfig()
	config.Timeout = event.SpanOf(time.Hour)
	if err := r.append(0,
		&event.Started{AgentID: r.run.Agent, Config: config, Context: execution},
		&event.BudgetOpened{RootID: root, Limit: maxTokens},
	); err != nil {
		return err
	}
	if r.reserve.InputTokens+r.reserve.OutputTokens > maxTokens {
		return r.refuse()
	}
	return r.append(0, &event.BudgetReservationStarted{Reservation: r.reserve})
}

// refuse ends a run before its model was asked.
func (r *recorder) refuse() error {
	r.left = event.Snapshot{RootID: r.reserve.RootID, Limit: maxTokens, Available: maxTokens}
	failure := fmt.Errorf("%w: an estimated %d for what the model is told and up to %d for its answer; a run has %d",
		errOverBudget, r.reserve.InputTokens, r.reserve.OutputTokens, maxTokens)
	if err := r.append(0, &event.Terminated{Reason: event.Reason{End: event.Failed, Text: failure.Error()}, Duration: r.took()}); err != nil {
		return err
	}
	return failure
}

func (r *recorder) execution(root string) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for name, v := range map[string]any{
		"budget":        map[string]any{"limit": maxTokens, "root_id": root, "scope": 0},
		"invocation":    map[string]any{"id": r.run.ID, "request_hash": r.job.Hash, "scope": r.run.Scope},
		"source_policy": r.source,
	} {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		all[name] = data
	}
	return all, nil
}

// end records what came back and how the run ended.
func (r *recorder) end(reply provider.Response, failure error) error {
	r.spent = event.Usage{PromptTokens: tokens(reply.Usage.PromptTokens), CompletionTokens: tokens(reply.Usage.CompletionTokens)}
	r.spent.TotalTokens = r.spent.PromptTokens + r.spent.CompletionTokens
	outcome := journal.Settlement(r.reserve, r.spent)
	if failure != nil {
		r.spent, outcome = event.Usage{}, event.Unknown
	}
	r.settle(outcome)
	settled := &event.BudgetReservationFinished{RootID: r.reserve.RootID, ReservationID: r.reserve.ID, Usage: r.spent, Outcome: outcome}
	if err := r.append(0, settled); err != nil {
		return err
	}
	if failure != nil {
		return r.append(1,
			&event.BudgetUpdated{Budget: r.left},
			&event.Terminated{Reason: event.Reason{End: event.Failed, Text: "Inference failed: " + failure.Error()}, Iterations: 1, Duration: r.took()},
		)
	}
	return r.answered(reply)
}

func (r *recorder) answered(reply provider.Response) error {
	answer := event.Action{Respond: &event.Respond{Content: reply.Content}}
	approved, err := r.approve(answer)
	if err != nil {
		return err
	}
	return r.append(1,
		&event.ReasoningComplete{Iteration: 1, Actions: event.List[event.Action]{answer}, Usage: r.spent},
		&event.PolicyEvaluated{Iteration: 1, ActionCount: 1, Approved: event.List[json.RawMessage]{approved}},
		&event.ToolsDispatched{Iteration: 1},
		&event.ToolBatchCompleted{Iteration: 1},
		&event.ObservationsCollected{Iteration: 1},
		&event.BudgetUpdated{Budget: r.left},
		&event.Terminated{Reason: event.Reason{End: event.Completed}, Iterations: 1, TotalUsage: r.spent, Duration: r.took()},
	)
}

// approve is the gate's decision about an answer. Answers are always allowed,
// as upstream's default gate has it.
func (r *recorder) approve(answer event.Action) (json.RawMessage, error) {
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	source, err := json.Marshal(r.source)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"action": answer, "approval": nil, "arguments": nil, "contract": nil, "resolved": map[string]any{}, "source_policy": r.source,
		"fingerprint": digest(text), "authorization_binding": digest(append(text, source...)),
	})
}

// settle computes what is left of the budget.
func (r *recorder) settle(outcome event.Outcome) {
	r.left = event.Snapshot{RootID: r.reserve.RootID, Limit: maxTokens, Usage: r.spent}
	if outcome == event.Unknown {
		r.left.Uncertain = r.reserve.InputTokens + r.reserve.OutputTokens
	}
	used := r.left.Uncertain + r.spent.TotalTokens
	r.left.Available = maxTokens - min(used, maxTokens)
	r.left.Exceeded = used > maxTokens
}

func (r *recorder) took() event.Span { return event.SpanOf(r.now().Sub(r.began)) }

func tokens(n int) uint32 { return uint32(min(max(n, 0), 1<<31)) }
