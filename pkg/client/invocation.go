package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
)

// NewInvocationID returns a new random key for a submission (UUID version 4).
func NewInvocationID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// Pending reports whether the run goes on and the same submission should be
// sent again.
func (i Invocation) Pending() bool {
	return i.Status == StatusQueued || i.Status == StatusInProgress
}

// Done reports whether the run ended and its result is there.
func (i Invocation) Done() bool {
	return i.Status == StatusCompleted || i.Status == StatusFailed
}

// Legacy reports whether a runtime before 1.21 answered, which ignored the key
// and will not tell a result.
func (i Invocation) Legacy() bool {
	return i.Status == StatusExecutionStarted || i.Status == StatusWorkflowStarted
}

// Err returns nil for a submission that was accepted, goes on or ended, and the
// refusal as an *[APIError] otherwise. A failed run is no refusal.
func (i Invocation) Err() error {
	if i.Pending() || i.Done() || i.Legacy() {
		return nil
	}
	return &APIError{
		Method: http.MethodPost, Path: i.path, Status: i.HTTPStatus,
		Code: string(i.Status), Message: i.Error, Kind: kindOf(i.HTTPStatus, string(i.Status), i.Error),
	}
}

// MarshalJSON writes i as runtimes do: answers that do not know a run have no
// replayed, and those that may have a journal always have audit.
func (i Invocation) MarshalJSON() ([]byte, error) {
	type plain Invocation
	switch {
	case i.Legacy(), i.Status == StatusInvalidInvocationID:
		return json.Marshal(struct {
			plain
			Replayed *bool `json:"replayed,omitzero"`
		}{plain: plain(i)})
	case i.Status == StatusUnresolved, i.Status == StatusReconciled:
		return json.Marshal(struct {
			plain
			Audit *Audit `json:"audit"`
		}{plain(i), i.Audit})
	}
	return json.Marshal(plain(i))
}

// Execute calls POST /agents/{id}/execute. Every status of the runtime is a
// value; the error says that no such answer came. It is repeated like a read on
// runtimes since 1.21 and never before. An input that the runtime would ignore
// (before 1.21) is a *[NotServedError], and nothing is submitted.
func (c *Client) Execute(ctx context.Context, agentID string, s Submission) (Invocation, error) {
	return c.submit(ctx, segments("agents", agentID, "execute"), ExecuteAgent{Input: s.Input}, s)
}

// submit sends a submission.
func (c *Client) submit(ctx context.Context, to path, body any, s Submission) (Invocation, error) {
	if err := c.admit(ctx, s); err != nil {
		return Invocation{}, err
	}
	var i Invocation
	got, err := sendInto(ctx, c, call{method: http.MethodPost, path: to, body: body, key: s.Key, value: true}, &i)
	if err != nil {
		return Invocation{}, err
	}
	i.HTTPStatus, i.path = got.status, to.full()
	return i, nil
}

// admit refuses what cannot be submitted. An error of asking for the version
// counts only if no answer came: a proxy may hide /health.
func (c *Client) admit(ctx context.Context, s Submission) error {
	switch {
	case !ident.Valid(s.Key):
		return &RequestError{Problem: "invocation id: must be a UUID of 36 characters"}
	case s.Input == nil:
		return nil
	case !json.Valid(s.Input):
		return &RequestError{Problem: "input: is not JSON"}
	}
	err := c.Require(ctx, FeatureSubmissions)
	_, old := errors.AsType[*NotServedError](err)
	_, lost := errors.AsType[*TransportError](err)
	if old || lost {
		return err
	}
	return nil
}

// The pauses of [Client.Await].
const (
	firstPoll   = 250 * time.Millisecond
	longestPoll = 5 * time.Second
	pollErrors  = 5 // temporary refusals in a row before it gives up
)

// Await calls submit, which sends one submission, again and again with growing
// pauses until the answer is not pending any more, and returns that answer.
// When ctx ends first it returns the last answer and the cause.
//
// A pending answer does not prove that the run is this submission's: a runtime
// says in_progress to any body under the key of a run that goes on, and
// conflict only once that run is over.
func (c *Client) Await(ctx context.Context, submit func(context.Context) (Invocation, error)) (Invocation, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.Multiplier, pauses.MaxInterval = firstPoll, 1.5, longestPoll
	var last Invocation
	for refused := 0; ; {
		i, err := submit(ctx)
		switch {
		case err == nil && !i.Pending():
			return i, nil
		case err == nil:
			last, refused = i, 0
		case ctx.Err() != nil:
			return last, context.Cause(ctx)
		case last.Status == "" || !temporary(err) || refused == pollErrors:
			return last, err
		default:
			refused++
		}
		if err := c.o.Wait(ctx, pauses.NextBackOff()); err != nil {
			return last, err
		}
	}
}

// temporary reports whether a later attempt may succeed.
func temporary(err error) bool {
	no, ok := errors.AsType[*APIError](err)
	return ok && no.Retryable
}
