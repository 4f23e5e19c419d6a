package frame_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

func TestRouting(t *testing.T) {
	t.Parallel()
	h := frame.Handler(options())
	for name, tc := range map[string]struct {
		line   string
		token  string // "-" sends none
		status int
		body   string
		allow  string
	}{
		"public":                        {"GET /api/v1/health", "-", 200, `"health "`, ""},
		"prefix twice":                  {"GET /api/v1/api/v1/agents", "", 200, `"list "`, ""},
		"prefix three times":            {"GET /api/v1/api/v1/api/v1/agents", "", 404, "", ""},
		"no prefix":                     {"GET /agents", "", 404, "", ""},
		"prefix alone":                  {"GET /api/v1", "", 404, "", ""},
		"prefix and slash":              {"GET /api/v1/", "", 404, "", ""},
		"slash at the end":              {"GET /api/v1/agents/", "", 404, "", ""},
		"double slash":                  {"GET /api/v1//agents", "", 404, "", ""},
		"name":                          {"GET /api/v1/agents/x", "", 200, `"one x"`, ""},
		"literal before name":           {"GET /api/v1/agents/special", "", 200, `"special "`, ""},
		"escaped slash stays a segment": {"GET /api/v1/agents/a%2Fb", "", 200, `"one a/b"`, ""},
		"dots are not resolved":         {"GET /api/v1/agents/../agents", "", 404, "", ""},
		"unknown":                       {"GET /api/v1/nothing", "", 404, "", ""},
		"unknown without token":         {"GET /api/v1/nothing", "-", 401, "", ""},
		"without token":                 {"GET /api/v1/agents", "-", 401, "", ""},
		"wrong method":                  {"DELETE /api/v1/agents", "", 405, "", "GET,HEAD,POST"},
		"wrong method without token":    {"DELETE /api/v1/agents", "-", 401, "", "GET,HEAD,POST"},
		"wrong method of a public one":  {"POST /api/v1/health", "-", 405, "", "GET,HEAD"},
		"head":                          {"HEAD /api/v1/agents", "", 200, `"list "`, ""},
		"options":                       {"OPTIONS /api/v1/agents", "-", 200, "", "GET,HEAD,POST"},
		"options of nothing":            {"OPTIONS /api/v1/nothing", "-", 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := []string{}
			if tc.token == "-" {
				header = []string{"Authorization", ""}
			}
			w := serve(h, request(t, tc.line, "", header...))
			got := []any{w.Code, w.Body.String(), w.Header().Get("Allow")}
			if diff := cmp.Diff([]any{tc.status, tc.body, tc.allow}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.line, diff)
			}
			if w.Header().Get("WWW-Authenticate") != "" {
				t.Error("upstream sends no WWW-Authenticate")
			}
		})
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	o := options()
	o.Limit = true
	h := frame.Handler(o)
	for range 101 {
		w := serve(h, request(t, "GET /api/v1/nothing", "", "Authorization", ""))
		for name, want := range map[string]string{
			"Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
			"X-Content-Type-Options":    "nosniff",
			"X-Frame-Options":           "DENY",
			"Content-Security-Policy":   "default-src 'self'; frame-ancestors 'none'",
		} {
			if got := w.Header().Get(name); got != want {
				t.Fatalf("status %d: %s is %q, want %q", w.Code, name, got, want)
			}
		}
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	h := frame.Handler(options())
	for name, tc := range map[string]struct {
		line    string
		header  []string
		origin  string
		methods string
		status  int
	}{
		"allowed":              {"GET /api/v1/health", []string{"Origin", "http://page.example"}, "http://page.example", "", 200},
		"other":                {"GET /api/v1/health", []string{"Origin", "http://evil.example"}, "", "", 200},
		"none":                 {"GET /api/v1/health", nil, "", "", 200},
		"preflight":            {"OPTIONS /api/v1/agents", []string{"Origin", "http://page.example", "Access-Control-Request-Method", "POST"}, "http://page.example", "GET,POST,PUT,DELETE", 200},
		"preflight of another": {"OPTIONS /api/v1/agents", []string{"Origin", "http://evil.example", "Access-Control-Request-Method", "POST"}, "", "GET,POST,PUT,DELETE", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := serve(h, request(t, tc.line, "", append(tc.header, "Authorization", "")...))
			got := []any{w.Code, w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Methods"), w.Header().Get("Access-Control-Expose-Headers")}
			if diff := cmp.Diff([]any{tc.status, tc.origin, tc.methods, "idempotency-key,idempotency-replayed"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRateLimit: a bucket of 100 for each address, one more every 600 ms, on
// every route, and answers without CORS headers.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := start()
	o := options()
	o.Limit, o.Now = true, func() time.Time { return now }
	h := frame.Handler(o)
	ask := func(address string) int {
		r := request(t, "GET /api/v1/health", "", "Origin", "http://page.example")
		r.RemoteAddr = address
		w := serve(h, r)
		if w.Code == http.StatusTooManyRequests && (w.Body.Len() > 0 || w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Retry-After") != "") {
			t.Errorf("429 with a body or headers: %q %v", w.Body, w.Header())
		}
		return w.Code
	}
	for i := range 100 {
		if got := ask("192.0.2.1:1000"); got != http.StatusOK {
			t.Fatalf("request %d: %d", i, got)
		}
	}
	steps := []struct {
		address string
		later   time.Duration
		want    int
	}{
		{"192.0.2.1:1000", 0, 429},
		{"192.0.2.1:2000", 0, 429}, // the port does not matter
		{"192.0.2.2:1000", 0, 200},
		{"192.0.2.1:1000", 599 * time.Millisecond, 429},
		{"192.0.2.1:1000", time.Millisecond, 200},
		{"192.0.2.1:1000", 0, 429},
		{"pipe", 0, 200}, // an address without a port
	}
	for i, step := range steps {
		now = now.Add(step.later)
		if got := ask(step.address); got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
}
