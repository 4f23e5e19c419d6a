package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func newDNS(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "dns",
		Short:   "Say in DNS which key a domain publishes",
		Example: "  symbi-ctl agentpin dns record site.json",
	}, newDNSRecord(app), newDNSCheck(app))
}
