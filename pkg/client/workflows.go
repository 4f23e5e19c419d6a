package client

import (
	"context"
	"encoding/json"
)

// Workflow is a program to run. Source is DSL text of at most 1 MiB. Without
// AgentID, runtimes since 1.21 use the submission's key as the agent's id.
type Workflow struct {
	Source  string
	AgentID string
}

// WorkflowRequest is a [Workflow] with its parameters as it is on the wire,
// where the member workflow_id holds the DSL text.
type WorkflowRequest struct {
	WorkflowID string          `json:"workflow_id"`
	Parameters json.RawMessage `json:"parameters"`
	AgentID    *string         `json:"agent_id,omitzero"`
}

// ExecuteWorkflow calls POST /workflows/execute. The submission's input becomes
// the parameters. Every status of the runtime is a value, see [Client.Execute].
func (c *Client) ExecuteWorkflow(ctx context.Context, w Workflow, s Submission) (Invocation, error) {
	body := WorkflowRequest{WorkflowID: w.Source, Parameters: s.Input}
	if w.AgentID != "" {
		body.AgentID = &w.AgentID
	}
	return c.submit(ctx, segments("workflows", "execute"), body, s)
}
