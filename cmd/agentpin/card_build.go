package agentpin

import (
	"crypto/ecdsa"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/card"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

func newCardBuild(app *cli.App) *cobra.Command {
	var (
		key                 keyFlags
		document, agent, at string
		out                 outFlags
	)
	c := &cobra.Command{
		Use:   "build",
		Short: "Build the signed card of a declared agent",
		Long: `Build the AgentCard that an agent serves at /.well-known/agent-card.json from
its declaration, and sign it with the key of its domain.`,
		Example: "  symbi-ctl agentpin card build --discovery site.json --agent urn:agentpin:example.com:scout --url https://example.com/agent --key example-2026-01.private.pem --out card.json",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if u, err := url.Parse(at); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
				return cli.Usagef("--url: %q is not the address of a server", at).WithHint("want https://HOST/PATH")
			}
			in := inputs{app: app}
			d, err := in.document(document)
			if err != nil {
				return err
			}
			a := d.Agent(agent)
			if a == nil {
				return &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "the document does not declare the agent " + agent}
			}
			private, kid, err := key.signer(&in, d)
			if err != nil {
				return err
			}
			if err := key.checkPublished(d, &private.PublicKey); err != nil {
				return err
			}
			signed, err := card.New(at, *a).Sign(private, kid, discovery.URL(d.Entity))
			if err != nil {
				return err
			}
			return out.emit(app, signed)
		},
	}
	key.add(c)
	c.Flags().Lookup("kid").Usage = "`name` of the key; without it, that of --discovery"
	f := c.Flags()
	f.StringVar(&document, "discovery", "", "`file` with the document of the domain")
	f.StringVar(&agent, "agent", "", "`id` of the agent")
	f.StringVar(&at, "url", "", "`address` at which the agent is reached")
	out.add(f)
	for _, name := range []string{"discovery", "agent", "url"} {
		_ = c.MarkFlagRequired(name) // it was just defined
	}
	return cli.Exits(c, cli.NotFound, cli.Conflict)
}

// publishes reports whether a document holds the key.
func publishes(d *discovery.Document, key *ecdsa.PublicKey) bool {
	jwk, err := keys.NewJWK(key, "")
	return err == nil && slices.ContainsFunc(d.Keys, func(there keys.JWK) bool { return there.Thumbprint() == jwk.Thumbprint() })
}
