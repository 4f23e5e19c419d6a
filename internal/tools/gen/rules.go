package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/output/markdown"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// maxSample is how much of a sample is shown, in bytes. Some are long because
// length is what they are about.
const maxSample = 600

// ruleBook writes docs/rules.md: every rule of the default set under its id.
func ruleBook(_ context.Context, out pages) error {
	set := rules.Symbi()
	var b bytes.Buffer
	fmt.Fprintf(&b, generated+"# Rules\n\nThe rule set `%s`, version %s: %d rules. "+
		"`symbi-ctl skills rules explain ID` says the same at the terminal.\n\n"+
		"Severity is how much harm a finding does if it is what it seems to be; confidence is how likely that is, "+
		"before the context of the line lowers it (see [decision 4](adr/0004-confidence-and-severity.md)). "+
		"The samples are data of the tests: each rule finds its own hits and passes over its near misses. "+
		"Characters that a reader cannot see are written as escapes here.\n\n", set.Name, set.Version, len(set.Rules))
	var rows [][]string
	for _, r := range set.Rules {
		rows = append(rows, []string{
			"[" + r.ID + "](#" + strings.ToLower(r.ID) + ")", r.Severity.String(), r.Confidence.String(), string(r.Category), prose(r.Title),
		})
	}
	if err := markdown.Table(&b, []string{"rule", "severity", "confidence", "category", "what it finds"}, rows); err != nil {
		return err
	}
	for _, r := range set.Rules {
		ruleEntry(&b, r)
	}
	out["docs/rules.md"] = b.Bytes()
	return nil
}

func ruleEntry(b *bytes.Buffer, r *rules.Rule) {
	fmt.Fprintf(b, "\n## %s\n\n%s.\n\n", r.ID, prose(strings.TrimSuffix(r.Title, ".")))
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "- **%s:** %s\n", name, value)
		}
	}
	field("Severity", r.Severity.String())
	field("Confidence", r.Confidence.String())
	field("Category", string(r.Category))
	field("Why", prose(r.Why))
	field("What to do", prose(r.Fix))
	field("References", prose(strings.Join(r.Refs, ", ")))
	if r.Trial {
		field("Trial", "reported, but never refuses a skill")
	}
	samples(b, "Finds", r.Hits)
	samples(b, "Passes over", r.Misses)
}

// prose makes a sentence of ours show in Markdown as it is written. Foreign text
// needs more: see package markdown.
func prose(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "`", "\\`", "<", "&lt;", "&", "&amp;",
	).Replace(output.SanitizeLine(s))
}

func samples(b *bytes.Buffer, heading string, list []rules.Sample) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", heading)
	for _, s := range list {
		text := s.Text
		if s.Link != "" {
			text = "symbolic link to " + s.Link
		}
		if s.Path != "" {
			fmt.Fprintf(b, "\nin %s\n", markdown.Code(s.Path))
		}
		b.WriteString("\n" + codeBlock(text))
	}
}

// codeBlock is text as a block of code that it cannot end, with what a reader
// cannot see made visible.
func codeBlock(text string) string {
	if len(text) > maxSample {
		end := maxSample
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + " …"
	}
	text = output.Sanitize(strings.TrimRight(text, "\n"))
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	lines := slices.Collect(strings.SplitSeq(text, "\n"))
	for i, line := range lines { // blanks at the end of a line are seen by nobody
		trimmed := strings.TrimRight(line, " ")
		lines[i] = trimmed + strings.Repeat(`\x20`, len(line)-len(trimmed))
	}
	return fence + "text\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}
