// Package workflows is the noun workflows: programs that a runtime runs as
// they are given.
package workflows

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxSource = 1 << 20 // the runtime takes no more

// New returns the command workflows with its verb.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	return conn.Group(&cobra.Command{
		Use:     "workflows",
		Aliases: []string{"workflow"},
		Short:   "Run workflows",
		Example: "  symbi-ctl workflows run greet.symbi --wait",
	}, newRun(conn))
}

func newRun(conn *remote.Conn) *cobra.Command {
	var submit remote.Submit
	var agent string
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:        "run FILE",
		SuggestFor: []string{"start", "exec", "execute"},
		Short:      "Run the workflow of a file",
		Long: `Run the DSL text of a file as a workflow, with the input as its parameters. FILE
- is stdin. Without --agent the runtime registers an agent under the invocation
id.

The command ends as ` + "`agents run`" + ` does, and is resumed in the same way.`,
		Example: "  symbi-ctl workflows run greet.symbi --wait\n  symbi-ctl workflows run greet.symbi --input '{\"name\": \"Ada\"}' --wait -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				if args[0] == "-" && submit.File == "-" {
					return cli.Usagef("the workflow and the input cannot both come from stdin")
				}
				source, err := remote.ReadText(conn.App(), args[0], maxSource)
				if err != nil {
					return err
				}
				if strings.TrimSpace(string(source)) == "" {
					return cli.Usagef("%s is empty", args[0])
				}
				input, err := conn.InputJSON(submit.Input, submit.File)
				if err != nil {
					return err
				}
				w := client.Workflow{Source: string(source)}
				if agent != "" {
					found, err := remote.Agent(ctx, api, agent)
					if err != nil {
						return err
					}
					w.AgentID = found.ID
				}
				again := c.CommandPath() + " " + remote.Quote(args[0])
				if agent != "" {
					again += " --agent " + w.AgentID
				}
				return submit.Start(ctx, conn, api, remote.Job{
					Input: input, Again: again + submit.Shown(),
					Send: func(ctx context.Context, s client.Submission) (client.Invocation, error) {
						return api.ExecuteWorkflow(ctx, w, s)
					},
				})
			})
		},
	}, cli.No, cli.Conflict, cli.Pending))
	submit.Add(c)
	c.Flags().StringVar(&agent, "agent", "", "run it as this `agent`")
	_ = c.RegisterFlagCompletionFunc("agent", conn.CompleteAgents)
	return c
}
