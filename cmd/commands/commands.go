// Package commands is the command `symbi-ctl commands`: the whole command tree
// as data, for documentation, for tests, and for agents that drive the tool.
package commands

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// Command is one runnable command.
type Command struct {
	Path     string   `json:"path"`
	Use      string   `json:"use"`
	Short    string   `json:"short"`
	Aliases  []string `json:"aliases"`
	Examples []string `json:"examples"`
	Flags    []Flag   `json:"flags"`
	Exits    []int    `json:"exit_statuses"`
}

// Flag is one flag of a command, its own ones only.
type Flag struct {
	Name      string `json:"name"`
	Shorthand string `json:"shorthand,omitempty"`
	Type      string `json:"type"`
	Default   string `json:"default"`
	Usage     string `json:"usage"`
}

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "commands",
		Short:   "List every command with its flags and exit statuses",
		Example: "  symbi-ctl commands -o json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return app.Print(output.List[Command]{
				Rows: List(c.Root()),
				Columns: []output.Column[Command]{
					{Header: "COMMAND", Cell: func(c Command) string { return c.Path }},
					{Header: "WHAT IT DOES", Cell: func(c Command) string { return c.Short }},
				},
			})
		},
	}
}

// List returns root and every visible command below it, in the order of help.
func List(root *cobra.Command) []Command {
	var all []Command
	for _, c := range root.Commands() {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		all = append(all, describe(c))
		all = append(all, List(c)...)
	}
	return all
}

func describe(c *cobra.Command) Command {
	d := Command{Path: c.CommandPath(), Use: c.UseLine(), Short: c.Short, Aliases: append([]string{}, c.Aliases...), Examples: []string{}, Flags: []Flag{}}
	for line := range strings.SplitSeq(c.Example, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			d.Examples = append(d.Examples, line)
		}
	}
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			d.Flags = append(d.Flags, Flag{Name: f.Name, Shorthand: f.Shorthand, Type: f.Value.Type(), Default: f.DefValue, Usage: f.Usage})
		}
	})
	for _, s := range cli.DeclaredExits(c) {
		d.Exits = append(d.Exits, int(s))
	}
	return d
}
