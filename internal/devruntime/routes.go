package devruntime

import (
	"net/http"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// served are the routes that answer.
func (rt *Runtime) served() []frame.Route {
	return []frame.Route{
		{Method: "GET", Path: "/health", Public: true, Handler: rt.health},
		{Method: "GET", Path: "/health/live", Public: true, Handler: rt.live},
		{Method: "GET", Path: "/health/ready", Public: true, Handler: rt.ready},
		{Method: "GET", Path: "/health/scheduler", Handler: rt.schedulerHealth},
		{Method: "GET", Path: "/status", Handler: rt.status},
		{Method: "GET", Path: "/metrics", Handler: rt.metrics},
		{Method: "GET", Path: "/metrics/snapshot", Handler: rt.metricsSnapshot},   // SDK 1.11
		{Method: "GET", Path: "/metrics/scheduler", Handler: rt.metricsScheduler}, // SDK 1.11
		{Method: "GET", Path: "/metrics/system", Handler: rt.metricsSystem},       // SDK 1.11

		{Method: "GET", Path: "/agents", Handler: rt.listAgents},
		{Method: "POST", Path: "/agents", Handler: rt.createAgent},
		{Method: "GET", Path: "/agents/{agent_id}", Handler: rt.sdkStatus}, // SDK 1.11
		{Method: "PUT", Path: "/agents/{agent_id}", Handler: rt.updateAgent},
		{Method: "DELETE", Path: "/agents/{agent_id}", Handler: rt.deleteAgent},
		{Method: "GET", Path: "/agents/{agent_id}/status", Handler: rt.agentStatus},
		{Method: "GET", Path: "/agents/{agent_id}/history", Handler: rt.agentHistory},
		{Method: "GET", Path: "/agents/{agent_id}/metrics", Handler: rt.agentMetrics}, // SDK 1.11
		{Method: "POST", Path: "/agents/{agent_id}/heartbeat", Handler: rt.heartbeat},
		{Method: "POST", Path: "/agents/{agent_id}/events", Handler: rt.pushEvent},
		{Method: "POST", Path: "/agents/{agent_id}/execute", Handler: rt.execute},
		{Method: "POST", Path: "/agents/{agent_id}/re-execute", Handler: rt.reExecute}, // SDK 1.11
		{Method: "GET", Path: "/audit/runs/{agent_id}/{run_id}", Handler: rt.inspectRun},

		{Method: "POST", Path: "/agents/{agent_id}/messages", Handler: rt.sendMessage},
		{Method: "GET", Path: "/agents/{agent_id}/messages", Handler: rt.receiveMessages},
		{Method: "GET", Path: "/messages/{message_id}/status", Handler: rt.messageStatus},

		{Method: "POST", Path: "/workflows/execute", Handler: rt.executeWorkflow},
		{Method: "POST", Path: "/workflows", Handler: rt.runWorkflow}, // SDK 1.11
	}
}

// routes adds to what answers what is known and missing.
func (rt *Runtime) routes() []frame.Route {
	all := rt.served()
	have := map[string]bool{}
	for _, r := range all {
		have[r.Method+" "+shape(r.Path)] = true
	}
	for _, known := range client.Routes() {
		path, ok := strings.CutPrefix(known.Path, "/api/v1")
		if key := known.Method + " " + shape(path); ok && !have[key] {
			have[key] = true
			all = append(all, frame.Route{Method: known.Method, Path: path, Handler: notInDev})
		}
	}
	return all
}

// shape is a path without the names of its segments.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

func notInDev(w http.ResponseWriter, r *http.Request) {
	frame.Refuse(w, http.StatusNotImplemented, "NOT_IN_DEV", "Not implemented: the embedded runtime does not have "+r.Method+" "+r.URL.Path)
}
