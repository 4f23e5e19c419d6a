package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// TestUnknownCommandSuggests: the best first, three at most, in words that can
// be read aloud.
func TestUnknownCommandSuggests(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]struct{ hint, next string }{
		"lst":      {"did you mean list?", "agents list"},
		"LIST":     {"did you mean list?", "agents list"},
		"lits":     {"did you mean list?", "agents list"},
		"let":      {"did you mean get?", "agents get"},
		"st":       {"did you mean stop, start or status?", "agents stop"},
		"stat":     {"did you mean start or status?", "agents start"},
		"statu":    {"did you mean status?", "agents status"},
		"ls":       {"did you mean list?", "agents list"},
		"rm":       {"did you mean delete?", "agents delete"},
		"remove":   {"did you mean delete?", "agents delete"},
		"s":        {"did you mean stop, start or status?", "agents stop"},
		"stap":     {"did you mean stop?", "agents stop"},
		"sta":      {"did you mean start, stop or status?", "agents start"},
		"xyz":      {"", "agents --help"},
		"":         {"", "agents --help"},
		"hidde":    {"", "agents --help"},
		"listing":  {"did you mean list?", "agents list"},
		"starting": {"did you mean start?", "agents start"},
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			child := func(name string, also ...string) *cobra.Command {
				return &cobra.Command{Use: name, SuggestFor: also, Run: func(*cobra.Command, []string) {}, Hidden: name == "hidden"}
			}
			agents := cli.Group(&cobra.Command{Use: "agents"}, child("get"), child("list", "ls"), child("status"),
				child("start"), child("stop"), child("suspend"), child("delete", "rm", "remove"), child("hidden"))
			e := cli.UnknownCommand(agents, word)
			if diff := cmp.Diff([]string{want.hint, want.next}, []string{e.Hint, append(e.Next, "")[0]}); diff != "" {
				t.Errorf("hint and next step (-want +got):\n%s", diff)
			}
		})
	}
}
