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
		Long: `AgentPin ties an agent to a domain: the domain publishes its keys and agents in
a document, and signs short-lived credentials that say what an agent may do.

A domain makes a key (keygen), publishes it with its agents (discovery build,
dns record), signs credentials (issue, renew), takes them back (revocation add)
and replaces its key in time (rotate). A verifier checks credentials (verify)
with the documents as files, packed in a trust bundle (bundle), or from the
domains (--online), and remembers which key a domain has (--pin-store, pins).

A passphrase comes from --passphrase-file, from the keyring of the session by
--passphrase-keyring, from SYMBI_AGENTPIN_PASSWORD, or is asked for on a
terminal; never from the command line. A file that is changed in place has a
lock beside it, FILE.lock, which is empty and may stay.`,
		Example: "  symbi-ctl agentpin verify --discovery site.json agent.jwt",
	},
		newKeygen(app), newKid(app), newConvert(app),
		newIssue(app), newRenew(app), newInspect(app), newVerify(app),
		newDelegation(app), newDiscovery(app), newRevocation(app), newBundle(app), newPins(app),
		newRotate(app), newChallenge(app), newDNS(app), newCard(app), newAudit(app),
	)
}
