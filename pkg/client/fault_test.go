package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// deadAddress returns an address that refuses connections.
func deadAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve starts a server with one handler.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestRefused(t *testing.T) {
	t.Parallel()
	var p pauses
	c := newClient(t, client.Options{BaseURL: deadAddress(t), MaxRetries: 2, Wait: p.wait})
	_, err := c.CreateAgent(t.Context(), client.CreateAgent{Name: "a", DSL: "agent a() {}"})
	var lost *client.TransportError
	if !errors.As(err, &lost) || lost.Sent || lost.Timeout {
		t.Errorf("err = %#v, want a TransportError that was not sent", err)
	}
	if len(p.list) != 2 {
		t.Errorf("waited %v, want two repeats: nothing was sent, so any request may be repeated", p.list)
	}
}

// TestFaults: what servers do wrong, and what a read makes of it.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		want func(error) bool
	}{
		"reset in mid-body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, `{"agents":{"total":`)
			_ = http.NewResponseController(w).Flush()
			hangUp(w)
		}, transport},
		"shorter than promised": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, `{"agents":{"total":`)
		}, transport},
		"truncated JSON":      {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"agents":{"total":`) }, replyIs("not the JSON")},
		"more than one value": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{} {}`) }, replyIs("not the JSON")},
		"empty":               {func(http.ResponseWriter, *http.Request) {}, replyIs("not the JSON")},
		"null":                {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `null`) }, replyIs("null where")},
		"a list":              {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[]`) }, replyIs("not the JSON")},
		"garbage":             {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x00\xff\x1b[2J") }, replyIs("not the JSON")},
		"an HTML page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<html><title>Log in</title></html>`)
		}, replyIs("an HTML page")},
		"an HTML page of an error": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<html><script>alert(1)</script></html>`)
		}, kindIs(client.Invalid, "", "an HTML page, not an answer of a runtime")},
		"an HTML 404": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `<html>no such page</html>`)
		}, kindIs(client.Failed, "", "an HTML page, not an answer of a runtime")},
		"a 404 of some other server": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, kindIs(client.Failed, "", "404 page not found")},
		"a 405 with a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusMethodNotAllowed)
			fmt.Fprint(w, `<html>GET is not allowed</html>`)
		}, kindIs(client.NotServed, "", "an HTML page, not an answer of a runtime")},
		"a 405 with an envelope": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusMethodNotAllowed)
			fmt.Fprint(w, `{"error":"no such method found","code":"METHOD_NOT_ALLOWED","details":null}`)
		}, kindIs(client.NotServed, "METHOD_NOT_ALLOWED", "no such method found")},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		}, kindIs(client.Failed, "", "a redirect, which is not followed")},
		"500 with a code": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"error":"Internal error: boom","code":"METRICS_FAILED","details":null}`)
		}, kindIs(client.Failed, "METRICS_FAILED", "Internal error: boom")},
		"a foreign error": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"status":500,"error":{"deep":1}}`)
		}, kindIs(client.Failed, "", `{"status":500,"error":{"deep":1}}`)},
		"an empty code": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"detail":"in use"}`)
		}, kindIs(client.Conflict, "", `{"detail":"in use"}`)},
		"huge": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.CopyN(w, zeros{}, 17<<20)
		}, replyIs("too large")},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, replyIs("too large")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, client.Options{BaseURL: serve(t, tc.h)})
			if _, err := c.Metrics(t.Context()); !tc.want(err) {
				t.Errorf("err = %v (%T)", err, err)
			}
		})
	}
}

// TestCutBody: a read whose body breaks off is repeated; a list that has begun
// ends in an error after the rows that came.
func TestCutBody(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/api/v1/agents":
			fmt.Fprint(w, `["a","b",`)
		case asked.Add(1) == 1:
			fmt.Fprint(w, `{"status":`)
		default:
			fmt.Fprint(w, health("3.0.0"))
			return
		}
		_ = http.NewResponseController(w).Flush()
		hangUp(w)
	})
	c := newClient(t, client.Options{BaseURL: url, MaxRetries: 1, Wait: new(pauses).wait})
	if h, err := c.Health(t.Context()); err != nil || h.Version != "3.0.0" || asked.Load() != 2 {
		t.Errorf("Health = %+v, %v after %d requests", h, err, asked.Load())
	}
	var ids string
	var last error
	for a, err := range c.Agents(t.Context()) {
		ids, last = ids+a.ID, err
	}
	if ids != "ab" || !transport(last) {
		t.Errorf("agents %q, then %v", ids, last)
	}
}

// TestRedirect: nothing, least of all the token, goes where a redirect points.
func TestRedirect(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	target := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, status) })
		c := newClient(t, client.Options{BaseURL: url, MaxRetries: 2, Wait: new(pauses).wait})
		for _, call := range []func() error{
			func() error { _, err := c.Metrics(t.Context()); return err },
			func() error { _, err := c.AgentList(t.Context()); return err },
			func() error { _, err := c.CreateAgent(t.Context(), client.CreateAgent{}); return err },
			func() error { _, err := c.Execute(t.Context(), "a", client.Submission{Key: someKey}); return err },
		} {
			if err := call(); !kindIs(client.Failed, "", "a redirect, which is not followed")(err) {
				t.Errorf("%d: err = %v", status, err)
			}
		}
	}
	if elsewhere.Load() != 0 {
		t.Errorf("%d requests went where the redirects point", elsewhere.Load())
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

func transport(err error) bool {
	var lost *client.TransportError
	return errors.As(err, &lost) && lost.Sent && !lost.Timeout
}

func replyIs(problem string) func(error) bool {
	return func(err error) bool {
		var bad *client.ReplyError
		return errors.As(err, &bad) && strings.HasPrefix(bad.Problem, problem) && bad.Status == http.StatusOK
	}
}

func kindIs(kind client.Kind, code, message string) func(error) bool {
	return func(err error) bool {
		var api *client.APIError
		return errors.As(err, &api) && api.Kind == kind && api.Code == code && api.Message == message
	}
}

// TestWrongContentType: JSON under another name is tolerated and counted, and
// an error in strict mode.
func TestWrongContentType(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, health("3.0.0"))
	})
	lenient := newClient(t, client.Options{BaseURL: url})
	if h, err := lenient.Health(t.Context()); err != nil || h.Version != "3.0.0" || lenient.Tolerated() != 1 {
		t.Errorf("Health = %+v, %v with %d breaks, want the health and one break", h, err, lenient.Tolerated())
	}
	strict := newClient(t, client.Options{BaseURL: url, Strict: true})
	if _, err := strict.Health(t.Context()); !replyIs(`breaks the contract: content type "text/plain"`)(err) {
		t.Errorf("strict: err = %v", err)
	}
}

// TestStrict: a reply that breaks the contract.
func TestStrict(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"unknown": {`{"id":"a","status":"ready","colour":"red"}`, "unknown member colour"},
		"missing": {`{"id":"a"}`, "no member status"},
		"null":    {`{"id":"a","status":null}`, "null in status"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "", answer{status: 200, body: tc.body}, answer{status: 200, body: tc.body})
			var seen []string
			lenient := newClient(t, client.Options{BaseURL: s.URL, Trace: func(e client.Exchange) { seen = append(seen, e.Tolerated...) }})
			if _, err := lenient.DeleteAgent(t.Context(), "a"); err != nil || len(seen) != 1 || seen[0] != tc.want {
				t.Errorf("lenient: %v, traced %q, want %q", err, seen, tc.want)
			}
			strict := newClient(t, client.Options{BaseURL: s.URL, Strict: true})
			if _, err := strict.DeleteAgent(t.Context(), "a"); !replyIs("breaks the contract: " + tc.want)(err) {
				t.Errorf("strict: %v", err)
			}
		})
	}
}

// TestUnknownValues: states and statuses of later versions pass through, also
// in strict mode.
func TestUnknownValues(t *testing.T) {
	t.Parallel()
	s := newScript(t, "", answer{status: 200, body: `[{"id":"a","name":"","state":"Dreaming"}]`})
	list, err := newClient(t, client.Options{BaseURL: s.URL, Strict: true}).AgentList(t.Context())
	if err != nil || len(list) != 1 || list[0].State != "Dreaming" {
		t.Errorf("AgentList = %+v, %v", list, err)
	}
}

// TestSlow: the client's own deadline and a cancelled context both end a call,
// and each is told apart.
func TestSlow(t *testing.T) {
	t.Parallel()
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := newClient(t, client.Options{BaseURL: url, Timeout: 20 * time.Millisecond, MaxRetries: 3})
	_, err := c.Metrics(t.Context())
	var lost *client.TransportError
	if !errors.As(err, &lost) || !lost.Timeout || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("deadline: err = %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	slow := newClient(t, client.Options{BaseURL: url, Before: func(*http.Request) error { cancel(stop); return nil }})
	if _, err = slow.Metrics(ctx); !errors.Is(err, stop) {
		t.Errorf("cancelled: err = %v, want the cause", err)
	}
}

// TestSlowBody: the deadline covers the body too.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "[")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	c := newClient(t, client.Options{BaseURL: url, Timeout: 20 * time.Millisecond})
	for name, call := range map[string]func() error{
		"object": func() error { _, err := c.Metrics(t.Context()); return err },
		"list":   func() error { _, err := c.AgentList(t.Context()); return err },
	} {
		var lost *client.TransportError
		if err := call(); !errors.As(err, &lost) || !lost.Timeout {
			t.Errorf("%s: err = %v, want a time-out", name, err)
		}
	}
}
