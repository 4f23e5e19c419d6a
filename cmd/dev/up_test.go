package dev //nolint:testpackage // the handler is not part of any command's surface

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestWithoutTokenOnlyThisMachine(t *testing.T) {
	t.Parallel()
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	open := upOptions{noAuth: true, origins: []string{"http://localhost:3000"}}.handler(served)
	guarded := upOptions{}.handler(served)
	for name, tc := range map[string]struct {
		host, origin, site string
		want               int
	}{
		"a program":                   {"127.0.0.1:8080", "", "", 200},
		"by name":                     {"localhost:8080", "", "", 200},
		"version 6":                   {"[::1]:8080", "", "", 200},
		"a page that is allowed":      {"localhost:8080", "http://localhost:3000", "cross-site", 200},
		"another page":                {"localhost:8080", "https://evil.example", "cross-site", 403},
		"an image of another page":    {"127.0.0.1:8080", "", "cross-site", 403},
		"a name that leads here":      {"evil.example:8080", "", "", 403},
		"a name that begins like one": {"localhost.evil.example", "", "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://"+tc.host+"/api/v1/agents", http.NoBody)
			r.Header.Set("Origin", tc.origin)
			r.Header.Set("Sec-Fetch-Site", tc.site)
			w := httptest.NewRecorder()
			open.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("without a token: %d, want %d", w.Code, tc.want)
			}
			w = httptest.NewRecorder()
			guarded.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				t.Errorf("with a token: %d, want 200: the token decides", w.Code)
			}
		})
	}
}

// TestServerIsBounded: no client may hold a connection for ever, or fill the
// memory before it has said who it is.
func TestServerIsBounded(t *testing.T) {
	t.Parallel()
	s := upOptions{latency: time.Hour}.server(http.NotFoundHandler())
	for name, limit := range map[string]int64{
		"header": int64(s.ReadHeaderTimeout), "body": int64(s.ReadTimeout), "idle": int64(s.IdleTimeout), "bytes of the header": int64(s.MaxHeaderBytes),
		"answer, after the latency": int64(s.WriteTimeout - time.Hour),
	} {
		if limit <= 0 {
			t.Errorf("%s: no limit", name)
		}
	}
}
