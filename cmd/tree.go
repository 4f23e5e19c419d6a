package cmd

import (
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// Tree returns the command tree for those who describe it: the generator of
// the documentation, and the tests that hold for every command. It is not
// connected to the process; to run a command use [Run].
func Tree() *cobra.Command {
	epoch := func() time.Time { return time.Unix(0, 0).UTC() }
	return newRoot(cli.New(&cli.App{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Now: epoch}))
}
