package agentpin

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

func newAttest(app *cli.App) *cobra.Command {
	var (
		key          keyFlags
		document     string
		entry        delegation.Entry
		to           delegation.Agent
		capabilities []string
		role         *choice
		out          outFlags
	)
	c := &cobra.Command{
		Use:   "attest",
		Short: "Attest that an agent delegates to another",
		Long: `Sign that an agent of your domain delegates exactly these capabilities to an
agent of another domain, and print the attestation as a chain of one. Put the
chains of several domains into one array, the outermost first, and give it to
issue. The attestation names the key as others find it in your document: give
that with --discovery.`,
		Example: "  symbi-ctl agentpin delegation attest --key maker.private.pem --kid maker-2026-01 --domain maker.example --agent urn:agentpin:maker.example:engine --to-domain example.com --to-agent urn:agentpin:example.com:scout --capability read:codebase --out chain.json",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := errors.Join(checkDomain("--domain", entry.Domain), checkDomain("--to-domain", to.Domain)); err != nil {
				return err
			}
			in := inputs{app: app}
			published, err := in.publisher(document)
			if err != nil {
				return err
			}
			if published != nil && published.Entity != entry.Domain {
				return cli.Usagef("--discovery: %s is the document of %s, not of %s", document, published.Entity, entry.Domain)
			}
			private, kid, err := key.signer(&in, published)
			if err != nil {
				return err
			}
			if err := key.checkPublished(published, &private.PublicKey); err != nil {
				return err
			}
			entry.Kid, entry.Role = kid, role.value
			signed, err := delegation.Attest(private, entry, to, capabilities)
			if err != nil {
				return cli.Usagef("%v", err)
			}
			return out.emit(app, []delegation.Entry{signed})
		},
	}
	key.add(c)
	f := c.Flags()
	f.StringVar(&document, "discovery", "", "`file` with your document, which names the key")
	f.StringVar(&entry.Domain, "domain", "", "your `domain`")
	role = addChoice(c, "role", discovery.Maker, "`role` in which you delegate: maker or deployer", discovery.Maker, discovery.Deployer)
	f.StringVar(&entry.AgentID, "agent", "", "`id` of your agent")
	f.StringVar(&to.Domain, "to-domain", "", "`domain` that may act")
	f.StringVar(&to.AgentID, "to-agent", "", "`id` of its agent")
	f.StringSliceVar(&capabilities, "capability", nil, "what it may do, as `action:resource`; several by commas, or repeated")
	out.add(f)
	for _, name := range []string{"domain", "agent", "to-domain", "to-agent", "capability"} {
		_ = c.MarkFlagRequired(name) // it was just defined
	}
	return cli.Exits(c, cli.NotFound, cli.Conflict)
}
