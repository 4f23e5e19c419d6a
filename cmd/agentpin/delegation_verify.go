package agentpin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

type chainOptions struct {
	sources       sourceFlags
	issuer, agent string
	capabilities  []string
	skew          span
	at            atFlag
}

func newVerifyChain(app *cli.App) *cobra.Command {
	o := chainOptions{skew: span(agentpin.DefaultSkew)}
	c := &cobra.Command{
		Use:   "verify FILE|-",
		Short: "Verify a delegation chain",
		Long: `Check every attestation of a chain against the documents of everybody in it:
keys, roles, agents, capabilities, revocations and depth.`,
		Example: "  symbi-ctl agentpin delegation verify chain.json --trust-bundle bundle.json --issuer example.com --agent urn:agentpin:example.com:scout --capability read:codebase",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.sources.check(c); err != nil {
				return err
			}
			now, err := o.at.time(app)
			if err != nil {
				return err
			}
			report, err := o.run(c.Context(), app, args[0], now)
			if err != nil {
				return err
			}
			if err := app.Print(report.view()); err != nil {
				return err
			}
			if !report.Verified {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	o.sources.add(c)
	f := c.Flags()
	f.StringVar(&o.issuer, "issuer", "", "`domain` that acts")
	f.StringVar(&o.agent, "agent", "", "`id` of its agent")
	f.StringSliceVar(&o.capabilities, "capability", nil, "what it wants to do, as `action:resource`; several by commas, or repeated")
	f.Var(&o.skew, "skew", "by how much clocks may differ")
	o.at.add(f)
	for _, name := range []string{"issuer", "agent", "capability"} {
		_ = c.MarkFlagRequired(name) // it was just defined
	}
	return cli.Exits(c, cli.No, cli.Unreachable)
}

// chainReport is the verdict on a chain.
type chainReport struct {
	Verified bool              `json:"verified"`
	Reason   string            `json:"reason,omitempty"`
	Chain    []delegation.Link `json:"chain"`
}

func (o *chainOptions) run(ctx context.Context, app *cli.App, path string, now time.Time) (chainReport, error) {
	in := inputs{app: app}
	entries, err := load(&in, path, agentpin.MaxToken, delegation.Parse)
	if err != nil {
		return chainReport{}, err
	}
	from, err := o.sources.open(app, &in, now)
	if err != nil {
		return chainReport{}, err
	}
	report := chainReport{Chain: delegation.Links(entries)}
	issuer, err := from.Document(ctx, o.issuer)
	if err == nil {
		err = issuer.CheckEntity(o.issuer)
	}
	if err == nil {
		report.Chain, err = delegation.Chain{
			Entries: entries, Issuer: issuer, AgentID: o.agent, Capabilities: o.capabilities, After: now.Add(-time.Duration(o.skew)),
		}.Verify(ctx, from)
	}
	switch {
	case errors.Is(err, discovery.ErrUnreachable):
		return report, cli.Wrap(cli.CodeUnreachable, err)
	case errors.Is(err, context.Canceled):
		return report, err
	case err != nil:
		report.Reason = err.Error()
	case len(entries) == 0:
		report.Reason = "the chain is empty"
	default:
		report.Verified = true
	}
	return report, nil
}

func (r chainReport) view() output.View {
	var f fields
	if r.Verified {
		f.add("Verdict", "verified", output.Good)
	} else {
		f.add("Verdict", "refused", output.Bad)
	}
	f.add("Reason", r.Reason)
	for _, link := range r.Chain {
		text := fmt.Sprintf("%s as %s: not verified", link.Domain, link.Role)
		if link.Verified {
			text = fmt.Sprintf("%s as %s: verified, for what is %s", link.Domain, link.Role,
				map[string]string{"credential": "asked for", "declared": "declared"}[link.Bound])
		}
		f.add("Entry", text)
	}
	return output.Record{Value: r, Fields: f}
}
