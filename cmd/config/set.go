package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

const maxValue = 64 << 10

type setOptions struct {
	project  bool
	fromFile string
}

func newSet(app *cli.App) *cobra.Command {
	var o setOptions
	c := cli.Exits(&cobra.Command{
		Use:   "set KEY [VALUE]",
		Short: "Set a setting in the user's file, or in the project file",
		Long: `Set a setting in ~/.symbiont.yaml or, with --project, in the project file. With
--profile NAME the value goes into that profile. Comments and order of the file
stay, and nothing is written that would not be valid.

A secret is not taken from the command line, where others can read it: give - to
read it from stdin, --from-file, or a reference, env:NAME, file:PATH or
keyring:NAME, which is followed each time the secret is needed.`,
		Example: `  symbi-ctl config set output json
  symbi-ctl config set timeout 90s --project
  symbi-ctl config set api_key env:RUNTIME_TOKEN`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeKey,
		RunE: func(c *cobra.Command, args []string) error {
			if name, _, joined := strings.Cut(args[0], "="); joined {
				return cli.Usagef("give key and value as two arguments: config set %s VALUE", name)
			}
			key, err := lookup(args[0])
			if err != nil {
				return err
			}
			value, err := o.value(app, key, args[1:])
			if err != nil {
				return err
			}
			file, err := target(app, o.project)
			if err != nil {
				return err
			}
			return set(c.Context(), app, file, changed{Key: key.Name, Value: value, Profile: app.Global.Profile})
		},
	}, cli.NotFound)
	c.Flags().BoolVar(&o.project, "project", false, "change the project file instead of the user's")
	c.Flags().StringVar(&o.fromFile, "from-file", "", "take the value from this `file`, - is stdin")
	return c
}

// value finds the value to set: the argument, stdin or a file.
func (o setOptions) value(app *cli.App, key config.Key, args []string) (string, error) {
	switch {
	case len(args) == 1 && o.fromFile != "":
		return "", cli.Usagef("give a value or --from-file, not both")
	case len(args) == 0 && o.fromFile == "":
		return "", cli.Usagef("give a value for %s, or --from-file", key.Name)
	case len(args) == 1 && args[0] != "-":
		if key.Secret && !config.IsReference(args[0]) {
			return "", cli.Usagef("%s is a secret and is not taken from the command line, where others can read it", key.Name).
				WithNext("symbi-ctl config set "+key.Name+" -", "symbi-ctl config set "+key.Name+" env:NAME")
		}
		return args[0], nil
	case len(args) == 1 || o.fromFile == "-":
		return readValue(app, key)
	}
	f, err := os.Open(app.Path(o.fromFile))
	if err != nil {
		return "", fmt.Errorf("read the value of %s: %w", key.Name, err)
	}
	defer f.Close()
	return readAll(f, key)
}

// readValue reads stdin, without an echo when somebody types a secret.
func readValue(app *cli.App, key config.Key) (string, error) {
	terminal, ok := app.In.(*cli.Input)
	if !ok || !app.Terminal.In || !key.Secret {
		return readAll(app.In, key)
	}
	app.Notice("Type or paste %s and press Enter; it is not shown.", key.Name)
	typed, err := terminal.Secret()
	if err != nil {
		return "", fmt.Errorf("read the value of %s: %w", key.Name, err)
	}
	return string(typed), nil
}

func readAll(r io.Reader, key config.Key) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxValue+1))
	if err != nil {
		return "", fmt.Errorf("read the value of %s: %w", key.Name, err)
	}
	if len(data) > maxValue {
		return "", cli.Usagef("the value of %s is longer than 64 KiB", key.Name)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

func set(ctx context.Context, app *cli.App, file config.File, c changed) error {
	change, err := file.Set(ctx, c.Profile, c.Key, c.Value)
	if errors.Is(err, config.ErrProfileNotFound) {
		return profileError(err)
	}
	if err != nil {
		return argumentError(err)
	}
	for _, warning := range change.Warnings {
		app.Notice("%s", warning)
	}
	c.File, c.Changed, c.Value = change.File, change.Changed, change.Value
	if err := show(app, changedView(c)); err != nil {
		return err
	}
	sayWhatWins(app, c)
	return nil
}

// sayWhatWins tells when the value that was just written has no effect here.
func sayWhatWins(app *cli.App, c changed) {
	s, err := app.Settings()
	if err != nil {
		return // the next command that needs the settings says why
	}
	e, err := s.Explain(c.Key)
	if err == nil && (e.Source.File != c.File || e.Source.Profile != c.Profile) {
		app.Notice("%s stays %s here: %s wins", c.Key, e.Value, e.Source)
	}
}
