package messages

import (
	"context"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func newList(conn *remote.Conn) *cobra.Command {
	var flags cli.ListFlags
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:        "list AGENT",
		SuggestFor: []string{"ls", "get", "receive"},
		Short:      "Take the messages that wait for an agent",
		Long: `Take the messages that wait for an agent. The runtime gives each message once: what is
listed here, the agent will not get. A reply that cannot be read is kept in a file.`,
		Example:           "  symbi-ctl messages list greeter",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				if err := checked(flags); err != nil {
					return err
				}
				agent, err := remote.Agent(ctx, api, args[0])
				if err != nil {
					return err
				}
				got, err := api.ReceiveMessages(ctx, agent.ID)
				if lost, ok := errors.AsType[*client.UndecodedError](err); ok {
					return keep(conn.App(), agent.ID, lost)
				}
				if err != nil {
					return err
				}
				flags.All = flags.Limit == 0 // nothing that was taken is hidden
				return show(conn.App(), flags, got.Messages)
			})
		},
	}))
	flags.Add(c.Flags())
	return c
}

// checked reports what is wrong with the flags before anything is taken.
func checked(flags cli.ListFlags) error {
	if err := flags.Check(); err != nil {
		return err
	}
	_, err := cli.Select(flags, []client.Message{}, messageColumns())
	return err
}

// show prints what was taken, and tells of what the filters hide: nobody will
// see it again.
func show(app *cli.App, flags cli.ListFlags, taken []client.Message) error {
	list := output.List[client.Message]{Rows: taken, Empty: "No messages.", Columns: messageColumns()}
	if err := cli.PrintList(app, flags, list); err != nil {
		return err
	}
	kept, err := cli.Select(flags, taken, messageColumns())
	if hidden := len(taken) - len(kept); hidden > 0 {
		app.Notice("%d more were taken, and did not pass the filters", hidden)
	}
	return err
}

func messageColumns() []output.Column[client.Message] {
	return []output.Column[client.Message]{
		{Header: "ID", Wide: true, Cell: func(m client.Message) string { return m.MessageID }},
		{Header: "SENT", Cell: func(m client.Message) string {
			return time.Unix(int64(min(m.TimestampSecs, 1<<40)), 0).UTC().Format(time.RFC3339)
		}},
		{Header: "FROM", Cell: func(m client.Message) string { return m.Sender }},
		{Header: "TYPE", Wide: true, Cell: func(m client.Message) string { return m.MessageType }},
		{Header: "TOPIC", Wide: true, Cell: func(m client.Message) string {
			if m.Topic == nil {
				return ""
			}
			return *m.Topic
		}},
		{Header: "TTL SECONDS", Wide: true, Cell: func(m client.Message) string { return strconv.FormatUint(m.TTLSeconds, 10) }},
		{Header: "PAYLOAD", Cell: func(m client.Message) string { return m.Payload }},
	}
}

// keep saves messages that the runtime gave away and that could not be read.
func keep(app *cli.App, agent string, lost *client.UndecodedError) error {
	e := cli.Wrap(cli.CodeBadReply, lost)
	if !remote.IsID(agent) {
		agent = "unknown" // a runtime names no files
	}
	f, err := os.CreateTemp(app.Dir, "symbi-ctl-messages-"+agent+"-*.json") // mode 0600
	if err != nil {
		return e.WithHint("the reply could not be kept either: %v", err)
	}
	_, err = f.Write(lost.Body)
	if err := errors.Join(err, f.Close()); err != nil {
		return e.WithHint("the reply could not be kept whole in %s: %v", f.Name(), err)
	}
	return e.WithHint("the runtime does not have them any more; the reply is in %s", f.Name())
}
