package agents

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const noAgents = "No agents."

func newList(conn *remote.Conn) *cobra.Command {
	var flags cli.ListFlags
	var watch remote.Watch
	c := remote.Exits(&cobra.Command{
		Use:        "list",
		SuggestFor: []string{"ls"},
		Short:      "List agents",
		Long: `List agents, sorted by name. As jsonl, csv or name, and unless told to sort,
select or limit, rows are printed as they arrive, in the order of the runtime.`,
		Example: "  symbi-ctl agents list\n  symbi-ctl agents list --filter state=Running -o json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := watch.Check(c); err != nil {
				return err
			}
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				if watch.On {
					return watchAgents(ctx, conn, watch, api, flags)
				}
				return list(ctx, conn, api, flags)
			})
		},
	})
	flags.Add(c.Flags())
	watch.Add(c)
	return c
}

func list(ctx context.Context, conn *remote.Conn, api *client.Client, flags cli.ListFlags) error {
	format, err := conn.App().Format()
	if err != nil {
		return err
	}
	if flags.Plain() && slices.Contains([]string{"jsonl", "csv", "name"}, format) {
		return remote.Stream(conn, output.Stream[client.Agent]{Rows: api.Agents(ctx), Columns: agentColumns()})
	}
	agents, err := api.AgentList(ctx)
	if err != nil {
		return err
	}
	remote.SortAgents(agents)
	empty := noAgents
	if len(agents) > 0 {
		empty = "No agent matches."
	}
	return cli.PrintList(conn.App(), flags, output.List[client.Agent]{Rows: agents, Columns: agentColumns(), Empty: empty})
}

func newWatch(conn *remote.Conn) *cobra.Command {
	var flags cli.ListFlags
	watch := remote.Watch{On: true}
	c := remote.Exits(&cobra.Command{
		Use:   "watch [AGENT]",
		Short: "Show agents as their state changes",
		Long: `Show agents, and each change of a state, until Ctrl-C. On a terminal the table
is drawn again; otherwise every change is one line of JSON.

Once there was an answer, a runtime that is restarted, fails or has no time does
not end the watch: that is told on stderr, and it goes on when the runtime
answers again. A key that is refused and an agent that is gone end it.
--request-timeout bounds each question, --for the whole; nothing else does.`,
		Example:           "  symbi-ctl agents watch --for 1s",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				if len(args) == 1 {
					agent, err := remote.Agent(ctx, api, args[0])
					if err != nil {
						return err
					}
					flags.Filter = append(flags.Filter, "id="+agent.ID)
				}
				return watchAgents(ctx, conn, watch, api, flags)
			})
		},
	})
	flags.Add(c.Flags())
	watch.AddTimes(c)
	return c
}

func watchAgents(ctx context.Context, conn *remote.Conn, watch remote.Watch, api *client.Client, flags cli.ListFlags) error {
	if err := flags.Check(); err != nil {
		return err
	}
	return remote.Follow(ctx, conn, watch, remote.Followed[client.Agent]{
		Ask: func(ctx context.Context) ([]client.Agent, error) {
			agents, err := api.AgentList(ctx)
			if err != nil {
				return nil, err
			}
			remote.SortAgents(agents)
			chosen, err := cli.Select(flags, agents, agentColumns())
			if flags.Limit > 0 {
				chosen = chosen[:min(len(chosen), flags.Limit)]
			}
			return chosen, err
		},
		Key:     func(a client.Agent) string { return a.ID },
		Columns: agentColumns(), Empty: noAgents,
	})
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
