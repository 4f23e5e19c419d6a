package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func newRevocationCheck(app *cli.App) *cobra.Command {
	var target targetFlags
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Say whether something is revoked",
		Long: `Look something up in a revocation document: not revoked is status 0, revoked is
status 3. A credential is looked up by its id, its agent and its key. That
another domain did not revoke it is no answer: its document is refused
(status 1).`,
		Example: "  symbi-ctl agentpin revocation check revoked.json --token agent.jwt",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			d, err := load(&in, args[0], revocation.Max, revocation.Parse)
			if err != nil {
				return err
			}
			t, err := target.target(&in)
			if err != nil {
				return err
			}
			if err := t.fits(args[0], d); err != nil {
				return cli.Wrap(cli.CodeLoad, err)
			}
			answer := lookup(d, t.entries)
			if err := app.Print(revokedView(answer)); err != nil {
				return err
			}
			if answer.Revoked {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	target.add(c, c.Flags())
	return cli.Exits(c, cli.No)
}
