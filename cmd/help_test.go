package cmd_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

// helpWidth is the terminal that help is written for.
const helpWidth = 80

// TestHelpPutsOwnFlagsFirst: what is special to a command is described before
// what many have, and what all have is only named.
func TestHelpPutsOwnFlagsFirst(t *testing.T) {
	t.Parallel()
	walk(cmd.Tree(), func(c *cobra.Command) {
		status, help, stderr := run(t, append(words(c), "--help")...)
		if status != 0 {
			t.Fatalf("%s --help: %d %s", c.CommandPath(), status, stderr)
		}
		_, flags, _ := strings.Cut(help, "\nFlags:\n")
		own, others, has := strings.Cut(flags, "\nGlobal flags")
		if c.HasParent() != has {
			t.Errorf("%s: global flags named: %v", c.CommandPath(), has)
		}
		c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && strings.Count(own, " --"+f.Name) == 0 {
				t.Errorf("%s: --%s is not among its flags:\n%s", c.CommandPath(), f.Name, help)
			}
		})
		c.InheritedFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(flags, " --"+f.Name) || strings.Contains(flags, f.Usage) {
				t.Errorf("%s: --%s has to be named, and described where it belongs:\n%s", c.CommandPath(), f.Name, help)
			}
		})
		if n := strings.Count(others, "\n"); n > 8 {
			t.Errorf("%s: %d lines for global flags", c.CommandPath(), n)
		}
		for line := range strings.SplitSeq(flags, "\n") {
			if utf8.RuneCountInString(line) > helpWidth && strings.HasPrefix(line, "  ") {
				t.Errorf("%s: a line of %d columns: %s", c.CommandPath(), utf8.RuneCountInString(line), line)
			}
		}
		for line := range strings.SplitSeq(c.Long, "\n") {
			if utf8.RuneCountInString(line) > helpWidth {
				t.Errorf("%s: a line of %d columns: %s", c.CommandPath(), utf8.RuneCountInString(line), line)
			}
		}
	})
}

// TestHelpGroupsFlags: flags that many commands share stand together, below
// those of the command.
func TestHelpGroupsFlags(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"agents list":  {"\nFlags:\n", "--watch", "\nList flags:\n", "--filter", "--sort", "\nRuntime flags", "--ca-file", "\nGlobal flags", "--jq"},
		"agents run":   {"\nFlags:\n", "--input", "--wait", "\nRuntime flags", "--base-url", "\nGlobal flags", "--output"},
		"agents":       {"\nFlags:\n", "--help", "\nRuntime flags:\n", "address of the runtime's API", "\nGlobal flags"},
		"status":       {"\nFlags:\n", "--watch", "\nRuntime flags:\n", "address of the runtime's API", "\nGlobal flags"},
		"api":          {"\nFlags:\n", "--include", "\nRuntime flags:\n", "address of the runtime's API", "\nGlobal flags"},
		"skills rules": {"\nFlags:\n", "--help", "\nGlobal flags"},
	} {
		_, help, _ := run(t, append(strings.Fields(line), "--help")...)
		rest := help
		for _, text := range want {
			_, after, ok := strings.Cut(rest, text)
			if !ok {
				t.Errorf("%s --help has no %q in its place:\n%s", line, text, help)
				break
			}
			rest = after
		}
	}
}
