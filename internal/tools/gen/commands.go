package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/symbi-ctl/symbi-ctl/cmd"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output/markdown"
)

// generated opens every page. It is a comment, so that a reader does not see it.
const generated = "<!-- Written by `make gen`; changes made here are lost. -->\n\n"

// completions takes the scripts from the program itself.
func completions(ctx context.Context, out pages) error {
	for shell, name := range map[string]string{
		"bash": "symbi-ctl.bash", "zsh": "_symbi-ctl", "fish": "symbi-ctl.fish", "powershell": "symbi-ctl.ps1",
	} {
		var script, errs bytes.Buffer
		if status := cmd.Run(ctx, []string{"completion", shell}, nil, strings.NewReader(""), &script, &errs); status != 0 {
			return fmt.Errorf("completion for %s: status %d: %s", shell, status, errs.String())
		}
		out["completions/"+name] = script.Bytes()
	}
	return nil
}

// commands writes one page for each command, and an index.
func commands(_ context.Context, out pages) error {
	var index bytes.Buffer
	index.WriteString(generated + "# Commands\n\nEvery command, with its flags, as data: `symbi-ctl commands -o json`.\n\n")
	var rows [][]string
	for _, c := range tree() {
		page, err := commandPage(c)
		if err != nil {
			return err
		}
		out["docs/cli/"+pageName(c)] = page
		rows = append(rows, []string{"[" + c.CommandPath() + "](" + pageName(c) + ")", prose(c.Short)})
	}
	if err := markdown.Table(&index, []string{"command", "what it does"}, rows); err != nil {
		return err
	}
	out["docs/cli/README.md"] = index.Bytes()
	return nil
}

// tree returns the root and every visible command below it, in the order of
// help.
func tree() []*cobra.Command {
	list := []*cobra.Command{cmd.Tree()}
	for i := 0; i < len(list); i++ {
		list[i].DisableAutoGenTag = true // it holds the date
		var children []*cobra.Command
		for _, child := range list[i].Commands() {
			if child.IsAvailableCommand() {
				children = append(children, child)
			}
		}
		list = slices.Insert(list, i+1, children...)
	}
	return list
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "_") + ".md" }

func commandPage(c *cobra.Command) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(generated)
	if err := doc.GenMarkdownCustom(c, &b, func(link string) string { return link }); err != nil {
		return nil, fmt.Errorf("describe %s: %w", c.CommandPath(), err)
	}
	statuses, err := exits(c)
	if err != nil {
		return nil, err
	}
	before, after, ok := strings.Cut(b.String(), "### SEE ALSO")
	if !ok {
		return append(b.Bytes(), statuses...), nil
	}
	return slices.Concat([]byte(before), statuses, []byte("\n### SEE ALSO"), []byte(after)), nil
}

// exits is the section on what c exits with.
func exits(c *cobra.Command) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("### Exit statuses\n\n")
	meaning := map[cli.Status]string{}
	for _, d := range cli.Statuses() {
		meaning[d.Status] = d.Meaning
	}
	var rows [][]string
	for _, s := range cli.DeclaredExits(c) {
		rows = append(rows, []string{fmt.Sprint(int(s)), prose(meaning[s])})
	}
	err := markdown.Table(&b, []string{"status", "meaning"}, rows)
	return b.Bytes(), err
}

// manuals writes one manual page for each command into folder. Their date is
// that of SOURCE_DATE_EPOCH, or today.
func manuals(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", folder, err)
	}
	header := &doc.GenManHeader{Section: "1", Source: "symbi-ctl", Manual: "symbi-ctl manual"}
	if err := doc.GenManTree(tree()[0], header, folder); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	return nil
}
