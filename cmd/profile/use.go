package profile

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func newUse(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:               "use NAME",
		Short:             "Make a profile the current one",
		Example:           "  symbi-ctl profile use prod",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeName(app),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := config.UserFile(app.LoadOptions())
			if err != nil {
				return explainError(app, args[0], err)
			}
			change, err := file.UseProfile(c.Context(), args[0])
			if err != nil {
				return explainError(app, args[0], err)
			}
			if err := app.Print(changedView(args[0], change)); err != nil {
				return err
			}
			sayWhatWins(app, args[0])
			return nil
		},
	}, cli.NotFound)
}

// sayWhatWins tells when the choice has no effect here.
func sayWhatWins(app *cli.App, name string) {
	s, err := app.Settings()
	if err != nil || s.Config.Profile == name {
		return
	}
	if e, err := s.Explain("profile"); err == nil {
		app.Notice("the current profile stays %s here: %s wins", s.Config.Profile, e.Source)
	}
}
