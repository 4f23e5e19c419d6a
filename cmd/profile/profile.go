// Package profile is the noun `profile`: named sets of settings, one of which
// is the current one. Start with [New]. Changes go to the user's file; profiles
// of a project file are shown and can be selected with --profile.
package profile

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// New returns the noun with its verbs.
func New(app *cli.App) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use:   "profile",
			Short: "Show, make and switch profiles",
			Long: `A profile is a named set of settings, such as one per runtime. The current
profile is the one of --profile, of SYMBIONT_PROFILE, or the one that
` + "`profile use`" + ` wrote to ~/.symbiont.yaml, in this order.`,
			Example: "  symbi-ctl profile list\n  symbi-ctl profile add prod --base-url https://rt.example/api/v1 --read-only\n  symbi-ctl profile use prod",
		},
		newAdd(app), newList(app), newRemove(app), newShow(app), newUse(app),
	)
}

// completeName offers the profiles for the first argument.
func completeName(app *cli.App) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return config.ProfileNames(app.LoadOptions()), cobra.ShellCompDirectiveNoFileComp
	}
}

// changed is the result of add, use and remove.
type changed struct {
	Profile string `json:"profile"`
	File    string `json:"file"`
	Changed bool   `json:"changed"`
}

func changedView(name string, change config.Change) output.View {
	state := "changed"
	if !change.Changed {
		state = "it was so already"
	}
	return output.Record{
		Value:  changed{Profile: name, File: change.File, Changed: change.Changed},
		Fields: []output.Field{{Name: "Profile", Value: name}, {Name: "File", Value: change.File}, {Name: "State", Value: state}},
	}
}

// explainError gives the errors about profiles their codes and a next step.
func explainError(app *cli.App, name string, err error) error {
	var fault *config.Error
	switch {
	case errors.As(err, &fault) && fault.Source == (config.Source{}):
		return cli.Wrap(cli.CodeUsage, err).WithHint("%s", fault.Hint).WithNext("symbi-ctl profile add --help")
	case errors.Is(err, config.ErrProfileNotFound):
		e := cli.Wrap(cli.CodeNotFound, err).WithNext("symbi-ctl profile list")
		names := config.ProfileNames(app.LoadOptions())
		if slices.Contains(names, name) {
			return e.WithHint("the project file defines it: select it with --profile %s", name)
		}
		if near := cli.Nearest(name, names); near != "" {
			return e.WithHint("did you mean %s?", near)
		}
		return e
	case errors.Is(err, config.ErrNoPlace):
		return cli.Wrap(cli.CodeUsage, err).WithHint("set HOME, or name the file with --config")
	case errors.Is(err, config.ErrProfileExists):
		return cli.Wrap(cli.CodeConflict, err).WithHint("change it with: symbi-ctl config set KEY VALUE --profile %s", name)
	case errors.Is(err, config.ErrProfileCurrent):
		return cli.Wrap(cli.CodeConflict, err).WithNext("symbi-ctl profile use OTHER", "symbi-ctl config unset profile")
	}
	return err
}
