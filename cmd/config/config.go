// Package config is the noun `config`: what the settings are, where they come
// from, and how to change them. Start with [New]. Nothing here needs a runtime,
// and validate, path, set and unset work while the settings are broken.
package config

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// New returns the noun with its verbs.
func New(app *cli.App) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use:   "config",
			Short: "Show, explain and change the settings",
			Long: `Settings come from, the strongest first: flags, the environment, the file of
--env-file, the selected profile, the project file (.symbiont.yaml, from the
working folder up to the root of the repository), ~/.symbiont.yaml, defaults.
A profile may be in either file; what your own file says in it wins.

--config FILE replaces both files. A project file may not hold secrets, select
a profile, turn guards off or make validation_mode lenient, and an address from
it is not combined with a secret: cloning a repository is not trusting it.`,
			Example: "  symbi-ctl config list\n  symbi-ctl config explain base_url",
		},
		newExplain(app), newGet(app), newList(app), newPath(app), newSet(app), newUnset(app), newValidate(app),
	)
}

// show prints as app does, and as a table when the settings that would say how
// cannot be read: these commands are there to mend them.
func show(app *cli.App, v output.View) error {
	if _, err := app.Format(); err == nil {
		return app.Print(v)
	}
	p, err := output.New(output.Options{Columns: app.Global.Columns, NoHeaders: app.Global.NoHeaders, Width: app.Terminal.Width, Out: app.Out})
	if err != nil {
		return err
	}
	return p.Print(v)
}

// completeKey offers the keys for the first argument, and the choices of a key
// for the second.
func completeKey(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, key := range config.Keys() {
		switch {
		case len(args) == 0:
			words = append(words, cobra.CompletionWithDesc(key.Name, key.Doc))
		case len(args) == 1 && args[0] == key.Name && key.Kind == config.Bool:
			words = []string{"true", "false"}
		case len(args) == 1 && args[0] == key.Name:
			words = key.Choices
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

func completeKeyOnly(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeKey(c, args, word)
}

// target returns the file that a change goes to.
func target(app *cli.App, project bool) (config.File, error) {
	find, hint := config.UserFile, "set HOME, or name the file with --config"
	if project {
		find, hint = config.ProjectFile, "--config takes the place of a project file, and the home folder has none"
	}
	file, err := find(app.LoadOptions())
	if errors.Is(err, config.ErrNoPlace) {
		return file, cli.Wrap(cli.CodeUsage, err).WithHint("%s", hint)
	}
	return file, err
}

// changed is the result of set and unset.
type changed struct {
	Key     string `json:"key"`
	Value   string `json:"value,omitempty"`
	Profile string `json:"profile,omitempty"`
	File    string `json:"file"`
	Changed bool   `json:"changed"`
}

func changedView(c changed) output.View {
	fields := []output.Field{{Name: "Key", Value: c.Key}}
	if c.Value != "" {
		fields = append(fields, output.Field{Name: "Value", Value: c.Value})
	}
	if c.Profile != "" {
		fields = append(fields, output.Field{Name: "Profile", Value: c.Profile})
	}
	state := "changed"
	if !c.Changed {
		state = "it was so already"
	}
	return output.Record{Value: c, Fields: append(fields, output.Field{Name: "File", Value: c.File}, output.Field{Name: "State", Value: state})}
}

// lookup finds the setting that an argument names.
func lookup(name string) (config.Key, error) {
	key, err := config.LookupKey(name)
	return key, argumentError(err)
}

// argumentError makes a usage error of a fault that is in no file but in the
// arguments.
func argumentError(err error) error {
	var fault *config.Error
	if !errors.As(err, &fault) || fault.Source != (config.Source{}) {
		return err
	}
	return cli.Wrap(cli.CodeUsage, err).WithHint("%s", fault.Hint).WithNext("symbi-ctl config list")
}

// profileError gives the errors about profiles their code.
func profileError(err error) error {
	return cli.Wrap(cli.CodeNotFound, err).WithNext("symbi-ctl profile list")
}
