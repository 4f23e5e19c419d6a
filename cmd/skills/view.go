package skills

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// print renders the report in the format the user chose. People are shown what
// counts, the gravest first; programs get everything in the order of paths.
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
	rows := o.rows(app, shown.Findings)
	if app.Global.Quiet && len(rows) == 0 && o.forPeople(app) {
		return nil
	}
	last := verdict(report, shown, e, g)
	below := explanations(shown) + unread(shown) + last
	if len(rows) == 0 {
		below = unread(shown)
	}
	return app.Print(output.List[skills.Finding]{
		Rows: rows, Columns: findingColumns(), Envelope: shown, Empty: last, Summary: strings.TrimSpace(below),
		Name:  func(f skills.Finding) string { return f.Path },
		Extra: extraFormats(shown, e, t, g),
	})
}

// rows are the findings of the formats that have rows.
func (o *scanOptions) rows(app *cli.App, all []skills.Finding) []skills.Finding {
	format, err := app.Format()
	switch {
	case err != nil:
		return all
	case format == "name":
		return refusedFiles(all)
	case !o.forPeople(app):
		return all
	}
	rows := slices.DeleteFunc(slices.Clone(all), func(f skills.Finding) bool { return f.Suppressed != nil && !o.all })
	slices.SortStableFunc(rows, func(a, b skills.Finding) int {
		return cmp.Or(compareBool(b.Refuses, a.Refuses), cmp.Compare(b.Severity, a.Severity))
	})
	return rows
}

// refusedFiles has one finding for each file that is refused.
func refusedFiles(all []skills.Finding) []skills.Finding {
	var out []skills.Finding
	for _, f := range all {
		if f.Refuses && (len(out) == 0 || out[len(out)-1].Path != f.Path) {
			out = append(out, f)
		}
	}
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
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
		{Header: "REFUSES", Wide: true, Cell: func(f skills.Finding) string { return strconv.FormatBool(f.Refuses) }},
		{Header: "SUPPRESSED", Wide: true, Cell: suppressedCell},
		{Header: "CONFIDENCE", Wide: true, Cell: func(f skills.Finding) string { return f.Confidence.String() }},
		{Header: "CONTEXT", Wide: true, Cell: func(f skills.Finding) string { return f.Context }},
		{Header: "DOUBT", Wide: true, Cell: func(f skills.Finding) string { return f.Doubt }},
		{Header: "MESSAGE", Wide: true, Cell: func(f skills.Finding) string { return f.Message }},
	}
}

func severityCell(f skills.Finding) string {
	if f.Trial {
		return f.Severity.String() + " (trial)"
	}
	return f.Severity.String()
}

func suppressedCell(f skills.Finding) string {
	if f.Suppressed == nil {
		return ""
	}
	return f.Suppressed.By + ": " + f.Suppressed.Reason
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

const maxExplained = 4 // rules that are explained below a table

// explanations says of the rules that refuse what the harm is and what to do.
func explanations(r skills.Report) string {
	var b strings.Builder
	var seen []string
	for _, f := range r.Findings {
		note := r.Note(f.Rule)
		if !f.Refuses || note.Why == "" || slices.Contains(seen, f.Rule) {
			continue
		}
		seen = append(seen, f.Rule)
		if len(seen) <= maxExplained {
			fmt.Fprintf(&b, "%s: %s.\n  why  %s\n  fix  %s\n\n", f.Rule, note.Title, note.Why, note.Fix)
		}
	}
	if len(seen) > maxExplained {
		fmt.Fprintf(&b, "%d more rules refuse: symbi-ctl skills rules explain %s\n\n", len(seen)-maxExplained, seen[maxExplained])
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
func verdict(all, shown skills.Report, e *engine, g *gateway) string {
	line := fmt.Sprintf("%s %s (%s) in %s; rules %s %s, refusing at %s.", verdictLine(all), count(all.Coverage.Files, "file"), size(all.Coverage.Bytes), count(len(all.Skills), "skill"), all.RuleSet.Name, all.RuleSet.Version, threshold(e))
	if g.file != "" {
		line += " Gate: " + filepath.Base(g.file) + "."
	}
	if n := len(g.excluded); n > 0 {
		line += fmt.Sprintf(" %s left out as the operator asked (-o json lists them).", count(n, "path"))
	}
	if shown.NotShown > 0 {
		line += fmt.Sprintf(" %s of low confidence not shown%s (--all).", count(shown.NotShown, "finding"), grave(all, e))
	}
	return line
}

// grave counts those among the findings of low confidence that would refuse if
// they were likely.
func grave(r skills.Report, e *engine) string {
	n := 0
	for _, f := range r.Findings {
		if f.Confidence < e.minConfidence && f.Severity >= e.failOn && f.Suppressed == nil {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of them at %s or above", n, threshold(e))
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
	if r.Coverage.Files == 0 && r.Verdict == skills.Clean {
		line = "Nothing was scanned."
	}
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
