// Package version is the command `symbi-ctl version`.
package version

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version of this program",
		Example: "  symbi-ctl version -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := cli.ReadBuild()
			return app.Print(output.Record{Value: b, Fields: []output.Field{
				{Name: "Version", Value: b.Version},
				{Name: "Commit", Value: b.Commit},
				{Name: "Date", Value: b.Date},
				{Name: "Go", Value: b.Go},
				{Name: "Platform", Value: b.Platform},
			}})
		},
	}
}
