package config

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newExplain(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:               "explain KEY",
		Short:             "Explain where the value of a setting comes from",
		Long:              "Explain the value of a setting: where it comes from, the values it won against\nin the order of their precedence, what the setting means and what it accepts.",
		Example:           "  symbi-ctl config explain base_url",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeKeyOnly,
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := lookup(args[0])
			if err != nil {
				return err
			}
			s, err := app.Settings()
			if err != nil {
				return err
			}
			e, err := s.Explain(key.Name)
			if err != nil {
				return err
			}
			return app.Print(explainView(explained{Explanation: e, Doc: key.Doc, Wants: key.Wants, Env: key.Env}))
		},
	}
}

// explained is an explanation with what is known of the key.
type explained struct {
	config.Explanation
	Doc   string   `json:"doc"`
	Wants string   `json:"wants"`
	Env   []string `json:"env"`
}

func explainView(e explained) output.View {
	value := e.Value
	if value == "" {
		value = "(none)"
	}
	fields := []output.Field{{Name: "Key", Value: e.Key}, {Name: "Value", Value: value}, {Name: "Source", Value: e.Source.String()}}
	if e.Note != "" {
		fields = append(fields, output.Field{Name: "Note", Value: e.Note, Style: output.Warn})
	}
	for _, loser := range e.Losers {
		fields = append(fields, output.Field{Name: "Won against", Value: loser.Value + " from " + loser.Source.String(), Style: output.Faint})
	}
	fields = append(fields, output.Field{Name: "Meaning", Value: e.Doc}, output.Field{Name: "Wants", Value: e.Wants})
	if len(e.Env) > 0 {
		fields = append(fields, output.Field{Name: "Variables", Value: strings.Join(e.Env, ", ")})
	}
	return output.Record{Value: e, Fields: fields}
}
