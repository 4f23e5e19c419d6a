package agentpin

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

type revokeOptions struct {
	target    targetFlags
	reason    *choice
	discovery string
	at        atFlag
}

func newRevocationAdd(app *cli.App) *cobra.Command {
	var o revokeOptions
	c := &cobra.Command{
		Use:   "add FILE",
		Short: "Revoke a credential, an agent or a key",
		Long: `Add one entry to a revocation document, in its file and in one step. The
reasons: key_compromise, affiliation_changed, superseded,
cessation_of_operation, privilege_withdrawn, policy_violation. What is revoked
stays revoked. A domain revokes its own: what belongs to another one is refused
(status 7). With --discovery a key or an agent that the domain's document does
not have is pointed out.`,
		Example: `  symbi-ctl agentpin revocation add revoked.json --token agent.jwt --reason privilege_withdrawn
  symbi-ctl agentpin revocation add revoked.json --kid example-2026-01 --reason key_compromise`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			entry, err := o.run(c.Context(), app, args[0])
			if err != nil {
				return err
			}
			return app.Print(revokedView(entry))
		},
	}
	o.target.add(c, c.Flags())
	o.reason = addChoice(c, "reason", "", "why, as one `word` of the specification", revocation.Reasons()...)
	_ = c.MarkFlagRequired("reason") // it was just defined
	c.Flags().StringVar(&o.discovery, "discovery", "", "`file` with the domain's document: say when it does not have the key or the agent")
	o.at.add(c.Flags())
	return cli.Exits(c, cli.Conflict)
}

func (o *revokeOptions) run(ctx context.Context, app *cli.App, path string) (revokedEntry, error) {
	in := inputs{app: app}
	now, err := o.at.time(app)
	if err != nil {
		return revokedEntry{}, err
	}
	t, err := o.target.target(&in)
	if err != nil {
		return revokedEntry{}, err
	}
	var published *discovery.Document
	if o.discovery != "" {
		if published, err = in.document(o.discovery); err != nil {
			return revokedEntry{}, err
		}
	}
	e := t.entries[0]
	out := revokedEntry{Kind: e.Kind, ID: e.ID, Revoked: true}
	err = rewrite(ctx, app, path, revocation.Max, revocation.Parse, func(d *revocation.Document) (any, error) {
		if err := t.fits(path, d); err != nil {
			return nil, cli.Wrap(cli.CodeConflict, err).WithHint("a verifier asks %s, and nobody else, what %s has revoked", t.domain, t.domain)
		}
		if published != nil && published.Entity != d.Entity {
			return nil, cli.Wrap(cli.CodeConflict, fmt.Errorf("%s is about %s, and %s about %s", o.discovery, published.Entity, path, d.Entity))
		}
		added, err := d.Add(e.Kind, e.ID, o.reason.value, now)
		if err != nil {
			return nil, cli.Usagef("%v", err)
		}
		there, _ := d.Find(e.Kind, e.ID)
		out.RevokedAt, out.Reason, out.Added = there.RevokedAt, there.Reason, &added
		if !added {
			return nil, nil
		}
		return d, nil
	})
	if err == nil && published != nil {
		out.Known = o.known(app, published, e)
	}
	return out, err
}

// known says whether a document has the key or the agent that was revoked; nil
// for a credential, which no document has.
func (o *revokeOptions) known(app *cli.App, d *discovery.Document, e revocation.Entry) *bool {
	var there []string
	switch e.Kind {
	case revocation.Key:
		for _, k := range d.Keys {
			there = append(there, k.Kid)
		}
	case revocation.Agent:
		for _, a := range d.Agents {
			there = append(there, a.ID)
		}
	case revocation.Credential:
		return nil
	}
	if slices.Contains(there, e.ID) {
		return new(true)
	}
	meant := ""
	if near := cli.Nearest(e.ID, there); near != "" {
		meant = "; did you mean " + near + "?"
	}
	app.Notice("warning: %s has no %s %s%s", o.discovery, map[revocation.Kind]string{revocation.Key: "key", revocation.Agent: "agent"}[e.Kind], e.ID, meant)
	return new(false)
}
