package config

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newList(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List every setting with its value and where it comes from",
		Example: "  symbi-ctl config list\n  symbi-ctl config list -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := app.Settings()
			if err != nil {
				return err
			}
			return app.Print(listView(s.List()))
		},
	}
}

func listView(all []config.Explanation) output.View {
	return output.List[config.Explanation]{
		Rows: all,
		Columns: []output.Column[config.Explanation]{
			{Header: "KEY", Cell: func(e config.Explanation) string { return e.Key }},
			{Header: "VALUE", Cell: func(e config.Explanation) string { return e.Value }},
			{Header: "SOURCE", Cell: func(e config.Explanation) string { return e.Source.String() }},
			{Header: "MEANING", Wide: true, Cell: func(e config.Explanation) string { return meaning(e.Key) }},
		},
	}
}

func meaning(name string) string {
	key, err := config.LookupKey(name)
	if err != nil {
		return ""
	}
	return key.Doc
}
