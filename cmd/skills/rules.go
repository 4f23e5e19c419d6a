package skills

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

func newRules(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "rules",
		Short:   "List, explain and test the rules of the scanner",
		Example: "  symbi-ctl skills rules list",
	}, newRulesList(app), newRulesExplain(app), newRulesTest(app))
}

// ruleInfo is a rule as it is shown.
type ruleInfo struct {
	ID         string           `json:"id"`
	Severity   rules.Severity   `json:"severity"`
	Confidence rules.Confidence `json:"confidence"`
	Category   rules.Category   `json:"category"`
	Title      string           `json:"title"`
	Why        string           `json:"why"`
	Fix        string           `json:"fix"`
	Refs       []string         `json:"refs"`
	Looks      string           `json:"looks_at"`
	Pattern    string           `json:"pattern,omitempty"`
	Trial      bool             `json:"trial"`
	Hits       []string         `json:"hits"`
	Misses     []string         `json:"misses"`
}

func describe(r *rules.Rule) ruleInfo {
	i := ruleInfo{
		ID: r.ID, Severity: r.Severity, Confidence: r.Confidence, Category: r.Category, Title: r.Title, Why: r.Why, Fix: r.Fix,
		Refs: append([]string{}, r.Refs...), Looks: r.In.String(), Pattern: r.Pattern, Trial: r.Trial, Hits: samples(r.Hits), Misses: samples(r.Misses),
	}
	if r.Fact != nil {
		i.Looks = "files"
	}
	if r.Conceals != nil {
		i.Looks = "hidden characters"
	}
	return i
}

func samples(list []rules.Sample) []string {
	out := []string{}
	for _, s := range list {
		text := s.Text
		if s.Link != "" {
			text = "-> " + s.Link
		}
		if s.Path != "" {
			text = s.Path + ": " + text
		}
		out = append(out, text)
	}
	return out
}

func ruleSet(name string) (*rules.Set, error) {
	switch name {
	case "symbi":
		return rules.Symbi(), nil
	case "sdk-1.11":
		return upstreamRules(name, "1.11", upstream.SDK()), nil
	case "runtime":
		return upstreamRules(name, "3.0", upstream.Runtime()), nil
	}
	return nil, unknownRuleSet(name)
}

func newRulesList(app *cli.App) *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the rules of a rule set",
		Example: "  symbi-ctl skills rules list\n  symbi-ctl skills rules list --ruleset sdk-1.11 -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := ruleSet(name)
			if err != nil {
				return err
			}
			var rows []ruleInfo
			for _, r := range set.Rules {
				rows = append(rows, describe(r))
			}
			return app.Print(output.List[ruleInfo]{
				Rows: rows, Summary: count(len(rows), "rule") + " in " + set.Name + " " + set.Version,
				Columns: []output.Column[ruleInfo]{
					{Header: "RULE", Cell: func(r ruleInfo) string { return r.ID }},
					{Header: "SEVERITY", Cell: func(r ruleInfo) string { return r.Severity.String() }, Style: func(r ruleInfo) output.Style { return severityStyle(r.Severity) }},
					{Header: "CATEGORY", Cell: func(r ruleInfo) string { return string(r.Category) }},
					{Header: "TITLE", Cell: func(r ruleInfo) string { return r.Title }},
					{Header: "CONFIDENCE", Wide: true, Cell: func(r ruleInfo) string { return r.Confidence.String() }},
					{Header: "REFERENCES", Wide: true, Cell: func(r ruleInfo) string { return strings.Join(r.Refs, " ") }},
				},
			})
		},
	}
	c.Flags().StringVar(&name, "ruleset", "symbi", "rule `set`: symbi, sdk-1.11 or runtime")
	return c
}

func newRulesExplain(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:     "explain RULE",
		Short:   "Explain a rule: what it finds, why, and what to do",
		Example: "  symbi-ctl skills rules explain pipe-to-shell",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return ruleIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			r := rules.Symbi().Rule(args[0])
			if r == nil {
				return unknownRule(args[0])
			}
			i := describe(r)
			fields := []output.Field{
				{Name: "Rule", Value: i.ID},
				{Name: "Title", Value: i.Title},
				{Name: "Severity", Value: i.Severity.String(), Style: severityStyle(i.Severity)},
				{Name: "Confidence", Value: i.Confidence.String()},
				{Name: "Category", Value: string(i.Category)},
				{Name: "Looks at", Value: i.Looks},
				{Name: "Why", Value: i.Why},
				{Name: "What to do", Value: i.Fix},
				{Name: "References", Value: strings.Join(i.Refs, " ")},
			}
			fields = append(fields, lines("Finds", i.Hits)...)
			fields = append(fields, lines("Passes over", i.Misses)...)
			return app.Print(output.Record{Value: i, Fields: fields})
		},
	}, cli.NotFound)
}

// lines shows several values below one name.
func lines(name string, values []string) []output.Field {
	var out []output.Field
	for _, v := range values {
		out = append(out, output.Field{Name: name, Value: v})
		name = ""
	}
	return out
}

func ruleIDs() []string {
	var ids []string
	for _, r := range rules.Symbi().Rules {
		ids = append(ids, r.ID)
	}
	return ids
}

func unknownRule(id string) error {
	e := &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "no rule " + id, Next: []string{"symbi-ctl skills rules list"}}
	if near := cli.Nearest(id, ruleIDs()); near != "" {
		return e.WithHint("did you mean %s?", near)
	}
	return e
}

// sampleResult says how one sample of a rule fared.
type sampleResult struct {
	Rule   string `json:"rule"`
	Want   string `json:"want"` // "hit" or "miss"
	Sample string `json:"sample"`
	Passed bool   `json:"passed"`
}

func newRulesTest(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:   "test [FILE…]",
		Short: "Run the samples that rules bring along",
		Long: `Run the hits and misses of the rules in FILE, or of the default set when no FILE
is given. A rule without samples is an error: it has never been seen to work.`,
		Example: "  symbi-ctl skills rules test",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			list, err := rulesToTest(app, args)
			if err != nil {
				return err
			}
			results, err := skills.TestRules(c.Context(), list)
			if err != nil {
				return err
			}
			return printSamples(app, results)
		},
	}, cli.No)
}

func rulesToTest(app *cli.App, files []string) ([]*rules.Rule, error) {
	set := rules.Symbi()
	if len(files) == 0 {
		return set.Rules, nil
	}
	own := len(set.Rules)
	for _, file := range files {
		list, err := loadRules(app, file)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			set.Add(r)
		}
	}
	return set.Rules[own:], nil
}

func printSamples(app *cli.App, results []skills.SampleResult) error {
	var failed []sampleResult
	var all []sampleResult
	for _, r := range results {
		row := sampleResult{Rule: r.Rule, Want: "miss", Sample: samples([]rules.Sample{r.Sample})[0], Passed: r.Passed}
		if r.Hit {
			row.Want = "hit"
		}
		all = append(all, row)
		if !r.Passed {
			failed = append(failed, row)
		}
	}
	err := app.Print(output.List[sampleResult]{
		Rows: failed, Envelope: all, Summary: count(len(all), "sample") + ", " + count(len(failed), "failure"), Empty: "Every sample is judged as its rule says.",
		Columns: []output.Column[sampleResult]{
			{Header: "RULE", Cell: func(r sampleResult) string { return r.Rule }},
			{Header: "WANTED", Cell: func(r sampleResult) string { return r.Want }},
			{Header: "SAMPLE", Cell: func(r sampleResult) string { return r.Sample }},
		},
	})
	if err == nil && len(failed) > 0 {
		return cli.ErrNo
	}
	return err
}

// loadRules reads an operator's rule file.
func loadRules(app *cli.App, file string) ([]rules.Rule, error) {
	in, err := os.Open(app.Path(file))
	if err != nil {
		return nil, cli.Wrap(cli.CodeRules, err)
	}
	defer in.Close()
	list, err := rules.Load(in, file)
	if err != nil {
		return nil, cli.Wrap(cli.CodeRules, err)
	}
	return list, nil
}
