package config

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newGet(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:               "get KEY",
		Short:             "Print the value of a setting",
		Long:              "Print the value of a setting and nothing else, for scripts. A secret prints as\n[set]. A setting without a value is status 5.",
		Example:           "  symbi-ctl config get base_url",
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
			if e.Value == "" {
				return &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: e.Key + " has no value", Next: []string{"symbi-ctl config explain " + e.Key}}
			}
			return app.Print(valueView(e))
		},
	}, cli.NotFound)
}

func valueView(e config.Explanation) output.View {
	plain := func(w io.Writer) error {
		_, err := io.WriteString(w, output.SanitizeLine(e.Value)+"\n")
		return err
	}
	return output.List[config.Explanation]{
		Rows:     []config.Explanation{e},
		Envelope: e,
		Name:     func(e config.Explanation) string { return e.Value },
		Columns:  []output.Column[config.Explanation]{{Header: "VALUE", Cell: func(e config.Explanation) string { return e.Value }}},
		Extra:    map[string]func(io.Writer) error{"table": plain, "wide": plain},
	}
}
