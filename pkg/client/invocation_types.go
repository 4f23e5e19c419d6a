package client

import (
	"encoding/json"
)

// InvocationStatus is the runtime's answer to a submission. Other values than
// the constants pass through.
type InvocationStatus string

// The answers since 1.21, and the one of runtimes before it.
const (
	StatusQueued              InvocationStatus = "queued"      // accepted now, for the first time
	StatusInProgress          InvocationStatus = "in_progress" // queued or running; also for another body under the key of a run that goes on
	StatusCompleted           InvocationStatus = "completed"   // ended well, Result is there
	StatusFailed              InvocationStatus = "failed"      // ended otherwise, Result is there
	StatusUnresolved          InvocationStatus = "unresolved"  // outcome not known; the key never runs again
	StatusReconciled          InvocationStatus = "reconciled"  // closed by an operator; the key never runs again
	StatusConflict            InvocationStatus = "conflict"    // the key belongs to another request or caller
	StatusForbidden           InvocationStatus = "forbidden"
	StatusNotFound            InvocationStatus = "not_found"
	StatusUnavailable         InvocationStatus = "unavailable" // refused; the key may be spent all the same
	StatusInvalidRequest      InvocationStatus = "invalid_request"
	StatusInvalidInvocationID InvocationStatus = "invalid_invocation_id"

	StatusExecutionStarted InvocationStatus = "execution_started" // up to 1.20: key and input were ignored, there is no result
	StatusWorkflowStarted  InvocationStatus = "success"           // up to 1.20, for a workflow
)

// Submission is a piece of work under a key. The same submission sent again
// never runs twice on runtimes since 1.21: it is the poll, and the only way to
// the output.
type Submission struct {
	// Key is a UUID in the 36-character form, see [NewInvocationID].
	Key string
	// Input is passed to the agent. Nil: the runtime's fixed standard text.
	Input json.RawMessage
}

// ExecuteAgent is a submission to an agent as it is on the wire.
type ExecuteAgent struct {
	Input json.RawMessage `json:"input,omitzero"`
}

// TaskCompletion is the recorded end of a run. Status is Completed, Failed,
// Unresolved, TimedOut, Terminated, or one that comes later. A failed run has
// no output and its reason in Error.
type TaskCompletion struct {
	RunID       string          `json:"run_id"`
	AgentID     string          `json:"agent_id"`
	Status      string          `json:"status"`
	Output      *string         `json:"output"`
	Error       *string         `json:"error"`
	Duration    Duration        `json:"duration"`
	Audit       *Audit          `json:"audit"`
	TotalUsage  *Usage          `json:"total_usage"`
	Budget      *Budget         `json:"budget"`
	Improvement json.RawMessage `json:"improvement,omitzero"`
}

// Invocation is the runtime's answer to a submission. Which members are there
// depends on Status; [Invocation.Err] tells answers from refusals.
type Invocation struct {
	Status       InvocationStatus `json:"status"`
	InvocationID string           `json:"invocation_id,omitzero"`
	Replayed     bool             `json:"replayed"`
	ExecutionID  string           `json:"execution_id,omitzero"`
	AgentID      string           `json:"agent_id,omitzero"`
	Audit        *Audit           `json:"audit,omitzero"`
	Result       *TaskCompletion  `json:"result,omitzero"`
	Resolution   json.RawMessage  `json:"resolution,omitzero"` // of the operator who reconciled it
	Error        string           `json:"error,omitzero"`
	HTTPStatus   int              `json:"-"`

	*WorkflowRollup // only of runtimes up to 1.20

	path string // it came from
}

// WorkflowRollup is what runtimes up to 1.20 say about a workflow they started.
// Parameters are echoed and never used.
type WorkflowRollup struct {
	WorkflowID       string            `json:"workflow_id"` // the whole DSL text
	ExecutionStarted bool              `json:"execution_started"`
	Metadata         map[string]string `json:"metadata"`
	SystemStatus     json.RawMessage   `json:"system_status"`
	Parameters       json.RawMessage   `json:"parameters,omitzero"`
}
