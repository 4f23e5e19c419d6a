package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func newRotatePrepare(app *cli.App) *cobra.Command {
	c := newKeygen(app)
	c.Use = "prepare"
	c.Short = "Make the new key"
	c.Long = `Make a key pair, as keygen does, and change nothing else. Publish it with rotate
apply.`
	c.Example = "  symbi-ctl agentpin rotate prepare --kid example-2026-02 --domain example.com"
	return c
}
