package client_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// health answers GET /api/v1/health with a version.
func health(version string) string {
	return `{"status":"healthy","uptime_seconds":9,"timestamp":"2026-11-23T13:11:59.5Z","version":"` + version + `"}`
}

// answer is one reply of a scripted server.
type answer struct {
	status int
	kind   string // content type; "": application/json
	body   string
	header http.Header
	cut    bool // hang up instead of answering
}

// script is a server that gives its answers in turn and keeps the requests. GET
// /health is answered beside the script when version is set.
type script struct {
	*httptest.Server
	version string
	mu      sync.Mutex
	answers []answer
	got     []string // "METHOD PATH key body"
	asked   int      // for the version
}

func newScript(tb testing.TB, version string, answers ...answer) *script {
	tb.Helper()
	s := &script{version: version, answers: answers}
	s.Server = httptest.NewServer(s)
	tb.Cleanup(s.Close)
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != "" && r.URL.Path == "/api/v1/health" {
		s.asked++
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, health(s.version))
		return
	}
	body := new(strings.Builder)
	if _, err := fmt.Fprint(body, readString(r)); err != nil {
		panic(err)
	}
	s.got = append(s.got, strings.TrimSpace(strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Idempotency-Key"), body.String()}, " ")))
	if len(s.answers) == 0 {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	if a.cut {
		hangUp(w)
		return
	}
	maps.Copy(w.Header(), a.header)
	if a.body != "" {
		w.Header().Set("Content-Type", "application/json")
	}
	if a.kind != "" {
		w.Header().Set("Content-Type", a.kind)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

// requests returns what the server got.
func (s *script) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

func readString(r *http.Request) string {
	var b strings.Builder
	buf := make([]byte, 1<<10)
	for {
		n, err := r.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

// hangUp closes the connection with a reset.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack() //nolint:forcetypeassert // a test server
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// pauses collects what a client would have waited.
type pauses struct {
	mu   sync.Mutex
	list []time.Duration
}

func (p *pauses) wait(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, d)
	return ctx.Err()
}

// patient returns options for s: three repeats that take no time.
func (s *script) patient(p *pauses) client.Options {
	return client.Options{BaseURL: s.URL, MaxRetries: 3, Wait: p.wait}
}
