package agents

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func newUpdate(conn *remote.Conn) *cobra.Command {
	var name, file string
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:        "update AGENT",
		SuggestFor: []string{"edit", "set", "rename"},
		Short:      "Change the name or the definition of an agent",
		Long: `Change the name or the definition of an agent. A run that goes on keeps the old
ones. Invocation ids used before belong to the old definition: they give a
conflict afterwards.`,
		Example:           "  symbi-ctl agents update greeter --name host",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				var u client.UpdateAgent
				if c.Flags().Changed("name") {
					u.Name = &name
				}
				definition, err := conn.Input("", file, maxDefinition)
				if err != nil {
					return err
				}
				if definition != nil {
					u.DSL = new(string(definition))
				}
				agent, err := remote.ExactAgent(ctx, api, args[0])
				if err != nil {
					return err
				}
				changed, err := api.UpdateAgent(ctx, agent.ID, u)
				if err != nil {
					return err
				}
				return conn.View(refView(changed))
			})
		},
	}))
	c.Flags().StringVar(&name, "name", "", "the new `name`")
	c.Flags().StringVarP(&file, "file", "f", "", "read the new definition from this `file`; - is stdin")
	c.MarkFlagsOneRequired("name", "file")
	return c
}

func newDelete(conn *remote.Conn) *cobra.Command {
	var yes bool
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:        "delete AGENT…",
		SuggestFor: []string{"rm", "remove"},
		Short:      "Delete agents",
		Long: `Delete agents, by id or whole name, and what the runtime knows of them. Their
runs are cancelled first, which may take tens of seconds.`,
		Example:           "  symbi-ctl agents delete greeter --yes",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				var doomed []client.Agent
				for _, arg := range args {
					agent, err := remote.ExactAgent(ctx, api, arg)
					if err != nil {
						return err
					}
					if !slices.ContainsFunc(doomed, func(d client.Agent) bool { return d.ID == agent.ID }) {
						doomed = append(doomed, agent)
					}
				}
				if err := conn.Confirm(yes, fmt.Sprintf("delete %s at %s?", named(doomed), conn.Address(api))); err != nil {
					return err
				}
				return deleteAll(ctx, conn, api, doomed)
			})
		},
	}))
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

// named counts and names agents.
func named(agents []client.Agent) string {
	var names []string
	for _, a := range agents {
		name := a.ID
		if a.Name != "" {
			name += " (" + output.SanitizeLine(a.Name) + ")"
		}
		names = append(names, name)
	}
	if len(names) == 1 {
		return "agent " + names[0]
	}
	return fmt.Sprintf("%d agents: %s", len(names), strings.Join(names, ", "))
}

// deleteAll stops at the first agent that cannot be deleted, and shows those
// that were.
func deleteAll(ctx context.Context, conn *remote.Conn, api *client.Client, doomed []client.Agent) error {
	gone := []client.AgentRef{}
	var failed error
	for _, agent := range doomed {
		ref, err := api.DeleteAgent(ctx, agent.ID)
		if remote.Planned(err) {
			failed = err
			continue
		}
		if err != nil {
			failed = err
			break
		}
		gone = append(gone, ref)
	}
	if failed != nil && len(gone) == 0 {
		return failed
	}
	if err := conn.View(output.List[client.AgentRef]{Rows: gone, Columns: []output.Column[client.AgentRef]{
		{Header: "ID", Cell: func(r client.AgentRef) string { return r.ID }},
		{Header: "STATUS", Cell: func(r client.AgentRef) string { return r.Status }},
	}}); err != nil {
		return err
	}
	return failed
}

func newRun(conn *remote.Conn) *cobra.Command {
	var submit remote.Submit
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:        "run AGENT",
		SuggestFor: []string{"start", "exec", "execute"},
		Short:      "Run an agent",
		Long: `Run an agent with an input, under an invocation id. The id is shown before
anything is sent, on stderr, with -o json as {"invocation_id":"…"}: after a cut
connection the same command with --invocation-id resumes the same run. It never
starts a second one, and it is also the way to ask for the result later.

The command ends with 0 for a result, 3 for a run that failed, 7 when the
outcome is not known or the id belongs to other work, and 8 while the run goes
on.`,
		Example:           "  symbi-ctl agents run greeter --input Hello --wait",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				input, err := conn.InputJSON(submit.Input, submit.File)
				if err != nil {
					return err
				}
				agent, err := remote.Agent(ctx, api, args[0])
				if err != nil {
					return err
				}
				err = submit.Start(ctx, conn, api, remote.Job{
					Input: input, Agent: agent.ID, Again: c.CommandPath() + " " + remote.Quote(agent.ID) + submit.Shown(),
					Send: func(ctx context.Context, s client.Submission) (client.Invocation, error) {
						return api.Execute(ctx, agent.ID, s)
					},
				})
				return isExternal(ctx, api, agent.ID, err)
			})
		},
	}, cli.No, cli.Conflict, cli.Pending))
	submit.Add(c)
	return c
}
