package client_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// TestReplyWithoutBody: a success has none; what another server says is not one.
func TestReplyWithoutBody(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body, kind string
		strict     bool
		refused    bool
		tolerated  int
	}{
		"nothing":             {"", "", true, false, 0},
		"a blank line":        {"\r\n", "text/plain", true, false, 0},
		"an object":           {`{"status":"ok"}`, "application/json", false, false, 1},
		"an object, strictly": {`{"status":"ok"}`, "application/json", true, true, 0},
		"a page":              {"<html>Welcome</html>", "text/html", false, true, 0},
		"a page, wrongly":     {"<html>Welcome</html>", "application/json", false, true, 0},
		"a list":              {"[]", "application/json", false, true, 0},
		"null":                {"null", "application/json", false, true, 0},
		"a text":              {"OK", "text/plain", false, true, 0},
		"cut off":             {`{"status":`, "application/json", false, true, 0},
		"a picture":           {"\x89PNG\r\n", "image/png", false, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.kind)
				_, _ = io.WriteString(w, tc.body)
			})
			c := newClient(t, client.Options{BaseURL: site, Strict: tc.strict})
			for call, err := range map[string]error{
				"heartbeat": c.Heartbeat(t.Context(), "a", client.Heartbeat{State: client.StateRunning}),
				"event":     c.PushEvent(t.Context(), "a", client.PushEvent{EventType: "RunStarted"}),
			} {
				if _, refused := errors.AsType[*client.ReplyError](err); refused != tc.refused || refused != (err != nil) {
					t.Errorf("%s: %v, want a refusal: %v", call, err, tc.refused)
				}
			}
			if n := c.Tolerated(); n != 2*tc.tolerated {
				t.Errorf("tolerated %d breaks of the contract, want %d", n, 2*tc.tolerated)
			}
		})
	}
}
