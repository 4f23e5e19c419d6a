package config

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func newUnset(app *cli.App) *cobra.Command {
	var project bool
	c := cli.Exits(&cobra.Command{
		Use:               "unset KEY",
		Short:             "Remove a setting from the user's file, or from the project file",
		Long:              "Remove a setting from ~/.symbiont.yaml or, with --project, from the project\nfile. With --profile NAME it is removed from that profile. A setting that is not\nthere is no error.",
		Example:           "  symbi-ctl config unset output",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeKeyOnly,
		RunE: func(c *cobra.Command, args []string) error {
			key, err := lookup(args[0])
			if err != nil {
				return err
			}
			file, err := target(app, project)
			if err != nil {
				return err
			}
			change, err := file.Unset(c.Context(), app.Global.Profile, key.Name)
			if errors.Is(err, config.ErrProfileNotFound) {
				return profileError(err)
			}
			if err != nil {
				return err
			}
			return show(app, changedView(changed{Key: key.Name, Profile: app.Global.Profile, File: change.File, Changed: change.Changed}))
		},
	}, cli.NotFound)
	c.Flags().BoolVar(&project, "project", false, "change the project file instead of the user's")
	return c
}
