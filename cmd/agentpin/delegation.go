package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func newDelegation(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "delegation",
		Short:   "Attest and verify that an agent acts for another domain",
		Example: "  symbi-ctl agentpin delegation verify chain.json --trust-bundle bundle.json --issuer example.com --agent urn:agentpin:example.com:scout --capability read:codebase",
	}, newAttest(app), newVerifyChain(app))
}
