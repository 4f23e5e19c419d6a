// Package explain is the command `symbi-ctl explain`: what an error code means.
package explain

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
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

// all returns the codes of errors, and those of refused credentials, challenges
// and journals, which are an answer and no error.
func all() []cli.CodeDoc {
	docs := cli.Catalogue()
	for _, d := range agentpin.Codes() {
		docs = append(docs, cli.CodeDoc{Code: cli.Code(d.Code), Status: cli.No, Meaning: d.Meaning, Todo: d.Todo})
	}
	for _, d := range challenge.Reasons() {
		docs = append(docs, cli.CodeDoc{Code: cli.Code(d.Reason), Status: cli.No, Meaning: d.Meaning, Todo: d.Todo})
	}
	for _, d := range journal.Codes() {
		docs = append(docs, cli.CodeDoc{Code: cli.Code(d.Code), Status: cli.No, Meaning: d.Meaning, Todo: d.Todo})
	}
	return docs
}

func codes() []string {
	var names []string
	for _, d := range all() {
		names = append(names, string(d.Code))
	}
	return names
}

func list() output.View {
	return output.List[cli.CodeDoc]{
		Rows: all(),
		Columns: []output.Column[cli.CodeDoc]{
			{Header: "CODE", Cell: func(d cli.CodeDoc) string { return string(d.Code) }},
			{Header: "STATUS", Cell: func(d cli.CodeDoc) string { return d.Status.String() }},
			{Header: "MEANING", Wide: true, Cell: func(d cli.CodeDoc) string { return d.Meaning }},
			{Header: "WHAT TO DO", Wide: true, Cell: func(d cli.CodeDoc) string { return d.Todo }},
		},
	}
}

func one(app *cli.App, name string) error {
	for _, d := range all() {
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
