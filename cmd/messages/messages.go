// Package messages is the noun messages: what agents say to each other over
// the bus of a runtime.
package messages

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

// New returns the command messages with its verbs.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	return conn.Group(&cobra.Command{
		Use:     "messages",
		Aliases: []string{"message"},
		Short:   "Send messages to agents, and take those that wait",
		Example: "  symbi-ctl messages send greeter --from robot --text 'Good morning'",
	}, newSend(conn), newList(conn), newStatus(conn))
}
