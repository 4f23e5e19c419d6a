package agentpin

import (
	"errors"
	"io/fs"
	"os"

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
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			store, err := pins.Open(app.Path(path)).Load()
			if err != nil {
				return pinError(err)
			}
			if _, err := os.Stat(app.Path(path)); errors.Is(err, fs.ErrNotExist) {
				app.Notice("there is no %s yet; it is made when the first key is pinned", path)
			}
			return app.Print(pinView(pinRows(store.Domains())))
		},
	}
	pinStoreFlag(c, &path)
	return c
}
