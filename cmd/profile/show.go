package profile

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newShow(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:               "show [NAME]",
		Short:             "Show what a profile sets",
		Long:              "Show what a profile sets, by default the current one. Settings that the profile\nleaves alone are not shown: see symbi-ctl config list --profile NAME.",
		Example:           "  symbi-ctl profile show prod",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeName(app),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := app.Settings()
			if err != nil {
				return err
			}
			name := s.Config.Profile
			if len(args) == 1 {
				name = args[0]
			}
			if name == "" {
				return &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "no profile is selected", Next: []string{"symbi-ctl profile list", "symbi-ctl profile use NAME"}}
			}
			for _, p := range s.Profiles() {
				if p.Name == name {
					return app.Print(showView(p))
				}
			}
			return explainError(app, name, fmt.Errorf("show profile %s: %w", name, config.ErrProfileNotFound))
		},
	}, cli.NotFound)
}

func showView(p config.Profile) output.View {
	return output.List[config.Setting]{
		Rows:     p.Values,
		Envelope: p,
		Empty:    "The profile " + p.Name + " sets nothing.",
		Columns: []output.Column[config.Setting]{
			{Header: "KEY", Cell: func(v config.Setting) string { return v.Key }},
			{Header: "VALUE", Cell: func(v config.Setting) string { return v.Value }},
			{Header: "SOURCE", Cell: func(v config.Setting) string { return v.Source.String() }},
		},
	}
}
