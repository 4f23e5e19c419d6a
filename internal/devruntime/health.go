package devruntime

import (
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func (rt *Runtime) uptime() uint64 { return seconds(rt.o.Now().Sub(rt.began)) }

func (rt *Runtime) health(w http.ResponseWriter, _ *http.Request) {
	frame.JSON(w, http.StatusOK, client.Health{Status: "healthy", UptimeSeconds: rt.uptime(), Timestamp: rt.o.Now().UTC(), Version: Version})
}

func (rt *Runtime) live(w http.ResponseWriter, _ *http.Request) { frame.Empty(w, http.StatusOK) }

func (rt *Runtime) ready(w http.ResponseWriter, _ *http.Request) {
	if rt.o.NotReady && rt.o.Now().Sub(rt.began) < readyAfter {
		frame.Empty(w, http.StatusServiceUnavailable)
		return
	}
	frame.Empty(w, http.StatusOK)
}

func (rt *Runtime) schedulerHealth(w http.ResponseWriter, r *http.Request) {
	if frame.Admin(w, r) {
		frame.JSON(w, http.StatusOK, client.SchedulerHealth{})
	}
}

func (rt *Runtime) status(w http.ResponseWriter, r *http.Request) {
	if !frame.Admin(w, r) {
		return
	}
	n, err := rt.o.Store.CountAgents(r.Context())
	if unwell(w, err, "STATUS_AGENTS_FAILED") {
		return
	}
	frame.JSON(w, http.StatusOK, client.Status{Version: Version, Healthy: true, AgentCount: n})
}
