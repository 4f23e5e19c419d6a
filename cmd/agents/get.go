package agents

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// described is everything that a runtime says about one agent.
type described struct {
	ID      string                `json:"id"`
	Name    string                `json:"name"`
	Status  client.AgentStatus    `json:"status"`
	History []client.HistoryEntry `json:"history"`
}

func newGet(conn *remote.Conn) *cobra.Command {
	return remote.Exits(&cobra.Command{
		Use:        "get AGENT",
		SuggestFor: []string{"show", "describe", "inspect"},
		Short:      "Show everything about one agent",
		Long: `Show everything about one agent. LAST ACTIVITY is what the runtime says: for an
agent that it runs itself that is the time of the question, whenever the agent
ran last; HISTORY has the times.`,
		Example:           "  symbi-ctl agents get greeter",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.OnAgent(c.Context(), args[0], func(ctx context.Context, api *client.Client, agent client.Agent) error {
				d, err := describe(ctx, api, agent)
				if err != nil {
					return err
				}
				return conn.View(d.view())
			})
		},
	})
}

// describe asks for the status and the history, and for the name if that is
// not known.
func describe(ctx context.Context, api *client.Client, agent client.Agent) (described, error) {
	d := described{ID: agent.ID, Name: agent.Name, History: []client.HistoryEntry{}}
	var err error
	if d.Status, err = api.AgentStatus(ctx, agent.ID); err != nil {
		return described{}, err
	}
	history, err := api.AgentHistory(ctx, agent.ID)
	if err != nil {
		return described{}, err
	}
	d.History = append(d.History, history.History...)
	if agent.Name != "" || agent.State != "" { // from the list: the name is what it is
		return d, nil
	}
	for a, err := range api.Agents(ctx) {
		if err != nil {
			return described{}, err
		}
		if a.ID == agent.ID {
			d.Name = a.Name
		}
	}
	return d, nil
}

func (d described) view() output.View {
	fields := append([]output.Field{{Name: "ID", Value: d.ID}, {Name: "NAME", Value: d.Name}}, statusFields(d.Status)...)
	for _, h := range d.History[:min(len(d.History), 5)] {
		fields = append(fields, output.Field{Name: "HISTORY", Value: when(h.Timestamp.Time) + " " + h.Status + " " + h.ExecutionID})
	}
	return output.Record{Fields: fields, Value: d}
}

func newStatus(conn *remote.Conn) *cobra.Command {
	return remote.Exits(&cobra.Command{
		Use:               "status AGENT",
		Short:             "Show the state of one agent",
		Example:           "  symbi-ctl agents status greeter --jq .state",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.OnAgent(c.Context(), args[0], func(ctx context.Context, api *client.Client, agent client.Agent) error {
				s, err := api.AgentStatus(ctx, agent.ID)
				if err != nil {
					return err
				}
				return conn.View(output.Record{Fields: append([]output.Field{{Name: "AGENT", Value: s.AgentID}}, statusFields(s)...), Value: s})
			})
		},
	})
}

func newHistory(conn *remote.Conn) *cobra.Command {
	return remote.Exits(&cobra.Command{
		Use:   "history AGENT",
		Short: "List what an agent did, the newest first",
		Long: `List what an agent did, the newest first. Runtimes keep at most 100 entries and
lose them at a restart. From 1.21 on a run has two entries with the same id.`,
		Example:           "  symbi-ctl agents history greeter",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.OnAgent(c.Context(), args[0], func(ctx context.Context, api *client.Client, agent client.Agent) error {
				h, err := api.AgentHistory(ctx, agent.ID)
				if err == nil && len(h.History) == 0 {
					err = exists(ctx, api, agent.ID) // also one that is not there has no history
				}
				if err != nil {
					return err
				}
				return conn.View(output.List[client.HistoryEntry]{Rows: h.History, Empty: "No history.", Columns: []output.Column[client.HistoryEntry]{
					{Header: "TIME", Cell: func(e client.HistoryEntry) string { return when(e.Timestamp.Time) }},
					{Header: "STATUS", Cell: func(e client.HistoryEntry) string { return e.Status }},
					{Header: "RUN", Cell: func(e client.HistoryEntry) string { return e.ExecutionID }},
				}, Name: func(e client.HistoryEntry) string { return e.ExecutionID }})
			})
		},
	})
}
