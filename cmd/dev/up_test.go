package dev //nolint:testpackage // the handler is not part of any command's surface

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

func TestWithoutTokenOnlyThisMachine(t *testing.T) {
	t.Parallel()
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	open := upOptions{noAuth: true, origins: []string{"http://localhost:3000"}}.handler(served, &frame.Guard{Open: true})
	guarded := upOptions{}.handler(served, &frame.Guard{Token: "t"})
	for name, tc := range map[string]struct {
		host, origin, site, referer string
		want                        int
	}{
		"a program":                   {"127.0.0.1:8080", "", "", "", 200},
		"by name":                     {"localhost:8080", "", "", "", 200},
		"version 6":                   {"[::1]:8080", "", "", "", 200},
		"who types the address":       {"localhost:8080", "", "none", "", 200},
		"a page that is allowed":      {"localhost:8080", "http://localhost:3000", "same-site", "http://localhost:3000/a", 200},
		"another page":                {"localhost:8080", "https://evil.example", "cross-site", "", 403},
		"a page of a file":            {"localhost:8080", "null", "cross-site", "", 403},
		"an image of another page":    {"127.0.0.1:8080", "", "cross-site", "", 403},
		"an image of another port":    {"localhost:8080", "", "same-site", "http://localhost:9/", 403},
		"an image in an old browser":  {"localhost:8080", "", "", "http://localhost:9/", 403},
		"a referrer that is allowed":  {"localhost:8080", "", "", "http://localhost:3000/", 200},
		"a referrer that is none":     {"localhost:8080", "", "", "http://%zz", 403},
		"a name that leads here":      {"evil.example:8080", "", "", "", 403},
		"a name that begins like one": {"localhost.evil.example", "", "", "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://"+tc.host+"/api/v1/agents", http.NoBody)
			r.Header.Set("Origin", tc.origin)
			r.Header.Set("Sec-Fetch-Site", tc.site)
			r.Header.Set("Referer", tc.referer)
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

// TestProfilesAreForAdministrators: they tell what others asked. No path leads
// elsewhere.
func TestProfilesAreForAdministrators(t *testing.T) {
	t.Parallel()
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	scoped := frame.Key{ID: "a", Scope: &[]string{}}
	for name, tc := range map[string]struct {
		o            upOptions
		guard        *frame.Guard
		path, bearer string
		want         int
	}{
		"the token":      {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/debug/pprof/heap", "t", 200},
		"an index":       {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/debug/pprof/", "t", 200},
		"a profile":      {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/debug/pprof/goroutine?debug=1", "t", 200},
		"none":           {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/debug/pprof/heap", "", 401},
		"another":        {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/debug/pprof/heap", "x", 401},
		"a scoped key":   {upOptions{pprof: true}, &frame.Guard{Keys: []frame.Key{scoped}}, "/debug/pprof/heap", "a.x", 401},
		"no guard":       {upOptions{pprof: true, noAuth: true}, &frame.Guard{Open: true}, "/debug/pprof/heap", "", 200},
		"a way out":      {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/debug/pprof/../../x", "t", 404},
		"not asked for":  {upOptions{}, &frame.Guard{Token: "t"}, "/debug/pprof/heap", "t", 418},
		"something else": {upOptions{pprof: true}, &frame.Guard{Token: "t"}, "/api/v1/health", "", 418},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://localhost"+tc.path, http.NoBody)
			if tc.bearer != "" {
				r.Header.Set("Authorization", "Bearer "+tc.bearer)
			}
			w := httptest.NewRecorder()
			tc.o.handler(served, tc.guard).ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("%d, want %d", w.Code, tc.want)
			}
		})
	}
}

// TestServerIsBounded: no client may hold a connection for ever, or fill the
// memory before it has said who it is.
func TestServerIsBounded(t *testing.T) {
	t.Parallel()
	s := upOptions{latency: time.Hour}.server(http.NotFoundHandler(), nil)
	for name, limit := range map[string]int64{
		"header": int64(s.ReadHeaderTimeout), "body": int64(s.ReadTimeout), "idle": int64(s.IdleTimeout), "bytes of the header": int64(s.MaxHeaderBytes),
		"answer, after the latency": int64(s.WriteTimeout - time.Hour),
	} {
		if limit <= 0 {
			t.Errorf("%s: no limit", name)
		}
	}
}
