package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// AgentState is the state of an agent. Other values than the constants pass
// through.
type AgentState string

// The states of all known versions.
const (
	StateCreated      AgentState = "Created"
	StateInitializing AgentState = "Initializing"
	StateReady        AgentState = "Ready"
	StateRunning      AgentState = "Running"
	StateSuspended    AgentState = "Suspended"
	StateWaiting      AgentState = "Waiting"
	StateCompleted    AgentState = "Completed"
	StateFailed       AgentState = "Failed"
	StateTerminating  AgentState = "Terminating"
	StateTerminated   AgentState = "Terminated"
	StateUnreachable  AgentState = "Unreachable"
)

// Agent is one row of the list of agents. Names are not unique and may be
// empty; Name and State are empty for runtimes up to 1.8.0, which list ids only.
type Agent struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	State AgentState `json:"state"`
}

// UnmarshalJSON accepts the object of runtimes since 1.8.1 and the bare id of
// those before, which SDK 1.11.0 documents.
func (a *Agent) UnmarshalJSON(b []byte) error {
	*a = Agent{}
	type plain Agent
	into := any((*plain)(a))
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '"' {
		into = &a.ID
	}
	if err := json.Unmarshal(b, into); err != nil {
		return err
	}
	if a.ID == "" {
		return errors.New("an agent without an id")
	}
	return nil
}

// ModeExternal names the execution mode of agents that run elsewhere and report
// by heartbeat.
const ModeExternal = "External"

// ExternalMode is the detail of the execution mode External.
type ExternalMode struct {
	Endpoint              *string `json:"endpoint"`
	AgentpinDomain        *string `json:"agentpin_domain"`
	HeartbeatIntervalSecs uint64  `json:"heartbeat_interval_secs"`
}

// Mode returns m as an execution mode.
func (m ExternalMode) Mode() Variant {
	detail, _ := json.Marshal(m) //nolint:errchkjson // two strings and a number always encode
	return Variant{Name: ModeExternal, Detail: detail}
}

// ScheduledMode returns the execution mode of an agent that runs every so often.
func ScheduledMode(every time.Duration) Variant {
	d := DurationOf(every)
	return Variant{Name: "Scheduled", Detail: json.RawMessage(
		`{"interval":{"secs":` + strconv.FormatUint(d.Secs, 10) + `,"nanos":` + strconv.FormatUint(uint64(d.Nanos), 10) + `}}`)}
}

// CronMode is the detail of the execution mode CronScheduled.
type CronMode struct {
	CronExpression string `json:"cron_expression"`
	Timezone       string `json:"timezone"`
}

// Mode returns m as an execution mode.
func (m CronMode) Mode() Variant {
	detail, _ := json.Marshal(m) //nolint:errchkjson // two strings always encode
	return Variant{Name: "CronScheduled", Detail: detail}
}

// CreateAgent asks for a new agent. DSL is needed unless the mode is External;
// no runtime parses it at this point.
type CreateAgent struct {
	Name          string            `json:"name"`
	DSL           string            `json:"dsl,omitzero"`
	ExecutionMode Variant           `json:"execution_mode,omitzero"` // zero: Ephemeral
	Capabilities  []string          `json:"capabilities,omitzero"`
	Metadata      map[string]string `json:"metadata,omitzero"`
}

// UpdateAgent changes an agent; at least one member, neither empty.
type UpdateAgent struct {
	Name *string `json:"name,omitzero"`
	DSL  *string `json:"dsl,omitzero"`
}

// AgentRef is the answer to a change: status is "scheduled" (up to 1.20) or
// "ready" for a new agent, "updated", "deleted".
type AgentRef struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// ResourceUsage is what an agent uses. Since 1.21 the first two are always nil.
type ResourceUsage struct {
	MemoryBytes *uint64  `json:"memory_bytes"`
	CPUPercent  *float64 `json:"cpu_percent"`
	ActiveTasks uint32   `json:"active_tasks"`
}

// AgentEvent is one event that an external agent reported.
type AgentEvent struct {
	EventType string          `json:"event_type"`
	Payload   json.RawMessage `json:"payload"`
	Timestamp time.Time       `json:"timestamp"`
}

// AgentStatus is the state of one agent. LastActivity of a finished agent is
// the time of the question. Metadata, LastResult and RecentEvents (newest last,
// at most 100) are only there for external agents.
type AgentStatus struct {
	AgentID       string            `json:"agent_id"`
	State         AgentState        `json:"state"`
	LastActivity  time.Time         `json:"last_activity"`
	ResourceUsage ResourceUsage     `json:"resource_usage"`
	Metadata      map[string]string `json:"metadata,omitzero"`
	LastResult    *string           `json:"last_result,omitzero"`
	RecentEvents  []AgentEvent      `json:"recent_events,omitzero"`
	ExecutionMode string            `json:"execution_mode,omitzero"`
}

// HistoryEntry is one line of an agent's history. ExecutionID is the run's id
// since 1.21; a run has two entries there.
type HistoryEntry struct {
	ExecutionID string     `json:"execution_id"`
	Status      string     `json:"status"`
	Timestamp   OffsetTime `json:"timestamp"`
}

// AgentHistory is what an agent did, newest first, at most 100 entries. It is
// empty for unknown agents.
type AgentHistory struct {
	History []HistoryEntry `json:"history"`
}

// Heartbeat is a report of an external agent. Metadata is merged into what is
// there. AgentpinJWT is secret.
type Heartbeat struct {
	State       AgentState        `json:"state"`
	Metadata    map[string]string `json:"metadata,omitzero"`
	LastResult  *string           `json:"last_result,omitzero"`
	AgentpinJWT string            `json:"agentpin_jwt,omitzero"`
}

// PushEvent is an event of an external agent; EventType is RunStarted,
// RunCompleted or RunFailed. Payload nil is sent as null. AgentpinJWT is secret.
type PushEvent struct {
	EventType   string          `json:"event_type"`
	Payload     json.RawMessage `json:"payload"`
	AgentpinJWT string          `json:"agentpin_jwt,omitzero"`
}
