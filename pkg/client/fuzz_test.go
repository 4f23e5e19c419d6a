package client_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// fixed answers every request with one reply.
type fixed struct {
	status int
	kind   string
	body   string
}

func (f fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: f.status, Header: http.Header{"Content-Type": {f.kind}}, Request: r, Body: io.NopCloser(strings.NewReader(f.body)),
	}, nil
}

// FuzzReply: whatever a server says, every call comes back with a value or a
// typed error, and an error of the runtime has a kind.
func FuzzReply(f *testing.F) {
	for _, x := range story(f, "3.0.0") {
		if x.N%40 == 0 {
			f.Add(x.Response.Status, x.Response.Headers["content-type"], string(x.Response.Body)+x.Response.BodyText)
		}
	}
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		if status < 200 || status > 599 {
			return
		}
		for _, strict := range []bool{false, true} {
			c := newClient(t, client.Options{Transport: fixed{status, kind, body}, Strict: strict})
			i, err := c.Execute(t.Context(), "a", client.Submission{Key: someKey})
			if err == nil && i.Err() != nil && kindOf(i.Err()) == "" {
				t.Errorf("a refusal without a kind: %+v", i)
			}
			for _, call := range []func() error{
				func() error { return err },
				func() error { _, err := c.AgentList(t.Context()); return err },
				func() error { _, err := c.ReceiveMessages(t.Context(), "a"); return err },
				func() error { _, err := c.AgentStatus(t.Context(), "a"); return err },
				func() error { _, err := c.InspectRun(t.Context(), "a", "r", "00"); return err },
				func() error { _, err := c.Metrics(t.Context()); return err },
			} {
				checkTypedError(t, call())
			}
		}
	})
}

// checkTypedError fails for an error that no caller could act on.
func checkTypedError(t *testing.T, err error) {
	t.Helper()
	switch e := err.(type) { //nolint:errorlint // the outermost error is meant
	case nil, *client.ReplyError, *client.NotServedError, *client.UndecodedError:
	case *client.APIError:
		if e.Kind == "" || e.Status < 300 || len(e.Message) > 3<<10 {
			t.Errorf("%#v", e)
		}
	default:
		t.Errorf("%T: %v", err, err)
	}
}

// FuzzAgents: a list decodes to agents with ids or ends in an error.
func FuzzAgents(f *testing.F) {
	for _, seed := range []string{`[]`, `["a"]`, `[{"id":"a","name":"x","state":"Ready"}]`, `[null]`, `{}`, `[{"id":`, `[1]`, `["a"]]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		got, err := newClient(t, client.Options{Transport: fixed{200, "application/json", list}}).AgentList(t.Context())
		if err == nil && !json.Valid([]byte(list)) {
			t.Errorf("%q is not JSON and was taken", list)
		}
		for _, a := range got {
			if a.ID == "" && !strings.Contains(list, `""`) {
				t.Errorf("an agent without an id from %q", list)
			}
		}
	})
}

// FuzzPath: no path and no base URL leads to another host, around the prefix,
// or past a segment.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/agents", "http://evil/", "//evil", "/a/../b", "/%2e%2e/x", "/agents.md", "/api/v1/api/v1/x?y=z", "@evil", "\\evil", "/a%00b"} {
		f.Add("http://127.0.0.1:8080", seed)
		f.Add("http://127.0.0.1:8080/api/v1/api/v1/", seed)
	}
	f.Fuzz(func(t *testing.T, base, path string) {
		c, err := client.New(client.Options{BaseURL: base, Transport: local{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			sent := r.URL.EscapedPath()
			if !strings.HasPrefix(base, "http://127.0.0.1:8080") || len(base) > 21 && base[21] != '/' {
				return
			}
			if r.URL.Host != "127.0.0.1:8080" || strings.Contains(r.URL.Path[len("/api/v1"):], "/../") || strings.HasSuffix(r.URL.Path, "/..") {
				t.Errorf("base %q, path %q: sent %s", base, path, r.URL)
			}
			if strings.HasPrefix(sent, "/api/v1/api/v1/") && base == "http://127.0.0.1:8080" {
				t.Errorf("path %q: two prefixes in %s", path, sent)
			}
		})}})
		if err != nil {
			return
		}
		_, _ = c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: path})
		_, _ = c.AgentHistory(t.Context(), path)
	})
}

// FuzzVariant: what decodes is written again as it was.
func FuzzVariant(f *testing.F) {
	for _, seed := range []string{`"A"`, `{"A":{"b":1}}`, `{"A":null}`, `{}`, `null`, `{"":""}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v client.Variant
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var w client.Variant
		if err := json.Unmarshal(again, &w); err != nil || w.Name != v.Name || !sameJSON(w.Detail, v.Detail) {
			t.Errorf("%q became %s, %v", text, again, err)
		}
	})
}
