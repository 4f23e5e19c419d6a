package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func newChallenge(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "challenge",
		Short:   "Prove that both sides hold their keys",
		Example: "  symbi-ctl agentpin challenge new --out challenge.json",
	}, newChallengeNew(app), newRespond(app), newChallengeVerify(app))
}
