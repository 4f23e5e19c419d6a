package skills

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/output/github"
	"github.com/symbi-ctl/symbi-ctl/internal/output/junit"
	"github.com/symbi-ctl/symbi-ctl/internal/output/sarif"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

func newLint(app *cli.App) *cobra.Command {
	failOn := spec.Error.String()
	c := &cobra.Command{
		Use:   "lint [PATH…]",
		Short: "Check skills against the Agent Skills specification",
		Long: `Check the skills below PATH, at any depth, against the Agent Skills
specification (agentskills.io). Without PATH the current folder is checked. A
file stands for the skill that holds it.

A problem is an error where the specification is broken, a warning where a
stricter agent or a reader will stumble, an info where a skill works but not
everywhere. Exit status 3 when there is a problem of --fail-on or above.

Formats beside the usual ones: sarif, github, junit.`,
		Example: `  symbi-ctl skills lint
  symbi-ctl skills lint skills --fail-on warning
  symbi-ctl skills lint -o sarif`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			level, err := spec.ParseLevel(failOn)
			if err != nil {
				return cli.Usagef("--fail-on: %v", err)
			}
			report, err := lintSkills(c.Context(), app, args)
			if err != nil {
				return err
			}
			report.failOn = level
			if err := app.Print(lintView(app, report)); err != nil {
				return err
			}
			if report.fails() {
				return cli.ErrNo
			}
			return nil
		},
	}
	c.Flags().StringVar(&failOn, "fail-on", failOn, "lowest `level` that fails: error, warning or info")
	values := []string{"error", "warning", "info"}
	// The flag was just defined, so this cannot fail.
	_ = c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	return cli.Formats(cli.Exits(c, cli.No, cli.NotFound), "sarif", "github", "junit")
}

// lintReport is the result of `skills lint`.
type lintReport struct {
	Skills   int            `json:"skills"`
	Errors   int            `json:"errors"`
	Warnings int            `json:"warnings"`
	Infos    int            `json:"infos"`
	Problems []spec.Problem `json:"problems"`

	ids    []string
	failOn spec.Level
}

func (r lintReport) fails() bool {
	return slices.ContainsFunc(r.Problems, func(p spec.Problem) bool { return p.Level >= r.failOn })
}

func (r lintReport) summary() string {
	return fmt.Sprintf("%s: %s, %s, %s", count(r.Skills, "skill"), count(r.Errors, "error"), count(r.Warnings, "warning"), count(r.Infos, "info"))
}

func lintSkills(ctx context.Context, app *cli.App, paths []string) (lintReport, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	r := lintReport{Problems: []spec.Problem{}}
	places, err := openPlaces(app, paths)
	if err != nil {
		return r, err
	}
	defer places.close()
	for _, p := range places {
		found, err := p.lint(ctx)
		if err != nil {
			return r, err
		}
		if len(found.Skills) == 0 {
			app.Notice("no skill in %s", p.shown)
		}
		for _, s := range found.Skills {
			r.ids = append(r.ids, p.display(s.ID))
		}
		r.Problems = append(r.Problems, p.problems(found.Problems)...)
	}
	r.count()
	return r, nil
}

func (p place) lint(ctx context.Context) (spec.Report, error) {
	if !p.only {
		return p.finder().LintTree(ctx, p.fsys)
	}
	found, err := p.find(ctx)
	r := spec.Report{Tree: found}
	for _, s := range found.Skills {
		r.Problems = append(r.Problems, spec.Lint(s, p.fsys)...)
	}
	return r, err
}

// count sorts what several paths gave, drops what they gave twice, and counts.
func (r *lintReport) count() {
	slices.Sort(r.ids)
	r.ids = slices.Compact(r.ids)
	r.Skills = len(r.ids)
	slices.SortStableFunc(r.Problems, func(a, b spec.Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Message, b.Message))
	})
	r.Problems = slices.Compact(r.Problems)
	for _, p := range r.Problems {
		switch p.Level {
		case spec.Error:
			r.Errors++
		case spec.Warning:
			r.Warnings++
		case spec.Info:
			r.Infos++
		}
	}
}

func lintView(app *cli.App, r lintReport) output.View {
	empty, summary := "No problems in "+count(r.Skills, "skill")+".", ""
	switch {
	case len(r.Problems) > 0:
		summary = r.summary()
	case r.Skills == 0:
		empty = "No skills found."
	}
	return output.List[spec.Problem]{
		Rows: r.Problems, Envelope: r, Empty: empty, Summary: summary,
		Name: spec.Problem.Where,
		Columns: []output.Column[spec.Problem]{
			{Header: "WHERE", Cell: spec.Problem.Where},
			{Header: "LEVEL", Cell: func(p spec.Problem) string { return p.Level.String() }, Style: func(p spec.Problem) output.Style { return levelStyle(p.Level) }},
			{Header: "CHECK", Cell: func(p spec.Problem) string { return p.ID }},
			{Header: "MESSAGE", Cell: func(p spec.Problem) string { return p.Message }},
			{Header: "FIX", Wide: true, Cell: func(p spec.Problem) string { return p.Fix }},
		},
		Extra: map[string]func(io.Writer) error{
			"sarif":  func(w io.Writer) error { return r.writeSARIF(w, app) },
			"github": r.writeAnnotations,
			"junit":  r.writeJUnit,
		},
	}
}

// writeSARIF writes the problems, as many as GitHub takes; the rules are the
// checks.
func (r lintReport) writeSARIF(w io.Writer, app *cli.App) error {
	checks := spec.Checks()
	index := make(map[string]int, len(checks))
	descriptors := make([]sarif.ReportingDescriptor, len(checks))
	for i, c := range checks {
		index[c.ID] = i
		descriptors[i] = sarif.ReportingDescriptor{
			ID: c.ID, Name: c.ID, ShortDescription: &sarif.Message{Text: c.Title}, FullDescription: &sarif.Message{Text: c.Why},
			Help:                 &sarif.Message{Text: c.Why + "\n\n" + c.Fix},
			DefaultConfiguration: &sarif.Configuration{Level: lintLevel(c.Level)},
			Properties:           &sarif.RuleProperties{Tags: []string{"specification"}, Precision: "very-high"},
		}
	}
	run := sarif.Run{
		Tool:              sarif.Tool{Driver: sarif.Driver{Name: "symbi-ctl", SemanticVersion: cli.ReadBuild().Semantic(), InformationURI: homepage, Rules: descriptors}},
		AutomationDetails: &sarif.AutomationDetails{ID: "symbi-ctl/skills-lint/"},
		Invocations:       []sarif.Invocation{{ExecutionSuccessful: true}},
	}
	problems := r.Problems
	if n := len(problems); n > sarif.MaxResults {
		problems = slices.SortedStableFunc(slices.Values(problems), func(a, b spec.Problem) int { return cmp.Compare(b.Level, a.Level) })
		problems = problems[:sarif.MaxResults]
		run.Invocations[0].ToolExecutionNotifications = []sarif.Notification{{
			Level: sarif.Warning, Message: sarif.Message{Text: fmt.Sprintf("%d problems; the %d most severe are listed", n, sarif.MaxResults)},
		}}
	}
	return sarif.Write(w, run, func(yield func(sarif.Result) bool) {
		for _, p := range problems {
			result := sarif.Result{
				RuleID: p.ID, RuleIndex: index[p.ID], Level: lintLevel(p.Level), Message: sarif.Message{Text: p.Message},
				Locations: []sarif.Location{{PhysicalLocation: sarif.PhysicalLocation{
					ArtifactLocation: sarif.ArtifactLocation{URI: repositoryURI(app, p.Path), URIBaseID: sarif.RepositoryRoot},
					Region:           &sarif.Region{StartLine: max(p.Line, 1), StartColumn: p.Column},
				}}},
			}
			if !yield(result) {
				return
			}
		}
	})
}

func lintLevel(l spec.Level) sarif.Level {
	switch l {
	case spec.Error:
		return sarif.Error
	case spec.Warning:
		return sarif.Warning
	case spec.Info:
	}
	return sarif.Note
}

func (r lintReport) writeAnnotations(w io.Writer) error {
	levels := map[spec.Level]github.Level{spec.Error: github.Error, spec.Warning: github.Warning, spec.Info: github.Notice}
	all := make([]github.Annotation, len(r.Problems))
	for i, p := range r.Problems {
		all[i] = github.Annotation{
			Level: levels[p.Level], File: p.Path, Line: p.Line, Column: p.Column, Title: p.ID, Message: p.Message + "\n" + p.Fix,
		}
	}
	return github.Write(w, all...)
}

// writeJUnit makes every skill a suite and every problem a case, which has
// failed when the command does for it.
func (r lintReport) writeJUnit(w io.Writer) error {
	cases := map[string][]junit.Case{}
	names := slices.Clone(r.ids)
	for _, p := range r.Problems {
		name := cmp.Or(p.Skill, "outside skills")
		c := junit.Case{Name: p.ID + " " + p.Where(), ClassName: name, File: p.Path, Line: p.Line}
		if p.Level >= r.failOn {
			c.Failure = &junit.Problem{Message: p.Message, Type: p.Level.String(), Text: p.Fix}
		} else {
			c.Output = p.Level.String() + ": " + p.Message
		}
		cases[name] = append(cases[name], c)
		if p.Skill == "" && len(cases[name]) == 1 {
			names = append(names, name)
		}
	}
	suites := make([]junit.Suite, len(names))
	for i, name := range names {
		suites[i] = junit.Suite{Name: name, Cases: cases[name]}
		if len(cases[name]) == 0 {
			suites[i].Cases = []junit.Case{{Name: "lint", ClassName: name}}
		}
	}
	return junit.Write(w, "symbi-ctl skills lint", suites)
}
