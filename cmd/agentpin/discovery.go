package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func newDiscovery(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "discovery",
		Short:   "Build, check and fetch discovery documents",
		Example: "  symbi-ctl agentpin discovery validate site.json",
	}, newBuild(app), newValidate(app), newFetch(app))
}
