package devruntime_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// TestClockGoesBack: a laptop's clock is set back by an hour in mid-run. The run
// ends, its journal verifies, no figure is negative, and nothing hangs.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	g := rigOn(t, store.Options{Dir: t.TempDir()})
	outside := createExternal(t, g)
	g.ask(t, "POST /agents/"+outside+"/heartbeat", `{"state":"Running"}`)
	g.ask(t, "POST /agents/"+alpha+"/messages", `{"sender":"`+beta+`","payload":"x","ttl_seconds":60}`)
	audit := submitted(t, g.execute(t, alpha, key1, `"SLOW"`))
	<-g.model.began
	g.ahead.Store(-int64(time.Hour))
	g.model.open()
	r := await(t, func() reply { return g.execute(t, alpha, key1, `"SLOW"`) })
	if r.member("status") != "completed" || strings.Contains(r.body, `"secs":-`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if view, r := inspect(t, g, audit); view.Status != "completed" || !view.Recovery.JournalComplete {
		t.Errorf("the journal: %d %s", r.status, r.body)
	}
	for _, line := range []string{
		"GET /health", "GET /metrics", "GET /metrics/snapshot", "GET /agents/" + alpha + "/metrics", "GET /agents/" + alpha + "/status",
		"GET /agents/" + outside + "/status", "GET /agents/" + alpha + "/history", "GET /agents/" + alpha + "/messages", "GET /agents",
	} {
		if r := g.ask(t, line, ""); r.status != http.StatusOK || strings.Contains(r.body, ":-") {
			t.Errorf("%s: %d %s", line, r.status, r.body)
		}
	}
	if r := g.run(t, alpha, key2, `"next"`); r.member("status") != "completed" {
		t.Errorf("a run after it: %d %s", r.status, r.body)
	}
}
