package client

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Health is the public health of a runtime. Status is always "healthy".
type Health struct {
	Status        string    `json:"status"`
	UptimeSeconds uint64    `json:"uptime_seconds"`
	Timestamp     time.Time `json:"timestamp"`
	Version       string    `json:"version"`
}

// SchedulerHealth is the health of the cron scheduler; all zero without one.
type SchedulerHealth struct {
	IsRunning              bool    `json:"is_running"`
	StoreAccessible        bool    `json:"store_accessible"`
	JobsTotal              uint64  `json:"jobs_total"`
	JobsActive             uint64  `json:"jobs_active"`
	JobsPaused             uint64  `json:"jobs_paused"`
	JobsDeadLetter         uint64  `json:"jobs_dead_letter"`
	GlobalActiveRuns       uint64  `json:"global_active_runs"`
	MaxConcurrent          uint64  `json:"max_concurrent"`
	RunsTotal              uint64  `json:"runs_total"`
	RunsSucceeded          uint64  `json:"runs_succeeded"`
	RunsFailed             uint64  `json:"runs_failed"`
	AverageExecutionTimeMS float64 `json:"average_execution_time_ms"`
	LongestRunMS           uint64  `json:"longest_run_ms"`
}

// Status is the rollup of a runtime (since 1.18). Healthy is false when one
// component is degraded.
type Status struct {
	Version       string `json:"version"`
	Healthy       bool   `json:"healthy"`
	AgentCount    uint64 `json:"agent_count"`
	ScheduleCount uint64 `json:"schedule_count"`
	ChannelCount  uint64 `json:"channel_count"`
}

// AgentCounts counts agents by what they do. Total is what runs or is queued,
// not what is registered.
type AgentCounts struct {
	Total   uint64 `json:"total"`
	Running uint64 `json:"running"`
	Idle    uint64 `json:"idle"`
	Error   uint64 `json:"error"`
}

// SystemUsage is the runtime's host. MemoryUsage is MiB of reserved quota, not
// bytes in use; CPUUsage is percent of the whole host.
type SystemUsage struct {
	UptimeSeconds uint64  `json:"uptime_seconds"`
	MemoryUsage   uint64  `json:"memory_usage"`
	CPUUsage      float64 `json:"cpu_usage"`
}

// Metrics is a snapshot of a runtime.
type Metrics struct {
	Agents AgentCounts `json:"agents"`
	System SystemUsage `json:"system"`
}

// Health calls GET /health, which needs no token, and remembers the version for
// [Client.Require].
func (c *Client) Health(ctx context.Context) (Health, error) {
	h, err := send[Health](ctx, c, call{method: http.MethodGet, path: segments("health"), public: true})
	if err == nil {
		c.remember(h.Version)
	}
	return h, err
}

// Live calls GET /health/live: nil when the process answers.
func (c *Client) Live(ctx context.Context) error {
	return c.sendEmpty(ctx, call{method: http.MethodGet, path: segments("health", "live"), public: true})
}

// Ready calls GET /health/ready. It is false in the first five seconds of a
// runtime; that answer is not repeated.
func (c *Client) Ready(ctx context.Context) (bool, error) {
	err := c.sendEmpty(ctx, call{method: http.MethodGet, path: segments("health", "ready"), public: true, final: http.StatusServiceUnavailable})
	if no, ok := errors.AsType[*APIError](err); ok && no.Status == http.StatusServiceUnavailable {
		return false, nil
	}
	return err == nil, err
}

// SchedulerHealth calls GET /health/scheduler.
func (c *Client) SchedulerHealth(ctx context.Context) (SchedulerHealth, error) {
	return send[SchedulerHealth](ctx, c, call{method: http.MethodGet, path: segments("health", "scheduler")})
}

// Status calls GET /status (since 1.18).
func (c *Client) Status(ctx context.Context) (Status, error) {
	return send[Status](ctx, c, call{method: http.MethodGet, path: segments("status")})
}

// Metrics calls GET /metrics.
func (c *Client) Metrics(ctx context.Context) (Metrics, error) {
	return send[Metrics](ctx, c, call{method: http.MethodGet, path: segments("metrics")})
}
