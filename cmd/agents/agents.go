// Package agents is the noun agents: what runs on a runtime, and how to make
// it, start it and follow it.
package agents

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxDefinition = 1 << 20

// New returns the command agents with its verbs.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	return conn.Group(&cobra.Command{
		Use:     "agents",
		Aliases: []string{"agent"},
		Short:   "Make, run and follow agents",
		Long: `Agents of a runtime. AGENT is an id, a name that only one agent has, or the
beginning of either that fits only one.`,
		Example: "  symbi-ctl agents list",
	},
		newList(conn), newGet(conn), newStatus(conn), newCreate(conn), newUpdate(conn), newDelete(conn), newRun(conn),
		newHistory(conn), newHeartbeat(conn), newEmit(conn), newWait(conn), newWatch(conn), newExport(conn), newMetrics(conn),
	)
}

func agentColumns() []output.Column[client.Agent] {
	return []output.Column[client.Agent]{
		{Header: "ID", Cell: func(a client.Agent) string { return a.ID }},
		{Header: "NAME", Cell: func(a client.Agent) string { return a.Name }},
		{Header: "STATE", Cell: func(a client.Agent) string { return string(a.State) }, Style: func(a client.Agent) output.Style { return stateStyle(a.State) }},
	}
}

func stateStyle(s client.AgentState) output.Style {
	styles := map[client.AgentState]output.Style{
		client.StateRunning: output.Good, client.StateCompleted: output.Good, client.StateReady: output.Good,
		client.StateFailed: output.Bad, client.StateUnreachable: output.Bad,
		client.StateSuspended: output.Warn, client.StateTerminating: output.Warn, client.StateTerminated: output.Warn,
	}
	return styles[s]
}

func statusFields(s client.AgentStatus) []output.Field {
	fields := []output.Field{
		{Name: "STATE", Value: string(s.State), Style: stateStyle(s.State)},
		{Name: "LAST ACTIVITY", Value: when(s.LastActivity)},
		{Name: "MODE", Value: s.ExecutionMode},
		{Name: "ACTIVE TASKS", Value: fmt.Sprint(s.ResourceUsage.ActiveTasks)},
	}
	if m := s.ResourceUsage.MemoryBytes; m != nil {
		fields = append(fields, output.Field{Name: "MEMORY BYTES", Value: fmt.Sprint(*m)})
	}
	if p := s.ResourceUsage.CPUPercent; p != nil {
		fields = append(fields, output.Field{Name: "CPU PERCENT", Value: fmt.Sprintf("%.1f", *p)})
	}
	if s.LastResult != nil {
		fields = append(fields, output.Field{Name: "LAST RESULT", Value: *s.LastResult})
	}
	for _, key := range sortedKeys(s.Metadata) {
		fields = append(fields, output.Field{Name: "METADATA " + key, Value: s.Metadata[key]})
	}
	for _, e := range s.RecentEvents {
		fields = append(fields, output.Field{Name: "EVENT " + e.EventType, Value: when(e.Timestamp) + " " + string(e.Payload)})
	}
	return fields
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// metadata reads key=value pairs.
func metadata(pairs []string) (map[string]string, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	all := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, cli.Usagef("--metadata wants key=value, not %q", pair)
		}
		all[key] = value
	}
	return all, nil
}
