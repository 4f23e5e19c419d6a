package config

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newPath(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "path",
		Short:   "List the files that settings are read from",
		Long:    "List the files that settings are read from, the strongest first, whether they\nexist or not.",
		Example: "  symbi-ctl config path",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			files, err := config.Files(app.LoadOptions())
			if err != nil {
				return err
			}
			return show(app, pathView(files))
		},
	}
}

func pathView(files []config.FileInfo) output.View {
	return output.List[config.FileInfo]{
		Rows:  files,
		Empty: "No settings files: there is no home folder.",
		Name:  func(f config.FileInfo) string { return f.Path },
		Columns: []output.Column[config.FileInfo]{
			{Header: "FILE", Cell: func(f config.FileInfo) string { return string(f.Role) }},
			{Header: "PATH", Cell: func(f config.FileInfo) string { return f.Path }},
			{Header: "EXISTS", Cell: func(f config.FileInfo) string {
				if f.Exists {
					return "yes"
				}
				return "no"
			}},
		},
	}
}
