package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output/markdown"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// errorCodes writes docs/errors.md: the exit statuses and the error catalogue.
func errorCodes(_ context.Context, out pages) error {
	var b bytes.Buffer
	b.WriteString(generated + "# Exit statuses and error codes\n\n" +
		"A program can rely on both. With `-o json`, `jsonl` or `yaml` an error is one JSON object on stderr, " +
		"`{\"error\":{\"code\":…,\"message\":…,\"hint\":…,\"next\":[…],\"status\":…,\"retryable\":…}}`, and nothing is on stdout. " +
		"Status 3 is an answer and not an error: the result is on stdout.\n\n")
	var statuses [][]string
	for _, d := range cli.Statuses() {
		statuses = append(statuses, []string{fmt.Sprint(int(d.Status)), prose(d.Meaning)})
	}
	if err := markdown.Table(&b, []string{"status", "meaning"}, statuses); err != nil {
		return err
	}
	b.WriteString("\nWhich of these a command gives is on its page in [cli](cli/README.md).\n")
	for _, d := range cli.Catalogue() {
		fmt.Fprintf(&b, "\n## %s\n\nExit status %d. %s\n\n**What to do:** %s\n", d.Code, int(d.Status), d.Meaning, d.Todo) // Markdown already
	}
	b.WriteString("\n# Codes of refused credentials\n\n`agentpin verify` gives these as `error_code`, with status 3. They are the codes of every AgentPin library.\n")
	for _, d := range agentpin.Codes() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n**What to do:** %s\n", d.Code, d.Meaning, d.Todo) // Markdown already
	}
	b.WriteString("\n# Reasons for which a challenge or a response is refused\n\n`agentpin challenge respond` and `verify` give these as `reason`, with status 3.\n")
	for _, d := range challenge.Reasons() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n**What to do:** %s\n", d.Reason, d.Meaning, d.Todo) // Markdown already
	}
	b.WriteString("\n# Codes of refused journals\n\n`runs verify` gives these as `code`, with status 3.\n")
	for _, d := range journal.Codes() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n**What to do:** %s\n", d.Code, d.Meaning, d.Todo) // Markdown already
	}
	out["docs/errors.md"] = b.Bytes()
	return nil
}

// settings writes docs/settings.md: what can be set, and by what name.
func settings(_ context.Context, out pages) error {
	var b bytes.Buffer
	b.WriteString(generated + "# Settings\n\n" +
		"A flag wins over a variable, a variable over the project's `.symbiont.yaml` (looked for up to the root of the repository), " +
		"that over `~/.symbiont.yaml`, and all over the default. `--config FILE` takes the place of both files. " +
		"`symbi-ctl config explain KEY` shows the value that holds, where it comes from, and what it won against.\n\n" +
		"A key in a file is for one address. `symbi-ctl auth login` keeps it together with the address in `api_key_for`; without that, " +
		"it is for the `base_url` that stands in the same profile, or outside of the profiles of that file, or the default. " +
		"To another scheme, host or port it is not sent, whether a flag, a variable or another profile names that: " +
		"the request goes without a key, and a refusal says so. " +
		"A key of `--api-key-file`, `SYMBIONT_API_KEY` or `--env-file` goes wherever that run goes. " +
		"The address of a project file is never combined with any key.\n\n")
	var rows [][]string
	for _, k := range config.Keys() {
		var variables []string
		for _, name := range k.Env {
			variables = append(variables, "`"+name+"`")
		}
		standard := "none"
		if k.Default != "" {
			standard = "`" + k.Default + "`"
		}
		if k.Secret {
			standard = "none; a secret"
		}
		rows = append(rows, []string{"`" + k.Name + "`", prose(k.Doc), prose(k.Wants), standard, strings.Join(variables, ", ")})
	}
	if err := markdown.Table(&b, []string{"key", "what it is", "a value is", "default", "variables"}, rows); err != nil {
		return err
	}
	out["docs/settings.md"] = b.Bytes()
	return nil
}
