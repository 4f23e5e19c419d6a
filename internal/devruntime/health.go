package devruntime

import (
	"net/http"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const reserved = 512 // MiB that upstream sets aside for a run

func (rt *Runtime) uptime() uint64 {
	return uint64(max(rt.o.Now().Sub(rt.began), 0) / time.Second)
}

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

func (rt *Runtime) metrics(w http.ResponseWriter, r *http.Request) {
	if !frame.Admin(w, r) {
		return
	}
	queued, running, err := rt.o.Store.CountOpen(r.Context())
	if unwell(w, err, "METRICS_FAILED") {
		return
	}
	failed, err := rt.o.Store.CountState(r.Context(), string(client.StateFailed))
	if unwell(w, err, "METRICS_FAILED") {
		return
	}
	frame.JSON(w, http.StatusOK, client.Metrics{
		Agents: client.AgentCounts{Total: queued + running, Running: running, Idle: queued, Error: failed},
		System: client.SystemUsage{UptimeSeconds: rt.uptime(), MemoryUsage: reserved * running},
	})
}
