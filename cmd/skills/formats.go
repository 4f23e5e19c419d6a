package skills

import (
	"fmt"
	"io"

	"github.com/symbi-ctl/symbi-ctl/internal/output/github"
	"github.com/symbi-ctl/symbi-ctl/internal/output/junit"
	"github.com/symbi-ctl/symbi-ctl/internal/output/markdown"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

func writeAnnotations(w io.Writer, r skills.Report) error {
	var list []github.Annotation
	for _, f := range r.Findings {
		if f.Suppressed != nil {
			continue
		}
		level := github.Notice
		switch {
		case f.Refuses:
			level = github.Error
		case f.Severity >= rules.Warning:
			level = github.Warning
		}
		list = append(list, github.Annotation{
			Level: level, File: f.Path, Line: f.Line, Column: f.Column,
			Title: fmt.Sprintf("%s (%s)", f.Rule, f.Severity), Message: messageOf(f) + advice(r.Note(f.Rule)),
		})
	}
	return github.Write(w, list...)
}

// writeJUnit writes a suite for each skill, and one for the files outside.
func writeJUnit(w io.Writer, r skills.Report) error {
	bySkill := map[string][]skills.Finding{}
	for _, f := range r.Findings {
		bySkill[f.Skill] = append(bySkill[f.Skill], f)
	}
	names := []string{""}
	for _, s := range r.Skills {
		names = append(names, s.Path)
	}
	var suites []junit.Suite
	for _, name := range names {
		found := bySkill[name]
		if name == "" && len(found) == 0 {
			continue
		}
		suite := junit.Suite{Name: name}
		if name == "" {
			suite.Name = "outside skills"
		}
		for _, f := range found {
			suite.Cases = append(suite.Cases, junitCase(f, r.Note(f.Rule)))
		}
		if len(found) == 0 {
			suite.Cases = []junit.Case{{Name: "scan", ClassName: name}}
		}
		suites = append(suites, suite)
	}
	return junit.Write(w, "symbi-ctl skills scan", append(suites, unreadSuite(r)...))
}

// unreadSuite reports as errors what was not read.
func unreadSuite(r skills.Report) []junit.Suite {
	suite := junit.Suite{Name: "not read"}
	for _, s := range r.Coverage.Skipped {
		if s.Partial {
			suite.Cases = append(suite.Cases, junit.Case{Name: s.Path, ClassName: "not read", File: s.Path, Error: &junit.Problem{Message: s.Reason}})
		}
	}
	if r.Interrupted {
		suite.Cases = append(suite.Cases, junit.Case{Name: "scan", ClassName: "not read", Error: &junit.Problem{Message: "the scan was interrupted"}})
	}
	if len(suite.Cases) == 0 {
		return nil
	}
	return []junit.Suite{suite}
}

func junitCase(f skills.Finding, note skills.RuleNote) junit.Case {
	c := junit.Case{Name: f.Rule + " " + where(f), ClassName: f.Skill, File: f.Path, Line: f.Line}
	problem := &junit.Problem{Message: f.Message, Type: f.Severity.String(), Text: f.Excerpt + advice(note)}
	switch {
	case f.Refuses:
		c.Failure = problem
	case f.Suppressed != nil:
		c.Skipped = &junit.Problem{Message: f.Suppressed.By + ": " + f.Suppressed.Reason}
	default:
		c.Output = problem.Message + "\n" + problem.Text
	}
	return c
}

func writeMarkdown(w io.Writer, r skills.Report, e *engine) error {
	if _, err := fmt.Fprintf(w, "## Skill scan: %s\n\n%s\n\n", r.Verdict, markdown.Text(verdictLine(r))); err != nil {
		return err
	}
	var rows [][]string
	for _, f := range r.Findings {
		rows = append(rows, []string{severityCell(f), markdown.Code(f.Rule), markdown.Code(where(f)), markdown.Code(f.Excerpt), markdown.Text(f.Message)})
	}
	if len(rows) > 0 {
		if err := markdown.Table(w, []string{"Severity", "Rule", "Where", "What", "Meaning"}, rows); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s in %s; rules %s %s, refusing at %s.\n", count(r.Coverage.Files, "file"), count(len(r.Skills), "skill"), r.RuleSet.Name, r.RuleSet.Version, threshold(e))
	return err
}
