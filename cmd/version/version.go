// Package version is the command `symbi-ctl version`.
package version

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// Info is what the program knows of its own build.
type Info struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Date     string `json:"date"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version of this program",
		Example: "  symbi-ctl version -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			i := Read()
			return app.Print(output.Record{Value: i, Fields: []output.Field{
				{Name: "Version", Value: i.Version}, {Name: "Commit", Value: i.Commit},
				{Name: "Date", Value: i.Date}, {Name: "Go", Value: i.Go}, {Name: "Platform", Value: i.Platform},
			}})
		},
	}
}

// Read returns what the linker and the Go tool recorded.
func Read() Info {
	i := Info{Version: "unknown", Commit: "unknown", Date: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return i
	}
	if build.Main.Version != "" {
		i.Version = build.Main.Version
	}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			i.Commit = s.Value
		case "vcs.time":
			i.Date = s.Value
		case "vcs.modified":
			i.Modified = s.Value == "true"
		}
	}
	return i
}
