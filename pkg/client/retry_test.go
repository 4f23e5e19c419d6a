package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// deleted is a good answer to a DELETE.
func deleted() answer { return answer{status: 200, body: `{"id":"a","status":"deleted"}`} }

// TestRepeats: which answers make which requests go again, and after how long.
func TestRepeats(t *testing.T) {
	t.Parallel()
	get := func(ctx context.Context, c *client.Client) error { _, err := c.AgentHistory(ctx, "a"); return err }
	list := func(ctx context.Context, c *client.Client) error { _, err := c.AgentList(ctx); return err }
	del := func(ctx context.Context, c *client.Client) error { _, err := c.DeleteAgent(ctx, "a"); return err }
	create := func(ctx context.Context, c *client.Client) error {
		_, err := c.CreateAgent(ctx, client.CreateAgent{Name: "a"})
		return err
	}
	take := func(ctx context.Context, c *client.Client) error { _, err := c.ReceiveMessages(ctx, "a"); return err }
	history := answer{status: 200, body: `{"history":[]}`}
	limited := answer{status: 429}
	for name, tc := range map[string]struct {
		call    func(context.Context, *client.Client) error
		answers []answer
		waits   []time.Duration // nil: not compared
		sent    int
		kind    client.Kind // "": success
	}{
		"rate limit without a header": {get, []answer{limited, limited, history}, []time.Duration{600e6, 1200e6}, 3, ""},
		"rate limit with a header": {get, []answer{
			{status: 429, header: http.Header{"Retry-After": {"7"}}}, history,
		}, []time.Duration{7e9}, 2, ""},
		"rate limit with a date": {get, []answer{
			{status: 429, header: http.Header{"Retry-After": {"Tue, 24 Nov 2026 12:00:09 GMT"}}}, history,
		}, []time.Duration{9e9}, 2, ""},
		"rate limit that asks for an hour": {get, []answer{{status: 429, header: http.Header{"Retry-After": {"3600"}}}}, []time.Duration{}, 1, client.RateLimited},
		"rate limit, retries spent":        {get, []answer{limited, limited, limited, limited}, nil, 4, client.RateLimited},
		"rate limit of a creation":         {create, []answer{limited, {status: 200, body: `{"id":"a","status":"ready"}`}}, nil, 2, ""},
		"rate limit of taking messages":    {take, []answer{limited}, nil, 1, client.RateLimited},
		"bad gateway":                      {get, []answer{{status: 502, kind: "text/html", body: "<h1>502</h1>"}, {status: 503}, {status: 504}, history}, nil, 4, ""},
		"bad gateway before a list":        {list, []answer{{status: 502}, {status: 200, body: `[]`}}, nil, 2, ""},
		"bad gateway of a deletion":        {del, []answer{{status: 502}, deleted()}, nil, 2, ""},
		"bad gateway of a creation":        {create, []answer{{status: 502}}, nil, 1, client.Unavailable},
		"bad gateway of taking messages":   {take, []answer{{status: 502}}, nil, 1, client.Unavailable},
		"503 of the runtime itself": {get, []answer{
			{status: 503, body: `{"error":"no","code":"CAPACITY_UNAVAILABLE","details":null}`},
		}, nil, 1, client.Unavailable},
		"500":                   {get, []answer{{status: 500, body: `{"error":"Internal error: boom","code":"AGENT_HISTORY_FAILED","details":null}`}}, nil, 1, client.Failed},
		"500 of a proxy":        {get, []answer{{status: 500}}, nil, 1, client.Failed},
		"hung up":               {get, []answer{{cut: true}, history}, nil, 2, ""},
		"hung up on a creation": {create, []answer{{cut: true}}, nil, 1, "lost"},
		"hung up on messages":   {take, []answer{{cut: true}}, nil, 1, "lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "3.0.0", tc.answers...)
			var p pauses
			o := s.patient(&p)
			o.Now = func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }
			err := tc.call(t.Context(), newClient(t, o))
			if got := kindOf(err); got != tc.kind {
				t.Errorf("err = %v, want kind %q", err, tc.kind)
			}
			if got := len(s.requests()); got != tc.sent {
				t.Errorf("%d requests, want %d", got, tc.sent)
			}
			if diff := cmp.Diff(tc.waits, append([]time.Duration{}, p.list...)); tc.waits != nil && diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

// kindOf returns the kind of an error, "lost" for a TransportError.
func kindOf(err error) client.Kind {
	var api *client.APIError
	var lost *client.TransportError
	switch {
	case errors.As(err, &api):
		return api.Kind
	case errors.As(err, &lost):
		return "lost"
	case err != nil:
		return client.Kind(err.Error())
	}
	return ""
}

// TestNoSuchHost: a name that does not exist is not asked for again.
func TestNoSuchHost(t *testing.T) {
	t.Parallel()
	var p pauses
	dial := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "runtime.example", IsNotFound: true}}
	})
	c := newClient(t, client.Options{Transport: dial, MaxRetries: 3, Wait: p.wait})
	if _, err := c.Metrics(t.Context()); kindOf(err) != "lost" || len(p.list) != 0 {
		t.Errorf("err = %v after %v", err, p.list)
	}
}

// roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNoTimeLeft: a pause that would outlast the deadline is not begun.
func TestNoTimeLeft(t *testing.T) {
	t.Parallel()
	s := newScript(t, "3.0.0", answer{status: 429, header: http.Header{"Retry-After": {"30"}}})
	var p pauses
	o := s.patient(&p)
	o.Timeout, o.Now = 10*time.Second, time.Now
	if _, err := newClient(t, o).Metrics(t.Context()); kindOf(err) != client.RateLimited || len(p.list) != 0 {
		t.Errorf("err = %v after %v, want the 429 at once", err, p.list)
	}
}

// TestCancelledPause: cancelling while the client waits ends the call with the
// cause.
func TestCancelledPause(t *testing.T) {
	t.Parallel()
	s := newScript(t, "3.0.0", answer{status: 429})
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	o := client.Options{BaseURL: s.URL, MaxRetries: 3, Wait: func(ctx context.Context, _ time.Duration) error {
		cancel(stop)
		<-ctx.Done()
		return context.Cause(ctx)
	}}
	if _, err := newClient(t, o).Metrics(ctx); !errors.Is(err, stop) {
		t.Errorf("err = %v, want the cause", err)
	}
}

// TestNoHiddenRepeat: on a connection that was used before, net/http repeats
// requests by itself when the server hangs up. Messages would be lost, and an
// old runtime would run an agent twice.
func TestNoHiddenRepeat(t *testing.T) {
	t.Parallel()
	var consumed atomic.Int32
	var gone atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/api/v1/health/live":
		case r.URL.Path == "/api/v1/health":
			fmt.Fprint(w, health("1.19.0"))
		case !gone.Load():
			fmt.Fprint(w, `{"messages":[]}`)
		default:
			consumed.Add(1)
			hangUp(w)
		}
	}))
	t.Cleanup(srv.Close)
	c := newClient(t, client.Options{BaseURL: srv.URL, MaxRetries: 3, Wait: new(pauses).wait})
	messages := func() error { _, err := c.ReceiveMessages(t.Context(), "a"); return err }
	for name, call := range map[string]func() error{
		"messages": messages,
		"submission to an old runtime": func() error {
			_, err := c.Execute(t.Context(), "a", client.Submission{Key: client.NewInvocationID()})
			return err
		},
	} {
		consumed.Store(0)
		gone.Store(false)
		// Both kinds of connections have been used then.
		if err := errors.Join(c.Live(t.Context()), messages()); err != nil {
			t.Fatal(err)
		}
		gone.Store(true)
		if err := call(); kindOf(err) != "lost" {
			t.Errorf("%s: err = %v, want a lost answer", name, err)
		}
		if n := consumed.Load(); n != 1 {
			t.Errorf("%s: reached the runtime %d times, want once", name, n)
		}
	}
}

// TestDestructiveRead: messages that cannot be read are handed over as they
// came.
func TestDestructiveRead(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{
		"not JSON":   {status: 200, body: `{"messages":[{"payload":"precious`},
		"wrong type": {status: 200, body: `{"messages":[{"payload":7}]}`},
		"cut off":    {status: 200, body: `{"messages":[{"payload":"precious`, header: http.Header{"Content-Length": {"4000"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "", a)
			var p pauses
			_, err := newClient(t, s.patient(&p)).ReceiveMessages(t.Context(), "a")
			var lost *client.UndecodedError
			if !errors.As(err, &lost) || string(lost.Body) != a.body {
				t.Errorf("err = %v, want an UndecodedError with the body", err)
			}
			if got := s.requests(); !slices.Equal(got, []string{"GET /api/v1/agents/a/messages"}) {
				t.Errorf("requests %q", got)
			}
		})
	}
}
