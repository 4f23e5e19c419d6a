package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func newCard(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "card",
		Short:   "Sign and verify A2A AgentCards",
		Example: "  symbi-ctl agentpin card verify card.json --discovery site.json",
	}, newCardBuild(app), newCardVerify(app))
}
