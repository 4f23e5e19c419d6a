// Package agentpin is the noun `symbi-ctl agentpin`: issue and verify the
// credentials of agents, and keep the keys, documents, bundles and pins that
// this takes. Nothing here needs a server or settings.
package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "agentpin",
		Short: "Issue and verify the credentials of agents",
		Long: `AgentPin ties an agent to a domain: the domain publishes its keys and agents in a
document, and signs short-lived credentials that say what an agent may do.
A passphrase comes from --passphrase-file, from SYMBI_AGENTPIN_PASSWORD, or is
asked for on a terminal; never from the command line.`,
		Example: "  symbi-ctl agentpin verify --discovery site.json agent.jwt",
	},
		newKeygen(app), newKid(app), newConvert(app),
		newIssue(app), newRenew(app), newInspect(app), newVerify(app),
		newDelegation(app), newDiscovery(app), newRevocation(app), newBundle(app), newPins(app),
		newRotate(app), newChallenge(app), newDNS(app), newCard(app), newAudit(app),
	)
}
