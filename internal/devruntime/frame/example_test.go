package frame_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

func ExampleHandler() {
	h := frame.Handler(frame.Options{
		Guard: &frame.Guard{Token: "secret"},
		Now:   func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		Routes: []frame.Route{{Method: "GET", Path: "/agents/{id}", Handler: func(w http.ResponseWriter, r *http.Request) {
			frame.Refuse(w, http.StatusNotFound, "AGENT_NOT_FOUND", "no agent "+r.PathValue("id"))
		}}},
	})
	for _, header := range []string{"", "Bearer secret"} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/agents/x", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Body)
	}
	// Output:
	// 401 ""
	// 404 "{\"error\":\"no agent x\",\"code\":\"AGENT_NOT_FOUND\",\"details\":null}"
}
