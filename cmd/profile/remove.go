package profile

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func newRemove(app *cli.App) *cobra.Command {
	var yes bool
	c := cli.Exits(&cobra.Command{
		Use:               "remove NAME",
		Short:             "Remove a profile from the user's file",
		Long:              "Remove a profile with all its settings from ~/.symbiont.yaml. The current\nprofile is not removed.",
		Example:           "  symbi-ctl profile remove staging --yes",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeName(app),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := config.UserFile(app.LoadOptions())
			if err != nil {
				return explainError(app, args[0], err)
			}
			if err := app.Confirm(yes, fmt.Sprintf("remove the profile %s from %s?", args[0], file.Path())); err != nil {
				return err
			}
			change, err := file.RemoveProfile(c.Context(), args[0])
			if err != nil {
				return explainError(app, args[0], err)
			}
			return app.Print(changedView(args[0], change))
		},
	}, cli.NotFound, cli.Conflict)
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}
