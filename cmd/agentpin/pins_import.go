package agentpin

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

func newPinsImport(app *cli.App) *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Add the domains of another pin store",
		Long: `Add every domain that is not known yet from the store of a peer, in any of the
forms. A domain that is known keeps its keys; if the other store has different
ones, it is named and the status is 7.`,
		Example: "  symbi-ctl agentpin pins import agentpin_keys.json --pin-store pins.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			other, err := load(&inputs{app: app}, args[0], pins.Max, pins.Parse)
			if err != nil {
				return err
			}
			var done pins.Imported
			err = pins.Open(app.Path(path)).Edit(c.Context(), func(s *pins.Store) error {
				done = s.Import(other)
				return nil
			})
			if err != nil {
				return pinError(err)
			}
			if err := app.Print(importView(done)); err != nil {
				return err
			}
			if len(done.Refused) > 0 {
				e := cli.Wrap(cli.CodeConflict, fmt.Errorf("other keys are pinned for %q", done.Refused))
				return e.WithHint("find out which key is right, then use pins add or pins remove")
			}
			return nil
		},
	}
	pinStoreFlag(c, &path)
	return cli.Exits(c, cli.Conflict)
}

func importView(done pins.Imported) output.View {
	var f fields
	f.add("Added", fmt.Sprint(done.Added))
	f.add("Known", fmt.Sprint(done.Known))
	f.list("Refused", done.Refused)
	return output.Record{Value: done, Fields: f}
}
