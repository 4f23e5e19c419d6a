package agentpin

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

type validateOptions struct {
	entity string
	failOn *choice
	expiry span
	at     atFlag
}

func newValidate(app *cli.App) *cobra.Command {
	o := validateOptions{expiry: span(30 * 24 * time.Hour)}
	c := &cobra.Command{
		Use:   "validate FILE|-",
		Short: "Check a discovery document against the specification",
		Long: `List every problem of a document at once: what a verifier refuses and what the
specification forbids is an error, what somebody will stumble over a warning,
and what nobody knows an info. Status 3 when there is a problem of --fail-on or
above.`,
		Example: "  symbi-ctl agentpin discovery validate site.json --entity example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			levels := []string{string(discovery.Info), string(discovery.Warning), string(discovery.Error)}
			now, err := o.at.time(app)
			if err != nil {
				return err
			}
			in := inputs{app: app}
			text, err := in.read(args[0], discovery.Max+1)
			if err != nil {
				return err
			}
			found := discovery.Validate(text, discovery.Rules{Entity: o.entity, Now: now, Expiry: time.Duration(o.expiry)})
			if err := app.Print(problemsView(found)); err != nil {
				return err
			}
			if other := otherKind(args[0], text, (*discovery.Document)(nil)); other != "" {
				app.Notice("%s", other)
			}
			for _, p := range found {
				if slices.Index(levels, string(p.Level)) >= slices.Index(levels, o.failOn.value) {
					return cli.ErrNo // printed already
				}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.entity, "entity", "", "the `domain` that it has to be about")
	o.failOn = addChoice(c, "fail-on", string(discovery.Error), "lowest `level` that fails: error, warning or info", string(discovery.Error), string(discovery.Warning), string(discovery.Info))
	f.Var(&o.expiry, "expiry", "warn about keys that expire within this time")
	o.at.add(f)
	return cli.Exits(c, cli.No)
}

func problemsView(found []discovery.Problem) output.View {
	if found == nil {
		found = []discovery.Problem{}
	}
	styles := map[discovery.Level]output.Style{discovery.Error: output.Bad, discovery.Warning: output.Warn, discovery.Info: output.Faint}
	return output.List[discovery.Problem]{Rows: found, Empty: "No problems.", Columns: []output.Column[discovery.Problem]{
		{Header: "LEVEL", Cell: func(p discovery.Problem) string { return string(p.Level) }, Style: func(p discovery.Problem) output.Style { return styles[p.Level] }},
		{Header: "WHERE", Cell: func(p discovery.Problem) string { return p.Path }},
		{Header: "MESSAGE", Cell: func(p discovery.Problem) string { return p.Message }},
	}}
}
