package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// TestLargeReplies: only strict mode holds a reply to the contract that has more
// than a MiB, because comparing takes memory many times its size.
func TestLargeReplies(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"small": 1 << 10, "large": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"status":"healthy","uptime_seconds":1,"timestamp":"2026-01-01T00:00:00Z","version":"3.0.0","x":"` + strings.Repeat("x", size) + `"}`
			var tolerated []string
			o := client.Options{BaseURL: "http://localhost", Transport: told{strings.NewReader(body)}, Trace: func(e client.Exchange) { tolerated = append(tolerated, e.Tolerated...) }}
			lenient := newClient(t, o)
			if h, err := lenient.Health(t.Context()); err != nil || h.Version != "3.0.0" || (len(tolerated) > 0) != (name == "small") {
				t.Errorf("lenient: %+v, %v, tolerated %v", h, err, tolerated)
			}
			o.Strict, o.Transport = true, told{strings.NewReader(body)}
			if _, err := newClient(t, o).Health(t.Context()); !errors.As(err, new(*client.ReplyError)) {
				t.Errorf("strict: %v, want a ReplyError", err)
			}
		})
	}
}
