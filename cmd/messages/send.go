package messages

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxPayload = 256 << 10 // the runtime takes no more

func newSend(conn *remote.Conn) *cobra.Command {
	var o struct {
		from, text, file, topic, jwtFile string
		ttl                              time.Duration
	}
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:   "send AGENT",
		Short: "Send a message to an agent",
		Long: `Send a message to an agent in the name of another. It waits there until it is
taken or its time is over; runtimes keep none longer than an hour.
Status 3 when the runtime says that it failed.`,
		Example:           "  symbi-ctl messages send greeter --from robot --text 'Good morning'",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				payload, err := conn.Input(o.text, o.file, maxPayload)
				if err != nil {
					return err
				}
				m := client.SendMessage{Payload: string(payload)}
				if c.Flags().Changed("ttl") {
					if o.ttl < time.Second {
						return cli.Usagef("--ttl wants a second at least, not %v", o.ttl)
					}
					m.TTLSeconds = new(uint64(o.ttl / time.Second))
				}
				if o.topic != "" {
					m.Topic = &o.topic
				}
				if m.AgentpinJWT, err = conn.Secret(o.jwtFile); err != nil {
					return err
				}
				return send(ctx, conn, api, route{from: o.from, to: args[0], message: m})
			})
		},
	}, cli.No))
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "the `agent` that sends it")
	f.StringVar(&o.text, "text", "", "what the message says (`text`)")
	f.StringVarP(&o.file, "file", "f", "", "read the message from this `file`; - is stdin")
	f.StringVar(&o.topic, "topic", "", "the `topic` it belongs to")
	f.DurationVar(&o.ttl, "ttl", 5*time.Minute, "how long it waits (`duration`)")
	f.StringVar(&o.jwtFile, "agentpin-file", "", "AgentPin credential of the sender in this `file`, for runtimes that ask for one")
	_ = c.MarkFlagRequired("from")
	_ = c.RegisterFlagCompletionFunc("from", conn.CompleteAgents)
	c.MarkFlagsOneRequired("text", "file")
	c.MarkFlagsMutuallyExclusive("text", "file")
	return c
}

type route struct {
	from, to string
	message  client.SendMessage
}

func send(ctx context.Context, conn *remote.Conn, api *client.Client, r route) error {
	sender, err := remote.Agent(ctx, api, r.from)
	if err != nil {
		return err
	}
	to, err := remote.Agent(ctx, api, r.to)
	if err != nil {
		return err
	}
	r.message.Sender = sender.ID
	sent, err := api.SendMessage(ctx, to.ID, r.message)
	if err != nil {
		return err
	}
	if err := conn.View(statusView(sent)); err != nil {
		return err
	}
	if sent.Status == "failed" || sent.Status == "expired" {
		return cli.ErrNo
	}
	return nil
}

func statusView(s client.MessageStatus) output.View {
	styles := map[string]output.Style{"delivered": output.Good, "failed": output.Bad, "expired": output.Warn}
	return output.Record{Fields: []output.Field{
		{Name: "ID", Value: s.MessageID}, {Name: "STATUS", Value: s.Status, Style: styles[s.Status]},
	}, Value: s}
}

func newStatus(conn *remote.Conn) *cobra.Command {
	return remote.Exits(&cobra.Command{
		Use:   "status ID",
		Short: "Show what became of a message",
		Long: `Show what became of a message: pending, delivered, failed or expired. Right
after it was sent a runtime may not know it yet.`,
		Example: "  symbi-ctl messages status 00000000-0000-4000-8000-000000000001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				s, err := api.MessageStatus(ctx, args[0])
				if err != nil {
					return err
				}
				return conn.View(statusView(s))
			})
		},
	})
}
