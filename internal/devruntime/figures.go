package devruntime

import (
	"net/http"
	"runtime/metrics"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const reserved = 512 // MiB that upstream sets aside for a run

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
	// SDK 1.11 looks for eleven other members, which a strict reader of runtime
	// 3.0 would refuse.
	frame.JSON(w, http.StatusOK, client.Metrics{
		Agents: client.AgentCounts{Total: queued + running, Running: running, Idle: queued, Error: failed},
		System: client.SystemUsage{UptimeSeconds: rt.uptime(), MemoryUsage: reserved * running},
	})
}

// memoryInUse is what this process has taken from the system, in bytes.
func memoryInUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	if metrics.Read(s); s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}

// agentFigures are the figures of one agent, as SDK 1.11 has them.
type agentFigures struct {
	AgentID    string    `json:"agent_id"`
	Completed  uint64    `json:"tasks_completed"`
	Failed     uint64    `json:"tasks_failed"`
	Unresolved uint64    `json:"tasks_unresolved"`
	Active     uint64    `json:"tasks_active"`
	Average    float64   `json:"average_response_time_ms"`
	Memory     uint64    `json:"memory_usage_bytes"`
	CPU        float64   `json:"cpu_usage_percent"`
	Last       time.Time `json:"last_activity"`
	Uptime     uint64    `json:"uptime_seconds"`
}

func (rt *Runtime) agentMetrics(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	a, err := rt.o.Store.Agent(r.Context(), id)
	if isNotFound(err) {
		frame.Refuse(w, http.StatusNotFound, "AGENT_NOT_FOUND", "Internal error: Agent "+id+" not found")
		return
	}
	if unwell(w, err, "METRICS_FAILED") {
		return
	}
	f, err := rt.o.Store.Figures(r.Context(), id)
	if unwell(w, err, "METRICS_FAILED") {
		return
	}
	out := agentFigures{
		AgentID: id, Completed: f[store.Completed].Count, Failed: f[store.Failed].Count, Unresolved: f[store.Unresolved].Count,
		Active: f[store.Queued].Count + f[store.Running].Count, Last: a.Active.UTC(), Uptime: seconds(rt.o.Now().Sub(a.Created)),
	}
	if ended := out.Completed + out.Failed; ended > 0 {
		out.Average = (f[store.Completed].Took + f[store.Failed].Took).Seconds() * 1000 / float64(ended)
	}
	frame.JSON(w, http.StatusOK, out)
}

func seconds(d time.Duration) uint64 { return uint64(max(d, 0) / time.Second) }

// scheduleFigures are all zero until there are schedules.
type scheduleFigures struct {
	Jobs      uint64 `json:"jobs_total"`
	Active    uint64 `json:"jobs_active"`
	Paused    uint64 `json:"jobs_paused"`
	Runs      uint64 `json:"runs_total"`
	Succeeded uint64 `json:"runs_succeeded"`
	Failed    uint64 `json:"runs_failed"`
}

type taskFigures struct {
	Active    uint64 `json:"tasks_active"`
	Queued    uint64 `json:"tasks_queued"`
	Completed uint64 `json:"tasks_completed"`
	Failed    uint64 `json:"tasks_failed"`
}

type systemFigures struct {
	CPUPercent    float64 `json:"cpu_usage_percent"`
	Memory        uint64  `json:"memory_usage_bytes"`
	MemoryPercent float64 `json:"memory_usage_percent"`
	Disk          uint64  `json:"disk_usage_bytes"`
	DiskPercent   float64 `json:"disk_usage_percent"`
}

// snapshot is the snapshot of SDK 1.11, without the load balancer that one node
// does not have.
type snapshot struct {
	Timestamp time.Time       `json:"timestamp"`
	Scheduler scheduleFigures `json:"scheduler"`
	Tasks     taskFigures     `json:"task_manager"`
	System    systemFigures   `json:"system"`
}

func (rt *Runtime) metricsSnapshot(w http.ResponseWriter, r *http.Request) {
	if !frame.Admin(w, r) {
		return
	}
	f, err := rt.o.Store.Figures(r.Context(), "")
	if unwell(w, err, "METRICS_FAILED") {
		return
	}
	frame.JSON(w, http.StatusOK, snapshot{
		Timestamp: rt.o.Now().UTC(),
		Tasks: taskFigures{
			Active: f[store.Running].Count, Queued: f[store.Queued].Count,
			Completed: f[store.Completed].Count, Failed: f[store.Failed].Count + f[store.Unresolved].Count,
		},
		System: systemFigures{Memory: memoryInUse()},
	})
}

func (rt *Runtime) metricsScheduler(w http.ResponseWriter, r *http.Request) {
	if frame.Admin(w, r) {
		frame.JSON(w, http.StatusOK, scheduleFigures{})
	}
}

func (rt *Runtime) metricsSystem(w http.ResponseWriter, r *http.Request) {
	if frame.Admin(w, r) {
		frame.JSON(w, http.StatusOK, systemFigures{Memory: memoryInUse()})
	}
}
