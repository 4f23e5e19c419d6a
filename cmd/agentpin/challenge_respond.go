package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
)

func newRespond(app *cli.App) *cobra.Command {
	var (
		key      keyFlags
		document string
		at       atFlag
		out      outFlags
	)
	c := &cobra.Command{
		Use:   "respond FILE|-",
		Short: "Answer a challenge with your key",
		Long: `Sign the nonce of a challenge. What is no fresh challenge is not signed
(status 3): whoever signs any text lends his key. The response names the key as
the other side finds it in your document: give that with --discovery.`,
		Example: "  symbi-ctl agentpin challenge respond challenge.json --key example-2026-01.private.pem --discovery site.json --out response.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			asked, err := load(&in, args[0], challenge.Max, challenge.Parse)
			if err != nil {
				return err
			}
			published, err := in.publisher(document)
			if err != nil {
				return err
			}
			private, kid, err := key.signer(&in, published)
			if err != nil {
				return err
			}
			if err := key.checkPublished(published, &private.PublicKey); err != nil {
				return err
			}
			if v := asked.Check(now); v.Reason != "" {
				if err := app.Print(challengeView(v)); err != nil {
					return err
				}
				return cli.ErrNo // printed already
			}
			answer, err := challenge.Respond(private, kid, asked, now)
			if err != nil {
				return err
			}
			return out.emit(app, answer)
		},
	}
	key.add(c)
	c.Flags().StringVar(&document, "discovery", "", "`file` with your document, which names the key")
	at.add(c.Flags())
	out.add(c.Flags())
	return cli.Exits(c, cli.No, cli.NotFound, cli.Conflict)
}
