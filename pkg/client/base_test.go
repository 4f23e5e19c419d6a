package client_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// local is a transport in process.
type local struct{ http.Handler }

func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.Handler == nil {
		return nil, errors.New("nothing may be sent")
	}
	w := newRecorder()
	l.ServeHTTP(w, r)
	return w.result(r), nil
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://127.0.0.1:8080":                    "http://127.0.0.1:8080/api/v1",
		"http://127.0.0.1:8080/":                   "http://127.0.0.1:8080/api/v1",
		"http://127.0.0.1:8080/api/v1":             "http://127.0.0.1:8080/api/v1",
		"http://127.0.0.1:8080/api/v1/":            "http://127.0.0.1:8080/api/v1",
		"http://127.0.0.1:8080/api/v1/api/v1":      "http://127.0.0.1:8080/api/v1",
		"https://gate.example/symbi/api/v1//":      "https://gate.example/symbi/api/v1",
		"https://gate.example/symbi":               "https://gate.example/symbi/api/v1",
		"https://gate.example/xapi/v1":             "https://gate.example/xapi/v1/api/v1",
		"localhost:8080":                           "http://localhost:8080/api/v1",
		"[::1]:8080":                               "http://[::1]:8080/api/v1",
		"runtime.example":                          "http://runtime.example/api/v1",
		"unix:///run/symbi.sock":                   "http://localhost/api/v1",
		"local:":                                   "local:",
		"HTTP://Host.example/API":                  "http://Host.example/API/api/v1",
		"http://127.0.0.1:8080/api/v1/api/v1/x%2F": "http://127.0.0.1:8080/api/v1/api/v1/x%2F/api/v1",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, client.Options{BaseURL: in, Transport: local{}})
			if got := c.BaseURL(); got != want {
				t.Errorf("BaseURL() = %s, want %s", got, want)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]client.Options{
		"no base URL":             {},
		"no host":                 {BaseURL: "http://"},
		"other scheme":            {BaseURL: "ftp://h"},
		"a password":              {BaseURL: "http://u:CANARY@h"},
		"a query":                 {BaseURL: "http://h?token=CANARY"},
		"a fragment":              {BaseURL: "http://h#x"},
		"not a URL":               {BaseURL: "http://u:CANARY@h:port"},
		"local without transport": {BaseURL: "local:"},
		"certificate without key": {BaseURL: "http://h", CertFile: "c"},
		"negative retries":        {BaseURL: "http://h", MaxRetries: -1},
		"negative timeout":        {BaseURL: "http://h", Timeout: -1},
		"token with a line end":   {BaseURL: "http://h", Token: "CANARY\r\nX: y"},
		"token with a space":      {BaseURL: "http://h", Token: "CANARY x"},
		"no CA file":              {BaseURL: "http://h", CAFile: "does/not/exist"},
		"no certificate":          {BaseURL: "http://h", CertFile: "no", KeyFile: "no"},
		"CA file without PEM":     {BaseURL: "http://h", CAFile: "doc.go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.New(o)
			var refused *client.RequestError
			if !errors.As(err, &refused) || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("err = %v, want a RequestError without the secret", err)
			}
		})
	}
}

// TestBadIDs: no id reaches a path that a server could read in another way.
func TestBadIDs(t *testing.T) {
	t.Parallel()
	c := newClient(t, client.Options{Transport: local{}})
	for _, id := range []string{"", ".", "..", "a/b", "../agents", `a\b`, "a\x00", "a\nb", "\u0085"} {
		_, err := c.AgentStatus(t.Context(), id)
		if _, refused := errors.AsType[*client.RequestError](err); !refused {
			t.Errorf("id %q: err = %v, want a RequestError", id, err)
		}
	}
}

// TestEscapedIDs: what is not refused arrives as it was.
func TestEscapedIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a b", "a?b", "a#b", "%2e%2e", "ä", "a;b", "...", "a%2Fb", "\u202e"} {
		s := newScript(t, "", answer{status: 200, body: `{"history":[]}`})
		if _, err := newClient(t, client.Options{BaseURL: s.URL}).AgentHistory(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		want := "GET /api/v1/agents/" + url.PathEscape(id) + "/history"
		if got := s.requests(); len(got) != 1 || got[0] != want {
			t.Errorf("id %q: sent %q, want %q", id, got, want)
		}
	}
}

// TestBadHeaders: nothing is sent with a header that splits a request.
func TestBadHeaders(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.Header{"name": {"X Y": {"a"}}, "value": {"X-Y": {"a\r\nZ: 1"}}} {
		_, err := newClient(t, client.Options{Transport: local{}, MaxRetries: 3}).Do(t.Context(), client.Request{Method: http.MethodGet, Path: "/agents", Header: h})
		if _, refused := errors.AsType[*client.RequestError](err); !refused {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func TestRawPaths(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/agents":                        "/api/v1/agents",
		"agents":                         "/api/v1/agents",
		"/api/v1/agents":                 "/api/v1/agents",
		"/api/v1/api/v1/agents":          "/api/v1/agents",
		"/agents/":                       "/api/v1/agents/",
		"/agents/a%20b/status":           "/api/v1/agents/a%20b/status",
		"/audit/runs/a/r?public_key=ab":  "/api/v1/audit/runs/a/r?public_key=ab",
		"/agents.md":                     "/agents.md",
		"/.well-known/agents.md":         "/.well-known/agents.md",
		"/ws/chat?session=s":             "/ws/chat?session=s",
		"/api/v1x":                       "/api/v1/api/v1x",
		"http://evil.example/agents":     "",
		"//evil.example/agents":          "",
		"/agents/../status":              "",
		"/agents/%2e%2e/status":          "",
		"/agents/a%2fb/status":           "",
		"/agents//status":                "",
		"/agents/%zz":                    "",
		"/agents/a b":                    "",
		"/agents/a\r\nX: y":              "",
		"/agents#x":                      "",
		"/agents?a=%zz":                  "",
		"":                               "",
		"/":                              "",
		"/api/v1":                        "",
		"@evil.example/agents":           "/api/v1/@evil.example/agents",
		"/webhook/deploy":                "/webhook/deploy",
		"/api-docs/openapi.json":         "/api-docs/openapi.json",
		"/agents/urn:uuid:aaaaaa/status": "/api/v1/agents/urn:uuid:aaaaaa/status",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "", answer{status: 200})
			_, err := newClient(t, client.Options{BaseURL: s.URL}).Do(t.Context(), client.Request{Method: http.MethodGet, Path: in})
			var refused *client.RequestError
			switch got := s.requests(); {
			case want == "" && (!errors.As(err, &refused) || len(got) != 0):
				t.Errorf("err = %v, sent %q, want a refusal", err, got)
			case want != "" && (err != nil || len(got) != 1 || got[0] != "GET "+want):
				t.Errorf("err = %v, sent %q, want %q", err, got, want)
			}
		})
	}
}
