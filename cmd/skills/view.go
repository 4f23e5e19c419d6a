package skills

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// print renders the report in the format the user chose.
func (o *scanOptions) print(app *cli.App, report skills.Report, e *engine, t *target, g *gateway) error {
	shown := report
	shown.Findings = slices.DeleteFunc(slices.Clone(report.Findings), func(f skills.Finding) bool {
		return !o.all && f.Confidence < e.minConfidence
	})
	shown.NotShown = len(report.Findings) - len(shown.Findings)
	if shown.Findings == nil {
		shown.Findings = []skills.Finding{}
	}
	for _, n := range report.Notices {
		app.Notice("note: %s", n)
	}
	if shown.NotShown > 0 && !o.forPeople(app) {
		app.Notice("note: %s of low confidence not shown; --all shows them", count(shown.NotShown, "finding"))
	}
	empty, below := verdict(shown, e), explanations(shown)+unread(shown)+verdict(shown, e)
	if len(shown.Findings) == 0 {
		below = unread(shown)
	}
	return app.Print(output.List[skills.Finding]{
		Rows: shown.Findings, Columns: findingColumns(), Envelope: shown, Empty: empty, Summary: strings.TrimSpace(below),
		Name:  func(f skills.Finding) string { return f.Path },
		Extra: extraFormats(shown, e, t, g),
	})
}

func (o *scanOptions) forPeople(app *cli.App) bool {
	format, err := app.Format()
	return err == nil && (format == "" || format == "table" || format == "wide")
}

func findingColumns() []output.Column[skills.Finding] {
	return []output.Column[skills.Finding]{
		{Header: "SEVERITY", Cell: severityCell, Style: func(f skills.Finding) output.Style { return severityStyle(f.Severity) }},
		{Header: "RULE", Cell: func(f skills.Finding) string { return f.Rule }},
		{Header: "WHERE", Cell: where},
		{Header: "WHAT", Cell: func(f skills.Finding) string {
			if f.Excerpt == "" {
				return f.Message
			}
			return f.Excerpt
		}},
		{Header: "CONFIDENCE", Wide: true, Cell: func(f skills.Finding) string { return f.Confidence.String() }},
		{Header: "CONTEXT", Wide: true, Cell: func(f skills.Finding) string { return f.Context }},
		{Header: "DOUBT", Wide: true, Cell: func(f skills.Finding) string { return f.Doubt }},
		{Header: "MESSAGE", Wide: true, Cell: func(f skills.Finding) string { return f.Message }},
	}
}

func severityCell(f skills.Finding) string {
	switch {
	case f.Suppressed != nil:
		return f.Severity.String() + " (" + f.Suppressed.By + ")"
	case f.Trial:
		return f.Severity.String() + " (trial)"
	}
	return f.Severity.String()
}

func where(f skills.Finding) string {
	if f.Line == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s:%d:%d", f.Path, f.Line, f.Column)
}

func severityStyle(s rules.Severity) output.Style {
	switch {
	case s >= rules.High:
		return output.Bad
	case s >= rules.Warning:
		return output.Warn
	}
	return output.Faint
}

// explanations says of each rule that refuses what the harm is and what to do.
func explanations(r skills.Report) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, f := range r.Findings {
		note := r.Note(f.Rule)
		if !f.Refuses || seen[f.Rule] || note.Why == "" {
			continue
		}
		seen[f.Rule] = true
		fmt.Fprintf(&b, "%s: %s.\n  why  %s\n  fix  %s\n\n", f.Rule, note.Title, note.Why, note.Fix)
	}
	return b.String()
}

// unread names at most ten entries that could not be read.
func unread(r skills.Report) string {
	var b strings.Builder
	n := 0
	for _, s := range r.Coverage.Skipped {
		if !s.Partial {
			continue
		}
		if n++; n <= 10 {
			fmt.Fprintf(&b, "not read: %s (%s)\n", s.Path, s.Reason)
		}
	}
	if n > 10 {
		fmt.Fprintf(&b, "not read: %d more (-o json lists them)\n", n-10)
	}
	return b.String()
}

// verdict is the last line: the answer, and what it rests on.
func verdict(r skills.Report, e *engine) string {
	line := fmt.Sprintf("%s %s in %s, %s; rules %s %s, refusing at %s.", verdictLine(r), count(r.Coverage.Files, "file"), size(r.Coverage.Bytes), count(len(r.Skills), "skill"), r.RuleSet.Name, r.RuleSet.Version, threshold(e))
	if r.NotShown > 0 {
		line += fmt.Sprintf(" %s of low confidence not shown (--all).", count(r.NotShown, "finding"))
	}
	return line
}

func verdictLine(r skills.Report) string {
	refusing, quiet := 0, 0
	for _, f := range r.Findings {
		switch {
		case f.Refuses:
			refusing++
		case f.Suppressed != nil:
			quiet++
		}
	}
	bad := 0
	for _, s := range r.Skills {
		if s.Refused {
			bad++
		}
	}
	line := "Clean: nothing refuses."
	switch r.Verdict {
	case skills.Refused:
		line = fmt.Sprintf("Refused: %s.", count(refusing, "finding"))
		if bad > 0 {
			line = fmt.Sprintf("Refused: %s in %d of %s.", count(refusing, "finding"), bad, count(len(r.Skills), "skill"))
		}
	case skills.Partial:
		line = "Partial: nothing refuses, but not everything was read."
	}
	if quiet > 0 {
		line += fmt.Sprintf(" %s suppressed.", count(quiet, "finding"))
	}
	return line
}

func threshold(e *engine) string {
	if e.failOn > rules.Critical {
		return "nothing"
	}
	return e.failOn.String()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func size(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 10<<20:
		return fmt.Sprintf("%d KB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1000/1000)
}

// extraFormats are the formats of scanners.
func extraFormats(r skills.Report, e *engine, t *target, g *gateway) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"sarif":    func(w io.Writer) error { return writeSARIF(w, r, e, t, g) },
		"github":   func(w io.Writer) error { return writeAnnotations(w, r) },
		"junit":    func(w io.Writer) error { return writeJUnit(w, r) },
		"markdown": func(w io.Writer) error { return writeMarkdown(w, r, e) },
	}
}
