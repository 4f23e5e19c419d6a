// Package explain is the command `symbi-ctl explain`: what an error code means.
package explain

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain an error code, or list them all",
		Example: `  symbi-ctl explain
  symbi-ctl explain SETTINGS_INVALID`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return codes(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return app.Print(list())
			}
			return one(app, args[0])
		},
	}, cli.NotFound)
}

func codes() []string {
	var names []string
	for _, d := range cli.Catalogue() {
		names = append(names, string(d.Code))
	}
	return names
}

func list() output.View {
	return output.List[cli.CodeDoc]{
		Rows: cli.Catalogue(),
		Columns: []output.Column[cli.CodeDoc]{
			{Header: "CODE", Cell: func(d cli.CodeDoc) string { return string(d.Code) }},
			{Header: "STATUS", Cell: func(d cli.CodeDoc) string { return d.Status.String() }},
			{Header: "MEANING", Wide: true, Cell: func(d cli.CodeDoc) string { return d.Meaning }},
			{Header: "WHAT TO DO", Wide: true, Cell: func(d cli.CodeDoc) string { return d.Todo }},
		},
	}
}

func one(app *cli.App, name string) error {
	for _, d := range cli.Catalogue() {
		if strings.EqualFold(string(d.Code), name) {
			return app.Print(output.Record{Value: d, Fields: []output.Field{
				{Name: "Code", Value: string(d.Code)},
				{Name: "Exit status", Value: d.Status.String()},
				{Name: "Meaning", Value: d.Meaning},
				{Name: "What to do", Value: d.Todo},
			}})
		}
	}
	e := &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "no error code " + name, Next: []string{"symbi-ctl explain"}}
	if near := cli.Nearest(name, codes()); near != "" {
		return e.WithHint("did you mean %s?", near)
	}
	return e
}
