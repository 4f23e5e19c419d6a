package agentpin

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func newRevocationAdd(app *cli.App) *cobra.Command {
	var (
		target targetFlags
		reason *choice
		at     atFlag
	)
	c := &cobra.Command{
		Use:   "add FILE",
		Short: "Revoke a credential, an agent or a key",
		Long: `Add one entry to a revocation document, in its file and in one step. The reasons:
key_compromise, affiliation_changed, superseded, cessation_of_operation,
privilege_withdrawn, policy_violation. What is revoked stays revoked.`,
		Example: `  symbi-ctl agentpin revocation add revoked.json --token agent.jwt --reason privilege_withdrawn
  symbi-ctl agentpin revocation add revoked.json --kid example-2026-01 --reason key_compromise`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := inputs{app: app}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			targets, err := target.targets(&in)
			if err != nil {
				return err
			}
			entry, err := revoke(c, app, args[0], targets[0], reason.value, now)
			if err != nil {
				return err
			}
			return app.Print(revokedView(entry))
		},
	}
	target.add(c, c.Flags())
	reason = addChoice(c, "reason", "", "why, as one `word` of the specification", revocation.Reasons()...)
	_ = c.MarkFlagRequired("reason") // it was just defined
	at.add(c.Flags())
	return c
}

func revoke(c *cobra.Command, app *cli.App, path string, target revocation.Entry, reason string, now time.Time) (revokedEntry, error) {
	out := revokedEntry{Kind: target.Kind, ID: target.ID, Revoked: true}
	err := rewrite(c.Context(), app, path, revocation.Max, revocation.Parse, func(d *revocation.Document) (any, error) {
		added, err := d.Add(target.Kind, target.ID, reason, now)
		if err != nil {
			return nil, cli.Usagef("%v", err)
		}
		e, _ := d.Find(target.Kind, target.ID)
		out.RevokedAt, out.Reason, out.Added = e.RevokedAt, e.Reason, &added
		if !added {
			return nil, nil
		}
		return d, nil
	})
	return out, err
}
