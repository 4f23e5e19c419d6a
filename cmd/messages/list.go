package messages

import (
	"context"
	"errors"
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
		Aliases:    []string{"take"},
		SuggestFor: []string{"ls", "get", "receive"},
		Short:      "Take the messages that wait for an agent",
		Long: `Take the messages that wait for an agent. The runtime gives all that wait, and
each only once: none can be looked at and left there, and the agent does not get
what was taken here. What is taken and not shown, because of --limit or
--filter, because stdout is full or its reader is gone, or because it cannot be
read, is kept in a file of the current folder, which stderr names. With
--dry-run nothing is taken.`,
		Example:           "  symbi-ctl messages list greeter",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				if err := checked(*conn.App(), flags); err != nil {
					return err
				}
				agent, err := remote.Agent(ctx, api, args[0])
				if err != nil {
					return err
				}
				got, err := api.ReceiveMessages(ctx, agent.ID)
				if lost, ok := errors.AsType[*client.UndecodedError](err); ok {
					return keeper{conn.App(), agent.ID}.undecoded(lost)
				}
				if err != nil {
					return err
				}
				return keeper{conn.App(), agent.ID}.show(flags, got.Messages)
			})
		},
	}))
	flags.Add(c.Flags())
	return c
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
