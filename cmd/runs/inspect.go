package runs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// auditUnavailable is the runtime's code for a journal that is not there or
// does not verify.
const auditUnavailable = "AUDIT_UNAVAILABLE"

func newInspect(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	var key string
	c := remote.Exits(&cobra.Command{
		Use:   "inspect AGENT RUN",
		Short: "Ask the runtime what a run did",
		Long: `Ask the runtime to verify the journal of a run against the key that you kept,
and show what the run did: its end, its budget, what it was allowed and what it
began. Runtimes since 1.21 have it. The command ends with 3 when the journal is
not there or does not verify, and with 8 when the run has not ended.`,
		Example:           "  symbi-ctl runs inspect greeter 3f2a… --public-key edd4…",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: conn.CompleteAgents,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.OnAgent(c.Context(), args[0], func(ctx context.Context, api *client.Client, agent client.Agent) error {
				v, err := api.InspectRun(ctx, agent.ID, args[1], key)
				no, ok := errors.AsType[*client.APIError](err)
				if ok && refutes(no) {
					return errors.Join(app.Print(noAudit{AgentID: agent.ID, RunID: args[1], Status: "unavailable", Reason: no.Message}.view()), cli.ErrNo)
				}
				if ok && no.Kind == client.Unsupported {
					e := cli.Wrap(cli.CodeNotServed, err)
					e.HTTPStatus = no.Status
					return e.WithHint("the runtime shows no journal of that size; verify its file on the runtime's host").WithNext("symbi-ctl runs verify --help")
				}
				if err != nil {
					return err
				}
				if !known(v.Status) {
					e := cli.Wrap(cli.CodeBadReply, fmt.Errorf("the runtime says that the run is %q, which this version does not know", v.Status))
					return e.WithHint("a newer runtime may have answered: inspect with a newer symbi-ctl")
				}
				if err := app.Print(inspected(v)); err != nil {
					return err
				}
				if v.Status == "incomplete" {
					return cli.ErrPending
				}
				return nil
			})
		},
	}, cli.No, cli.Pending)
	c.Flags().StringVar(&key, "public-key", "", "the run's key, 64 `hex` digits; the answer to its submission told it")
	_ = c.MarkFlagRequired("public-key") // it was just defined
	return conn.Alone(c)
}

// refutes reports whether the runtime looked for the journal and found none, or
// none that verifies. When it could not look, that is no answer.
func refutes(no *client.APIError) bool {
	return no.Code == auditUnavailable && (no.Kind == client.Failed || no.Kind == client.NotFound)
}

// known reports whether a view's status is one of which it is clear how good it
// is.
func known(status string) bool {
	return slices.Contains([]string{"completed", "stopped", "unknown_effects", "incomplete"}, status)
}

// noAudit is the answer when no journal bears out what a run did.
type noAudit struct {
	AgentID string `json:"agent_id"`
	RunID   string `json:"run_id"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
}

func (n noAudit) view() output.View {
	return output.Record{Fields: []output.Field{
		{Name: "RUN", Value: n.RunID}, {Name: "AGENT", Value: n.AgentID}, {Name: "STATUS", Value: n.Status, Style: output.Bad}, {Name: "REASON", Value: n.Reason},
	}, Value: n}
}

func inspected(v client.RunView) output.View {
	styles := map[string]output.Style{"completed": output.Good, "stopped": output.Bad, "unknown_effects": output.Warn, "incomplete": output.Warn}
	fields := []output.Field{
		{Name: "RUN", Value: v.Audit.RunID},
		{Name: "AGENT", Value: v.AgentID},
		{Name: "STATUS", Value: v.Status, Style: styles[v.Status]},
		{Name: "RECORDS", Value: fmt.Sprintf("%d verified, %d bytes", v.Recovery.VerifiedRecords, v.Recovery.VerifiedBytes)},
	}
	add := func(name, value string) { fields = append(fields, output.Field{Name: name, Value: value}) }
	if n := v.Recovery.UnverifiedTailBytes; n > 0 {
		add("NOT VERIFIED", fmt.Sprintf("%d bytes at the end", n))
	}
	if v.FirstRecordAt != nil && v.LastRecordAt != nil {
		add("FROM", v.FirstRecordAt.UTC().Format(time.RFC3339))
		add("TO", v.LastRecordAt.UTC().Format(time.RFC3339))
	}
	if t := v.Terminal; t != nil {
		add("END", strings.Trim(t.Reason.Name+" "+string(t.Reason.Detail), " "))
		add("TOKENS", fmt.Sprintf("%d in, %d out", t.Usage.PromptTokens, t.Usage.CompletionTokens))
	}
	for _, p := range v.Permissions {
		add("PERMISSION", strings.Join([]string{p.Decision, remote.Text(p.ActionType), remote.Text(p.ToolName), remote.Text(p.Target), remote.Text(p.Reason)}, " "))
	}
	for _, e := range v.Recovery.Effects {
		add("EFFECT", fmt.Sprintf("%v: %s", e.Identity["kind"], e.Outcome))
	}
	if i := v.Invocation; i != nil {
		add("INVOCATION", i.ID+" "+i.Status)
	}
	add("JOURNAL", v.Audit.Path)
	return output.Record{Fields: fields, Value: v}
}
