package event

import (
	"encoding/json"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Started is the first event of a run. Context holds what the run was bound to
// when it started, by name: "invocation", "delegation", "agent_definition",
// "budget", "source_policy".
type Started struct {
	AgentID string                     `json:"agent_id"`
	Config  Config                     `json:"config"`
	Context map[string]json.RawMessage `json:"execution_context,omitempty"`
}

// ReasoningComplete is a turn of the model: what it wants done, and what the
// turn cost.
type ReasoningComplete struct {
	Iteration uint32       `json:"iteration"`
	Actions   List[Action] `json:"actions"`
	Usage     Usage        `json:"usage"`
}

// PolicyEvaluated is what the gate decided about the actions of a turn. A call
// is a JSON object: {"action", "fingerprint", "contract", "arguments",
// "resolved", "approval", "source_policy"} when it was approved, and
// {"action", "reason"} when it was denied. An approved tool call needs a
// fingerprint.
type PolicyEvaluated struct {
	Iteration   uint32                `json:"iteration"`
	ActionCount uint64                `json:"action_count"`
	DeniedCount uint64                `json:"denied_count"`
	Approved    List[json.RawMessage] `json:"approved_calls"`
	Denied      List[json.RawMessage] `json:"denied_calls"`
}

// ToolsDispatched says how many tools ran in a turn, and for how long.
type ToolsDispatched struct {
	Iteration uint32 `json:"iteration"`
	ToolCount uint64 `json:"tool_count"`
	Duration  Span   `json:"duration"`
}

// ToolBatchCompleted holds what the tools of a turn answered.
type ToolBatchCompleted struct {
	Iteration    uint32            `json:"iteration"`
	Observations List[Observation] `json:"observations"`
	Duration     Span              `json:"duration"`
}

// ObservationsCollected says how many observations go into the next turn.
type ObservationsCollected struct {
	Iteration        uint32 `json:"iteration"`
	ObservationCount uint64 `json:"observation_count"`
}

// Terminated is the last event of a run.
type Terminated struct {
	Reason     Reason `json:"reason"`
	Iterations uint32 `json:"iterations"`
	TotalUsage Usage  `json:"total_usage"`
	Duration   Span   `json:"duration"`
}

// RecoveryTriggered says what is tried after a tool failed.
type RecoveryTriggered struct {
	Iteration uint32   `json:"iteration"`
	ToolName  string   `json:"tool_name"`
	Strategy  Recovery `json:"strategy"`
	Error     string   `json:"error"`
}

// StepLimitReached says that a step was tried too often.
type StepLimitReached struct {
	StepID   string `json:"step_id"`
	Attempts uint32 `json:"attempts"`
	Reason   string `json:"reason"`
}

// PreHydrationComplete says what was fetched before the first turn.
type PreHydrationComplete struct {
	Found       uint64 `json:"references_found"`
	Resolved    uint64 `json:"references_resolved"`
	Failed      uint64 `json:"references_failed"`
	TotalTokens uint64 `json:"total_tokens"`
}

// ImprovementOutput is the final output of a run that tries an improvement.
type ImprovementOutput struct {
	Output string `json:"output"`
}

func (e *Started) read(r *strictjson.Reader) {
	e.AgentID = ID(r, "agent_id")
	r.Object("config", e.Config.read)
	if r.Has("execution_context") {
		r.Object("execution_context", func(r *strictjson.Reader) { e.Context = rawMembers(r) })
	}
}

func (e *ReasoningComplete) read(r *strictjson.Reader) {
	e.Iteration = number[uint32](r, "iteration")
	r.Objects("actions", func(r *strictjson.Reader) {
		var a Action
		a.read(r)
		e.Actions = append(e.Actions, a)
	})
	r.Object("usage", e.Usage.read)
}

func (e *PolicyEvaluated) read(r *strictjson.Reader) {
	e.Iteration = number[uint32](r, "iteration")
	e.ActionCount, e.DeniedCount = count(r, "action_count"), count(r, "denied_count")
	e.Approved, e.Denied = rawItems(r, "approved_calls"), rawItems(r, "denied_calls")
}

func (e *ToolsDispatched) read(r *strictjson.Reader) {
	e.Iteration, e.ToolCount = number[uint32](r, "iteration"), count(r, "tool_count")
	r.Object("duration", e.Duration.read)
}

func (e *ToolBatchCompleted) read(r *strictjson.Reader) {
	e.Iteration = number[uint32](r, "iteration")
	r.Objects("observations", func(r *strictjson.Reader) {
		var o Observation
		o.read(r)
		e.Observations = append(e.Observations, o)
	})
	r.Object("duration", e.Duration.read)
}

func (e *ObservationsCollected) read(r *strictjson.Reader) {
	e.Iteration, e.ObservationCount = number[uint32](r, "iteration"), count(r, "observation_count")
}

func (e *Terminated) read(r *strictjson.Reader) {
	e.Reason.read(r, "reason")
	e.Iterations = number[uint32](r, "iterations")
	r.Object("total_usage", e.TotalUsage.read)
	r.Object("duration", e.Duration.read)
}

func (e *RecoveryTriggered) read(r *strictjson.Reader) {
	e.Iteration, e.ToolName, e.Error = number[uint32](r, "iteration"), r.String("tool_name"), r.String("error")
	e.Strategy.read(r, "strategy")
}

func (e *StepLimitReached) read(r *strictjson.Reader) {
	e.StepID, e.Attempts, e.Reason = r.String("step_id"), number[uint32](r, "attempts"), r.String("reason")
}

func (e *PreHydrationComplete) read(r *strictjson.Reader) {
	e.Found, e.Resolved = count(r, "references_found"), count(r, "references_resolved")
	e.Failed, e.TotalTokens = count(r, "references_failed"), count(r, "total_tokens")
}

func (e *ImprovementOutput) read(r *strictjson.Reader) { e.Output = r.String("output") }
