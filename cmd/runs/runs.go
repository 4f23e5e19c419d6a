// Package runs is the noun `symbi-ctl runs`: what a run of an agent did, as its
// signed journal tells it.
package runs

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "runs",
		Short: "Check what runs of agents did",
		Long: `Since 1.21 a runtime writes down what a run does in a signed journal. Whoever
starts a run is told the key of the journal: keep it, for only then nobody who
can write to the runtime's disk can tell the run differently.`,
		Example: "  symbi-ctl runs verify run.jsonl --public-key-file run.pub",
	},
		newInspect(app), newVerify(app),
	)
}
