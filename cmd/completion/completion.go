// Package completion is the command `symbi-ctl completion`: scripts that let a
// shell complete commands, flags and names.
package completion

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// New returns the command with one child per shell.
func New(app *cli.App) *cobra.Command {
	group := cli.Group(&cobra.Command{
		Use:     "completion",
		Short:   "Write the completion script of a shell",
		Example: "  symbi-ctl completion bash > symbi-ctl.bash",
	})
	for _, s := range shells() {
		group.AddCommand(&cobra.Command{
			Use:     s.name,
			Short:   "Write the completion script for " + s.name,
			Long:    "Write the completion script for " + s.name + ". To have it in every new shell:\n\n  " + s.install,
			Example: "  symbi-ctl completion " + s.name,
			Args:    cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				var b bytes.Buffer
				if err := s.write(c.Root(), &b); err != nil {
					return err
				}
				return app.Print(output.Text(b.String()))
			},
		})
	}
	return group
}

type shell struct {
	name, install string
	write         func(*cobra.Command, *bytes.Buffer) error
}

func shells() []shell {
	return []shell{
		{"bash", "symbi-ctl completion bash > /etc/bash_completion.d/symbi-ctl", func(c *cobra.Command, b *bytes.Buffer) error { return c.GenBashCompletionV2(b, true) }},
		{"zsh", `symbi-ctl completion zsh > "${fpath[1]}/_symbi-ctl"`, func(c *cobra.Command, b *bytes.Buffer) error { return c.GenZshCompletion(b) }},
		{"fish", "symbi-ctl completion fish > ~/.config/fish/completions/symbi-ctl.fish", func(c *cobra.Command, b *bytes.Buffer) error { return c.GenFishCompletion(b, true) }},
		{"powershell", "symbi-ctl completion powershell >> $PROFILE", func(c *cobra.Command, b *bytes.Buffer) error { return c.GenPowerShellCompletionWithDesc(b) }},
	}
}
