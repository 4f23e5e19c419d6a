// Package skills is the noun `symbi-ctl skills`: scan, list, show and lint what
// agents are given, and install the scan as a git hook.
package skills

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "skills",
		Aliases: []string{"skill"},
		Short:   "Scan, list and lint the skills that agents are given",
		Long: `A skill is a folder with a SKILL.md that an agent reads and obeys. These
commands look at skills without running anything in them, with no server and no
network.`,
		Example: "  symbi-ctl skills scan .",
	}, newScan(app), newList(app), newShow(app), newLint(app), newRules(app), newHook(app))
}
