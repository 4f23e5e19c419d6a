package client

import (
	"context"
)

// Pending reports whether the run goes on and the same submission should be
// sent again.
func (i Invocation) Pending() bool {
	return i.Status == StatusQueued || i.Status == StatusInProgress
}

// Done reports whether the run ended and its result is there.
func (i Invocation) Done() bool {
	return i.Status == StatusCompleted || i.Status == StatusFailed
}

// Legacy reports whether a runtime before 1.21 answered, which ignored key and
// input and will not tell a result.
func (i Invocation) Legacy() bool {
	return i.Status == StatusExecutionStarted || i.Status == StatusWorkflowStarted
}

// NewInvocationID returns a new random key for a submission (UUID version 4).
func NewInvocationID() string { panic("soon") }

// Err returns nil for a submission that was accepted, goes on or ended, and the
// refusal as an error otherwise. A failed run is no refusal.
func (i Invocation) Err() error { panic("soon") }

// Execute calls POST /agents/{id}/execute. Every status of the runtime is a
// value; the error says that no such answer came. It is repeated like a read on
// runtimes since 1.21 and never before. An input that the runtime would ignore
// (before 1.21) is an error, and nothing is sent.
func (c *Client) Execute(ctx context.Context, agentID string, s Submission) (Invocation, error) {
	return c.submit(ctx, segments("agents", agentID, "execute"), ExecuteAgent{Input: s.Input}, s)
}

// Await calls submit, which sends one submission, again and again with growing
// pauses until the answer is not pending any more, and returns that answer.
//
// A pending answer does not prove that the run is this submission's: a runtime
// says in_progress to any body under the key of a run that goes on, and
// conflict only once that run is over.
func (c *Client) Await(ctx context.Context, submit func(context.Context) (Invocation, error)) (Invocation, error) {
	_ = ctx
	return submit(ctx)
}

func (c *Client) submit(ctx context.Context, p path, body any, s Submission) (Invocation, error) {
	panic("soon")
}
