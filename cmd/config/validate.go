package config

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

const maxInput = 2 << 20 // more than a settings file may have

func newValidate(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:   "validate [FILE]",
		Short: "Check the settings and report every fault",
		Long: `Check a settings file, - is stdin, or without FILE all that the settings come
from: files, environment and flags. Every fault is reported at once with file
and line. Status 3 means that there are faults, 1 that a file could not be read.`,
		Example: "  symbi-ctl config validate",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			report, err := validate(app, args)
			if err != nil {
				return err
			}
			for _, warning := range report.Warnings {
				app.Notice("%s", warning)
			}
			if err := show(app, problemsView(report)); err != nil {
				return err
			}
			if len(report.Problems) > 0 {
				return cli.ErrNo
			}
			return nil
		},
	}, cli.No)
}

func validate(app *cli.App, args []string) (config.Report, error) {
	switch {
	case len(args) == 0:
		return config.Check(app.LoadOptions())
	case args[0] != "-":
		return config.CheckFile(app.LoadOptions(), args[0])
	}
	data, err := io.ReadAll(io.LimitReader(app.In, maxInput))
	if err != nil {
		return config.Report{}, fmt.Errorf("read settings from stdin: %w", err)
	}
	return config.Report{Problems: config.CheckBytes("stdin", data)}, nil
}

// problem is one fault as a row.
type problem struct {
	Source  config.Source `json:"source"`
	Key     string        `json:"key"`
	Message string        `json:"message"`
	Hint    string        `json:"hint,omitempty"`
}

func problemsView(report config.Report) output.View {
	rows := make([]problem, 0, len(report.Problems))
	for _, p := range report.Problems {
		rows = append(rows, problem{Source: p.Source, Key: p.Key, Message: p.Message, Hint: p.Hint})
	}
	return output.List[problem]{
		Rows:  rows,
		Empty: "The settings are valid.",
		Columns: []output.Column[problem]{
			{Header: "WHERE", Cell: func(p problem) string { return p.Source.String() }},
			{Header: "KEY", Cell: func(p problem) string { return p.Key }},
			{Header: "PROBLEM", Cell: func(p problem) string { return p.Message }},
			{Header: "HINT", Cell: func(p problem) string { return p.Hint }},
		},
	}
}
