// Package dev is the noun dev: the embedded runtime as a server for any other
// client, and its state.
package dev

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

// New returns the command dev with its verbs.
func New(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "dev",
		Short: "Run the embedded runtime for other programs",
		Long: `The embedded runtime is a Symbiont runtime for one machine: for laptops, tests
and CI. ` + "`dev up`" + ` serves it over HTTP; the same runtime is in every command with
--local.`,
		Example: "  symbi-ctl dev status",
	}, newUp(app), newStatus(app), newWait(app), newReset(app), newExport(app), newImport(app))
}

// stateFlag defines --state.
func stateFlag(c *cobra.Command, state *string) {
	c.Flags().StringVar(state, "state", "", "state `folder`, or memory")
}

// folder is the folder of the state, which has to be one.
func folder(app *cli.App, state string) (string, error) {
	dir, err := remote.StateDir(app, state)
	if err == nil && dir == "" {
		err = cli.Usagef("a state in memory is gone when its command ends")
	}
	return dir, err
}

// served is what serves a state folder.
type served struct {
	Running bool   `json:"running"`
	URL     string `json:"url"`
	PID     int    `json:"pid"`
	Since   string `json:"since"`
	State   string `json:"state"`
	Token   string `json:"token_file"`
	Model   string `json:"model,omitempty"`
}

func (s served) view() output.View {
	fields := []output.Field{{Name: "RUNNING", Value: map[bool]string{true: "yes", false: "no"}[s.Running], Style: map[bool]output.Style{true: output.Good, false: output.Warn}[s.Running]}}
	for _, f := range []output.Field{{Name: "URL", Value: s.URL}, {Name: "SINCE", Value: s.Since}, {Name: "MODEL", Value: s.Model}, {Name: "STATE", Value: s.State}, {Name: "TOKEN FILE", Value: s.Token}} {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return output.Record{Fields: fields, Value: s}
}
