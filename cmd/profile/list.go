package profile

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newList(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the profiles and mark the current one",
		Example: "  symbi-ctl profile list",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := app.Settings()
			if err != nil {
				return err
			}
			return app.Print(listView(s.Profiles()))
		},
	}
}

func listView(all []config.Profile) output.View {
	return output.List[config.Profile]{
		Rows:  all,
		Empty: "No profiles. Make one with: symbi-ctl profile add NAME",
		Columns: []output.Column[config.Profile]{
			{Header: "NAME", Cell: func(p config.Profile) string { return p.Name }},
			{Header: "CURRENT", Cell: func(p config.Profile) string {
				if p.Current {
					return "yes"
				}
				return ""
			}},
			{Header: "BASE URL", Cell: func(p config.Profile) string { return valueOf(p, "base_url") }},
			{Header: "DEFINED IN", Cell: func(p config.Profile) string {
				var places []string
				for _, source := range p.Sources {
					places = append(places, source.String())
				}
				return strings.Join(places, ", ")
			}},
		},
	}
}

func valueOf(p config.Profile, key string) string {
	for _, v := range p.Values {
		if v.Key == key {
			return v.Value
		}
	}
	return ""
}
