package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

func newPinsList(app *cli.App) *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the pinned keys",
		Example: "  symbi-ctl agentpin pins list --pin-store pins.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			store, err := pins.Open(app.Path(path)).Load()
			if err != nil {
				return pinError(err)
			}
			return app.Print(pinView(pinRows(store.Domains())))
		},
	}
	pinStoreFlag(c, &path)
	return c
}
