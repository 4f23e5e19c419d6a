package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// TestTokenInTheClear: where the token goes, and where it does not.
func TestTokenInTheClear(t *testing.T) {
	t.Parallel()
	via := func(u string) func(*http.Request) (*url.URL, error) {
		return func(*http.Request) (*url.URL, error) {
			if u == "" {
				return nil, nil
			}
			return url.Parse(u)
		}
	}
	for name, tc := range map[string]struct {
		o    client.Options
		sent bool
	}{
		"loopback v4":             {client.Options{BaseURL: "http://127.0.0.1:1"}, true},
		"loopback v4, other":      {client.Options{BaseURL: "http://127.8.9.1"}, true},
		"loopback v6":             {client.Options{BaseURL: "http://[::1]:1"}, true},
		"loopback mapped":         {client.Options{BaseURL: "http://[::ffff:127.0.0.1]:1"}, true},
		"localhost":               {client.Options{BaseURL: "localhost:1"}, true},
		"https":                   {client.Options{BaseURL: "https://runtime.example"}, true},
		"local":                   {client.Options{BaseURL: "local:"}, true},
		"unix socket":             {client.Options{BaseURL: "http://runtime.example", UnixSocket: "/s"}, true},
		"allowed":                 {client.Options{BaseURL: "http://runtime.example", InsecureHTTP: true}, true},
		"plain http":              {client.Options{BaseURL: "http://runtime.example"}, false},
		"looks like loopback":     {client.Options{BaseURL: "http://127.0.0.1.example"}, false},
		"localhost of a domain":   {client.Options{BaseURL: "http://localhost.example"}, false},
		"any address":             {client.Options{BaseURL: "http://0.0.0.0:1"}, false},
		"loopback, foreign proxy": {client.Options{BaseURL: "http://127.0.0.1:1", Proxy: via("http://proxy.example:3128")}, false},
		"loopback, local proxy":   {client.Options{BaseURL: "http://127.0.0.1:1", Proxy: via("http://127.0.0.1:3128")}, true},
		"loopback, no proxy":      {client.Options{BaseURL: "http://127.0.0.1:1", Proxy: via("")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			tc.o.Transport = local{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.URL.Path+" "+r.Header.Get("Authorization"))
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, health("3.0.0"))
			})}
			c := newClient(t, tc.o)
			if _, err := c.Health(t.Context()); err != nil {
				t.Errorf("health, which is public: %v", err)
			}
			_, err := c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: "/metrics", Header: http.Header{"Authorization": {"Bearer other"}}})
			var refused *client.InsecureTokenError
			switch {
			case tc.sent && (err != nil || len(got) != 2 || got[1] != "/api/v1/metrics Bearer alpha.secret"):
				t.Errorf("err = %v, got %q, want the token", err, got)
			case !tc.sent && (!errors.As(err, &refused) || len(got) != 1 || got[0] != "/api/v1/health "):
				t.Errorf("err = %v, got %q, want a refusal and no token", err, got)
			}
			got = nil
			_, err = c.Do(t.Context(), client.Request{Method: http.MethodPost, Path: "/x", Body: []byte(`{"agentpin_jwt":"j"}`)})
			if tc.sent != (err == nil) || tc.sent != (len(got) == 1) || !tc.sent && (!errors.As(err, &refused) || !refused.Credential) {
				t.Errorf("err = %v, got %q, want the credential sent: %t", err, got, tc.sent)
			}
		})
	}
}

// TestNoSecretShown: secrets are in no trace and in no error.
func TestNoSecretShown(t *testing.T) {
	t.Parallel()
	const canary = "CANARY"
	var shown strings.Builder
	o := client.Options{BaseURL: deadAddress(t), Token: canary, Trace: func(e client.Exchange) { fmt.Fprintf(&shown, "%+v\n", e) }}
	request := client.Request{Method: http.MethodPost, Path: "/ws/chat?token=" + canary + "&session=" + canary + "&public_key=shown", Header: http.Header{
		"Cookie": {canary}, "X-Api-Key": {canary}, "Proxy-Authorization": {canary},
	}}
	_, err := newClient(t, o).Do(t.Context(), request)
	fmt.Fprintf(&shown, "%v\n", err)
	o.BaseURL = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", canary)
		w.WriteHeader(http.StatusInternalServerError)
	})
	_, err = newClient(t, o).Do(t.Context(), request)
	fmt.Fprintf(&shown, "%v\n", err)
	if text := shown.String(); strings.Contains(text, canary) || !strings.Contains(text, "public_key=shown") || !strings.Contains(text, "token=[set]") {
		t.Errorf("shown:\n%s", text)
	}
}

// TestTrace: one exchange for each attempt.
func TestTrace(t *testing.T) {
	t.Parallel()
	s := newScript(t, "", answer{status: 503}, answer{status: 200, body: `{"history":[]}`})
	var got []string
	o := s.patient(new(pauses))
	o.Trace = func(e client.Exchange) {
		got = append(got, fmt.Sprintf("%s %s %d %d", e.Method, strings.TrimPrefix(e.URL, s.URL), e.Attempt, e.Status))
	}
	if _, err := newClient(t, o).AgentHistory(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if want := "[GET /api/v1/agents/a/history 1 503 GET /api/v1/agents/a/history 2 200]"; fmt.Sprint(got) != want {
		t.Errorf("traced %v, want %v", got, want)
	}
}

// TestBefore: a refusal comes back as it is, and nothing is sent or repeated.
func TestBefore(t *testing.T) {
	t.Parallel()
	no := errors.New("read only")
	asked := 0
	o := client.Options{Transport: local{}, MaxRetries: 3, Before: func(r *http.Request) error {
		asked++
		if r.Method != http.MethodDelete || r.URL.Path != "/api/v1/agents/a" || r.Header.Get("Authorization") == "" {
			t.Errorf("asked about %s %s", r.Method, r.URL)
		}
		return no
	}}
	if _, err := newClient(t, o).DeleteAgent(t.Context(), "a"); err != no || asked != 1 { //nolint:errorlint // unchanged is the promise
		t.Errorf("err = %v after %d questions", err, asked)
	}
}
