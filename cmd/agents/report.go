package agents

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// reported is the answer to a report, which the runtime leaves empty.
type reported struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

func (r reported) view() output.View {
	return output.Record{Fields: []output.Field{{Name: "ID", Value: r.ID}, {Name: "STATUS", Value: r.Status, Style: output.Good}}, Value: r}
}

func newHeartbeat(conn *remote.Conn) *cobra.Command {
	var o struct {
		state, result, jwtFile string
		metadata               []string
		every                  time.Duration
	}
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:   "heartbeat AGENT",
		Short: "Report the state of an external agent",
		Long: `Report the state of an agent that runs elsewhere. With --every it goes on until
Ctrl-C, which is what keeps an agent from becoming unreachable, and outlives a
restart of the runtime once a first report was accepted.`,
		Example:           "  symbi-ctl agents heartbeat robot --agent-state Running --metadata version=2",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				beat := client.Heartbeat{State: client.AgentState(o.state)}
				var err error
				if beat.Metadata, err = metadata(o.metadata); err != nil {
					return err
				}
				if c.Flags().Changed("result") {
					beat.LastResult = &o.result
				}
				if beat.AgentpinJWT, err = conn.Secret(o.jwtFile); err != nil {
					return err
				}
				agent, err := remote.Agent(ctx, api, args[0])
				if err != nil {
					return err
				}
				_, err = conn.Poll(ctx, remote.Poll{
					Every: o.every,
					Ask:   func(ctx context.Context) error { return api.Heartbeat(ctx, agent.ID, beat) },
					Use: func() (bool, error) {
						if o.every > 0 {
							return false, nil
						}
						return true, conn.View(reported{agent.ID, "reported"}.view())
					},
				})
				return notExternal(ctx, api, agent.ID, err)
			})
		},
	}, cli.Conflict))
	f := c.Flags()
	f.StringVar(&o.state, "agent-state", string(client.StateRunning), "the `state` to report")
	f.StringVar(&o.result, "result", "", "the last result (`text`)")
	f.StringArrayVar(&o.metadata, "metadata", nil, "`key=value` to add to what is known; may be repeated")
	f.DurationVar(&o.every, "every", 0, "report again and again, this often (`duration`), one second at least")
	f.StringVar(&o.jwtFile, "agentpin-file", "", "AgentPin credential in this `file`, for runtimes that ask for one")
	_ = c.RegisterFlagCompletionFunc("agent-state", cobra.FixedCompletions(states()[:len(states())-1], cobra.ShellCompDirectiveNoFileComp))
	return c
}

func newEmit(conn *remote.Conn) *cobra.Command {
	var o struct{ kind, payload, file, jwtFile string }
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:               "emit AGENT",
		Short:             "Report an event of an external agent",
		Example:           `  symbi-ctl agents emit robot --type RunCompleted --payload '{"rows": 3}'`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				payload, err := conn.InputJSON(o.payload, o.file)
				if err != nil {
					return err
				}
				event := client.PushEvent{EventType: o.kind, Payload: payload}
				if event.AgentpinJWT, err = conn.Secret(o.jwtFile); err != nil {
					return err
				}
				agent, err := remote.Agent(ctx, api, args[0])
				if err != nil {
					return err
				}
				if err := api.PushEvent(ctx, agent.ID, event); err != nil {
					return notExternal(ctx, api, agent.ID, err)
				}
				return conn.View(reported{agent.ID, "emitted"}.view())
			})
		},
	}, cli.Conflict))
	f := c.Flags()
	f.StringVar(&o.kind, "type", "RunCompleted", "the `type`: RunStarted, RunCompleted or RunFailed")
	f.StringVar(&o.payload, "payload", "", "`JSON` that goes with it; other text is taken as a JSON string")
	f.StringVarP(&o.file, "file", "f", "", "read the payload from this `file`; - is stdin")
	f.StringVar(&o.jwtFile, "agentpin-file", "", "AgentPin credential in this `file`, for runtimes that ask for one")
	_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"RunStarted", "RunCompleted", "RunFailed"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func newMetrics(conn *remote.Conn) *cobra.Command {
	return remote.Exits(&cobra.Command{
		Use:   "metrics AGENT",
		Short: "Show what an agent did and cost, in figures",
		Long: `Show the figures of one agent. Only the embedded runtime has them; of a real one
` + "`symbi-ctl status`" + ` shows the figures of the whole.`,
		Example:           "  symbi-ctl agents metrics greeter",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.OnAgent(c.Context(), args[0], func(ctx context.Context, api *client.Client, agent client.Agent) error {
				reply, err := api.Do(ctx, client.Request{Method: http.MethodGet, Path: "/agents/" + agent.ID + "/metrics"})
				if err != nil {
					return err
				}
				m := json.RawMessage(reply.Body)
				return conn.View(output.Record{Fields: remote.Fields(m), Value: m})
			})
		},
	})
}

func newExport(conn *remote.Conn) *cobra.Command {
	return remote.Exits(&cobra.Command{
		Use:   "export [AGENT…]",
		Short: "Write out what the runtime knows of agents",
		Long: `Write out what the runtime knows of the named agents, or of all, one after the
other: status, metadata and history. No runtime gives definitions out.`,
		Example:           "  symbi-ctl agents export -o jsonl",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				agents, err := chosen(ctx, api, args)
				if err != nil {
					return err
				}
				return remote.Stream(conn, output.Stream[described]{
					Rows: func(yield func(described, error) bool) {
						for _, agent := range agents {
							d, err := describe(ctx, api, agent)
							if !yield(d, err) || err != nil {
								return
							}
						}
					},
					Columns: []output.Column[described]{
						{Header: "ID", Cell: func(d described) string { return d.ID }},
						{Header: "NAME", Cell: func(d described) string { return d.Name }},
						{Header: "STATE", Cell: func(d described) string { return string(d.Status.State) }},
						{Header: "MODE", Cell: func(d described) string { return d.Status.ExecutionMode }},
						{Header: "LAST ACTIVITY", Cell: func(d described) string { return when(d.Status.LastActivity) }},
					}, Empty: noAgents,
				})
			})
		},
	})
}

func chosen(ctx context.Context, api *client.Client, args []string) ([]client.Agent, error) {
	if len(args) == 0 {
		agents, err := api.AgentList(ctx)
		remote.SortAgents(agents)
		return agents, err
	}
	var agents []client.Agent
	for _, arg := range args {
		agent, err := remote.Agent(ctx, api, arg)
		if err != nil {
			return nil, err
		}
		agents = append(agents, agent)
	}
	return agents, nil
}

func newWait(conn *remote.Conn) *cobra.Command {
	var wanted []string
	var timeout time.Duration
	c := remote.Exits(&cobra.Command{
		Use:   "wait AGENT",
		Short: "Wait until an agent reaches a state",
		Long: `Wait until an agent is in one of the states, and show it. Without --for-state it
waits until the agent is done: Completed, Failed, or Terminated; of these,
Failed ends the command with 3. A runtime that goes away after its first answer
is waited for, too; if it is silent when --timeout is over, the status is 6. For
the result of a run use ` + "`agents run --wait`" + `: the state may say Completed a
moment before the result is there.`,
		Example:           "  symbi-ctl agents wait greeter --for-state Ready --timeout 10s",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkStates(wanted); err != nil {
				return err
			}
			if timeout <= 0 {
				return cli.Usagef("--timeout wants a duration above 0, not %v", timeout)
			}
			return conn.OnAgent(c.Context(), args[0], func(ctx context.Context, api *client.Client, agent client.Agent) error {
				return wait(ctx, conn, api, waiting{id: agent.ID, states: wanted, timeout: timeout})
			})
		},
	}, cli.No, cli.Pending)
	f := c.Flags()
	f.StringArrayVar(&wanted, "for-state", nil, "a `state` to wait for; may be repeated")
	f.DurationVar(&timeout, "timeout", 10*time.Minute, "how long to wait (`duration`)")
	_ = c.RegisterFlagCompletionFunc("for-state", cobra.FixedCompletions(states(), cobra.ShellCompDirectiveNoFileComp))
	return c
}
