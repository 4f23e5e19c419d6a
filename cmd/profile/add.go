package profile

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func newAdd(app *cli.App) *cobra.Command {
	var more []string
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a profile in the user's file",
		Long: `Make a profile in ~/.symbiont.yaml. Settings whose names are flags of every
command, such as output, are given with --set. Secrets are not taken from the
command line: set them afterwards.`,
		Example: `  symbi-ctl profile add prod --base-url https://rt.example/api/v1 --read-only
  symbi-ctl profile add ci --set output=json --max-retries 0
  symbi-ctl profile add eu --set api_key=env:EU_TOKEN`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			values, err := given(c.Flags(), more)
			if err != nil {
				return explainError(app, args[0], err)
			}
			file, err := config.UserFile(app.LoadOptions())
			if err != nil {
				return explainError(app, args[0], err)
			}
			change, err := file.AddProfile(c.Context(), args[0], values)
			if err != nil {
				return explainError(app, args[0], err)
			}
			for _, warning := range change.Warnings {
				app.Notice("%s", warning)
			}
			return app.Print(changedView(args[0], change))
		},
	}
	for _, key := range flagKeys() {
		name := strings.ReplaceAll(key.Name, "_", "-")
		if key.Kind == config.Bool {
			c.Flags().Bool(name, false, key.Doc)
		} else {
			c.Flags().String(name, "", key.Doc+" (`"+string(key.Kind)+"`)")
		}
	}
	c.Flags().StringArrayVar(&more, "set", nil, "another setting, as `key=value`; can be repeated")
	return cli.Exits(c, cli.Conflict)
}

// flagKeys are the settings that have a flag here: those that are no secret and
// no flag of every command.
func flagKeys() []config.Key {
	return slices.DeleteFunc(config.Keys(), func(k config.Key) bool {
		return k.Secret || slices.Contains([]string{"output", "color", "profile"}, k.Name)
	})
}

// given collects the settings of the command line by key.
func given(flags *pflag.FlagSet, more []string) (map[string]string, error) {
	values := map[string]string{}
	for _, key := range flagKeys() {
		if f := flags.Lookup(strings.ReplaceAll(key.Name, "_", "-")); f.Changed {
			values[key.Name] = f.Value.String()
		}
	}
	for _, entry := range more {
		name, value, ok := strings.Cut(entry, "=")
		if !ok {
			return nil, cli.Usagef("--set wants key=value")
		}
		key, err := config.LookupKey(name)
		if err != nil {
			return nil, err
		}
		if key.Secret && !config.IsReference(value) {
			return nil, cli.Usagef("%s is a secret and is not taken from the command line, where others can read it", name).
				WithNext("symbi-ctl config set " + name + " - --profile NAME")
		}
		if _, twice := values[name]; twice {
			return nil, cli.Usagef("%s is given twice", name)
		}
		values[name] = value
	}
	return values, nil
}
