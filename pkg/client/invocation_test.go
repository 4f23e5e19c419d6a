package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const someKey = "00000000-0000-4000-8000-000000000001"

// said is the answer of a runtime to a submission.
func said(status int, members string) answer {
	return answer{status: status, body: `{"invocation_id":"` + someKey + `","replayed":false,` + members + `}`}
}

func inProgress() answer { return said(409, `"status":"in_progress"`) }

func completed() answer {
	return answer{status: 200, body: `{"status":"completed","invocation_id":"` + someKey + `","replayed":true,"execution_id":"r","agent_id":"a",
		"audit":{"run_id":"r","path":"/j","public_key":"00"},
		"result":{"run_id":"r","agent_id":"a","status":"Completed","output":"hello","error":null,"duration":{"secs":1,"nanos":5},"audit":null,"total_usage":null,"budget":null}}`}
}

// TestEveryStatus: each answer of runtime 3.0 is a value, and says what it is.
func TestEveryStatus(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		a             answer
		pending, done bool
		kind          client.Kind
	}{
		"queued":                {said(200, `"status":"queued","execution_id":"r","agent_id":"a","audit":{"run_id":"r","path":"/j","public_key":"00"}`), true, false, ""},
		"in_progress":           {inProgress(), true, false, ""},
		"completed":             {completed(), false, true, ""},
		"failed":                {answer{status: 422, body: strings.Replace(completed().body, `"status":"completed"`, `"status":"failed"`, 1)}, false, true, ""},
		"unresolved":            {said(409, `"status":"unresolved","audit":null`), false, false, client.Conflict},
		"reconciled":            {said(409, `"status":"reconciled","audit":null,"resolution":{"outcome":"failed"}`), false, false, client.Conflict},
		"conflict":              {said(409, `"status":"conflict"`), false, false, client.Conflict},
		"forbidden":             {said(403, `"status":"forbidden","error":"refused by schedule policy"`), false, false, client.Forbidden},
		"not_found":             {said(404, `"status":"not_found"`), false, false, client.NotFound},
		"unavailable":           {said(503, `"status":"unavailable","error":"store full"`), false, false, client.Unavailable},
		"invalid_request":       {said(400, `"status":"invalid_request","error":"DSL contains syntax errors"`), false, false, client.Invalid},
		"invalid_invocation_id": {answer{status: 400, body: `{"status":"invalid_invocation_id","error":"Supply exactly one Idempotency-Key UUID; reuse it for retries."}`}, false, false, client.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "3.0.0", tc.a)
			c := newClient(t, client.Options{BaseURL: s.URL, Strict: true, MaxRetries: 3, Wait: new(pauses).wait})
			i, err := c.Execute(t.Context(), "a", client.Submission{Key: someKey, Input: json.RawMessage(`{"task": "x<y"}`)})
			if err != nil {
				t.Fatal(err)
			}
			if string(i.Status) != name || i.HTTPStatus != tc.a.status || i.Pending() != tc.pending || i.Done() != tc.done || kindOf(i.Err()) != tc.kind {
				t.Errorf("got %+v, pending %v, done %v, kind %q", i, i.Pending(), i.Done(), kindOf(i.Err()))
			}
			if diff := cmp.Diff([]string{`POST /api/v1/agents/a/execute ` + someKey + ` {"input":{"task":"x<y"}}`}, s.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// await runs a submission to its end against the answers.
func await(t *testing.T, s *script) (client.Invocation, error) {
	t.Helper()
	c := newClient(t, s.patient(new(pauses)))
	return c.Await(t.Context(), func(ctx context.Context) (client.Invocation, error) {
		return c.Execute(ctx, "a", client.Submission{Key: someKey, Input: json.RawMessage(`1`)})
	})
}

// TestAwait: the poll sends the same bytes again until the run is over. The
// recorded traps are among the cases.
func TestAwait(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answers []answer
		status  client.InvocationStatus
		sent    int
	}{
		"result at once": {[]answer{completed()}, client.StatusCompleted, 1},
		"queued, in progress, completed": {
			[]answer{said(200, `"status":"queued"`), inProgress(), inProgress(), completed()}, client.StatusCompleted, 4,
		},
		"trap: the agent's state reads Completed before the replay is ready": {
			[]answer{said(200, `"status":"queued"`), inProgress(), completed()}, client.StatusCompleted, 3,
		},
		"trap: in_progress was about another body under this key": {
			[]answer{inProgress(), inProgress(), said(409, `"status":"conflict"`)}, client.StatusConflict, 3,
		},
		"trap: queued, then the set-up fails": {
			[]answer{said(200, `"status":"queued"`), said(409, `"status":"unresolved","audit":null`)}, client.StatusUnresolved, 2,
		},
		"trap: unavailable is an answer, because the key may be spent": {
			[]answer{said(503, `"status":"unavailable","error":"external agents require their own execution transport"`)}, client.StatusUnavailable, 1,
		},
		"the agent is deleted meanwhile": {[]answer{inProgress(), said(404, `"status":"not_found"`)}, client.StatusNotFound, 2},
		"rate limited meanwhile":         {[]answer{inProgress(), {status: 429}, {status: 429}, completed()}, client.StatusCompleted, 4},
		"rate limited for long": {
			[]answer{inProgress(), {status: 429}, {status: 429}, {status: 429}, {status: 429}, {status: 429}, completed()}, client.StatusCompleted, 7,
		},
		"the connection breaks":              {[]answer{said(200, `"status":"queued"`), {cut: true}, completed()}, client.StatusCompleted, 3},
		"a gateway with a status of its own": {[]answer{inProgress(), {status: 502, body: `{"status":"error","message":"upstream"}`}, completed()}, client.StatusCompleted, 3},
		"a proxy in between":                 {[]answer{said(200, `"status":"queued"`), {status: 502, body: `<html>`, kind: "text/html"}, completed()}, client.StatusCompleted, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "3.0.0", tc.answers...)
			i, err := await(t, s)
			if err != nil || i.Status != tc.status {
				t.Errorf("got %q, %v, want %q", i.Status, err, tc.status)
			}
			sent := s.requests()
			if len(sent) != tc.sent || len(slices.Compact(sent)) != 1 {
				t.Errorf("sent %q, want the same bytes %d times", sent, tc.sent)
			}
		})
	}
}

// TestSpentKey: after an unavailable the key is spent, and the next answer says
// so: nothing in between was sent by the client itself.
func TestSpentKey(t *testing.T) {
	t.Parallel()
	s := newScript(t, "3.0.0", said(503, `"status":"unavailable","error":"external agents require their own execution transport"`), said(409, `"status":"unresolved","audit":null`))
	for _, want := range []client.InvocationStatus{client.StatusUnavailable, client.StatusUnresolved} {
		if i, err := await(t, s); err != nil || i.Status != want {
			t.Errorf("got %q, %v, want %q", i.Status, err, want)
		}
	}
}

// TestAwaitEnds: when the caller's time is over, what is known comes back.
func TestAwaitEnds(t *testing.T) {
	t.Parallel()
	s := newScript(t, "3.0.0", inProgress())
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	c := newClient(t, client.Options{BaseURL: s.URL, Wait: func(ctx context.Context, _ time.Duration) error {
		cancel(stop)
		return context.Cause(ctx)
	}})
	i, err := c.Await(ctx, func(ctx context.Context) (client.Invocation, error) {
		return c.Execute(ctx, "a", client.Submission{Key: someKey})
	})
	if !errors.Is(err, stop) || i.Status != client.StatusInProgress {
		t.Errorf("got %q, %v, want in_progress and the cause", i.Status, err)
	}
}

// TestOldRuntime: runtimes before 1.21 ignore the key and the input.
func TestOldRuntime(t *testing.T) {
	t.Parallel()
	started := answer{status: 200, body: `{"execution_id":"e","status":"execution_started"}`}
	t.Run("an input is refused, nothing is sent", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, "1.19.0", started)
		_, err := await(t, s)
		want := &client.NotServedError{Feature: client.FeatureSubmissions, Have: "1.19.0", Need: "1.21.0"}
		var got *client.NotServedError
		if !errors.As(err, &got) || !cmp.Equal(want, got) || len(s.requests()) != 0 {
			t.Errorf("err = %v after %q", err, s.requests())
		}
	})
	t.Run("without input it starts once, and there is nothing to poll", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, "1.19.0", started, started)
		c := newClient(t, s.patient(new(pauses)))
		i, err := c.Await(t.Context(), func(ctx context.Context) (client.Invocation, error) {
			return c.Execute(ctx, "a", client.Submission{Key: someKey})
		})
		if err != nil || !i.Legacy() || i.Err() != nil || len(s.requests()) != 1 {
			t.Errorf("got %+v, %v after %q", i, err, s.requests())
		}
	})
	t.Run("a lost answer is not asked for again", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, "1.19.0", answer{cut: true}, started)
		_, err := newClient(t, s.patient(new(pauses))).Execute(t.Context(), "a", client.Submission{Key: someKey})
		if kindOf(err) != "lost" || len(s.requests()) != 1 {
			t.Errorf("err = %v after %q", err, s.requests())
		}
	})
	t.Run("errors are envelopes", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, "1.19.0", answer{status: 500, body: `{"error":"Lifecycle error: Agent not found: a","code":"AGENT_EXECUTION_FAILED","details":null}`})
		if _, err := newClient(t, s.patient(new(pauses))).Execute(t.Context(), "a", client.Submission{Key: someKey}); kindOf(err) != client.NotFound {
			t.Errorf("err = %v", err)
		}
	})
}

// TestRefusedSubmissions: nothing is sent that the runtime could not take.
func TestRefusedSubmissions(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]client.Submission{
		"no key":      {},
		"simple uuid": {Key: strings.ReplaceAll(someKey, "-", "")},
		"word":        {Key: "my-run-my-run-my-run-my-run-my-run-m"},
		"injection":   {Key: someKey[:34] + "\r\n"},
		"not JSON":    {Key: someKey, Input: json.RawMessage(`{`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "3.0.0")
			_, err := newClient(t, client.Options{BaseURL: s.URL}).Execute(t.Context(), "a", sub)
			var refused *client.RequestError
			if !errors.As(err, &refused) || len(s.requests()) != 0 {
				t.Errorf("err = %v after %q", err, s.requests())
			}
		})
	}
}

func TestNewInvocationID(t *testing.T) {
	t.Parallel()
	a, b := client.NewInvocationID(), client.NewInvocationID()
	if a == b || len(a) != 36 || a[14] != '4' || !strings.Contains("89ab", a[19:20]) {
		t.Errorf("got %q and %q, want two different UUIDs of version 4", a, b)
	}
}
