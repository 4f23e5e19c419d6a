package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
)

func newChallengeNew(app *cli.App) *cobra.Command {
	var (
		credential string
		at         atFlag
		out        outFlags
	)
	c := &cobra.Command{
		Use:   "new",
		Short: "Make a challenge",
		Long: `Make a challenge for the other side to sign. It is good for 60 seconds. With
--credential it says who asks.`,
		Example: "  symbi-ctl agentpin challenge new --out challenge.json",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			now, err := at.time(app)
			if err != nil {
				return err
			}
			token := ""
			if credential != "" {
				in := inputs{app: app}
				if token, err = in.token(credential); err != nil {
					return err
				}
			}
			made, err := challenge.New(now, token)
			if err != nil {
				return err
			}
			return out.emit(app, made)
		},
	}
	c.Flags().StringVar(&credential, "credential", "", "`file` with your credential")
	at.add(c.Flags())
	out.add(c.Flags())
	return cli.Exits(c, cli.Conflict)
}
