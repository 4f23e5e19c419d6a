package devruntime_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// BenchmarkRequests is what one server answers to many clients, on disk.
func BenchmarkRequests(b *testing.B) {
	for name, line := range map[string]string{
		"status":  "GET /api/v1/agents/" + alpha + "/status",
		"message": "POST /api/v1/agents/" + alpha + "/messages",
		"submit":  "POST /api/v1/agents/" + alpha + "/execute",
	} {
		b.Run(name, func(b *testing.B) {
			now := time.Now
			state, err := store.Open(b.Context(), store.Options{Dir: b.TempDir(), Now: now})
			if err != nil {
				b.Fatal(err)
			}
			defer state.Close()
			a := store.Agent{ID: alpha, Name: "alpha", DSL: "agent alpha() {}", State: "Ready", Created: now(), Active: now()}
			if err := state.CreateAgent(b.Context(), a, store.Entry{Execution: alpha, Status: "created", At: now()}); err != nil {
				b.Fatal(err)
			}
			rt, err := devruntime.New(devruntime.Options{Store: state, Now: now, Guard: &frame.Guard{Open: true}})
			if err != nil {
				b.Fatal(err)
			}
			if err := rt.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			defer rt.Close(b.Context())
			method, path, _ := strings.Cut(line, " ")
			body := `{"sender":"` + beta + `","payload":"hello","ttl_seconds":1}`
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(body))
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Idempotency-Key", uuid.NewString())
					w := httptest.NewRecorder()
					if rt.ServeHTTP(w, r); w.Code != http.StatusOK && w.Code != http.StatusServiceUnavailable {
						b.Errorf("%d %s", w.Code, w.Body)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}
