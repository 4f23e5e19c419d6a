package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func newRevocationCreate(app *cli.App) *cobra.Command {
	var (
		entity string
		at     atFlag
		out    outFlags
	)
	c := &cobra.Command{
		Use:   "create",
		Short: "Make a document that revokes nothing yet",
		Long: `Make the document that a domain publishes at
https://DOMAIN/.well-known/agent-identity-revocations.json.`,
		Example: "  symbi-ctl agentpin revocation create --entity example.com --out revoked.json",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := discovery.CheckDomain(entity); err != nil {
				return cli.Usagef("--entity: %v", err)
			}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			return out.emit(app, revocation.New(entity, now))
		},
	}
	c.Flags().StringVar(&entity, "entity", "", "`domain` that publishes the document")
	_ = c.MarkFlagRequired("entity") // it was just defined
	at.add(c.Flags())
	out.add(c.Flags())
	return cli.Exits(c, cli.Conflict)
}
