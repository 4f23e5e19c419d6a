package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// globalFlags defines the flags that every command has.
func globalFlags(f *pflag.FlagSet, g *cli.Global) {
	f.StringVarP(&g.Output, "output", "o", "", "output `format`: table, wide, json, jsonl, yaml, csv, name, or one of the command's own")
	f.StringVar(&g.JQ, "jq", "", "filter the JSON result with a jq `expression`")
	f.StringVar(&g.Template, "template", "", "render the JSON result with a Go `template`")
	f.StringSliceVar(&g.Columns, "columns", nil, "show only these table `columns`, in this order")
	f.BoolVar(&g.NoHeaders, "no-headers", false, "leave the header line of tables out")
	f.StringVarP(&g.Profile, "profile", "p", "", "use this settings `profile`")
	f.StringVar(&g.Config, "config", "", "read settings from this `file` only")
	f.StringVar(&g.Env, "env-file", "", "read variables from this .env `file` too")
	f.StringVar(&g.Color, "color", "", "colour: auto, always or never (`when`)")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print no notices on stderr")
	f.CountVarP(&g.Verbose, "verbose", "v", "say more on stderr; repeat for more")
}

// completeFlags lets a shell complete the values of the flags every command has.
func completeFlags(root *cobra.Command, app *cli.App) {
	for name, complete := range map[string]cobra.CompletionFunc{
		"output": func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return append(output.Formats(), cli.OwnFormats(c)...), cobra.ShellCompDirectiveNoFileComp
		},
		"color": cobra.FixedCompletions(cli.ColorModes(), cobra.ShellCompDirectiveNoFileComp),
		"profile": func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return config.ProfileNames(app.LoadOptions()), cobra.ShellCompDirectiveNoFileComp
		},
	} {
		// The flags were just defined, so this cannot fail.
		_ = root.RegisterFlagCompletionFunc(name, complete)
	}
}

// flagError gives a wrong flag the status of a usage error and a suggestion.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var wrong *pflag.InvalidValueError
	if errors.As(err, &wrong) && (errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange)) {
		err = fmt.Errorf("--%s: want %s, not %q", wrong.GetFlag().Name, numeric(wrong.GetFlag()), wrong.GetValue())
	}
	if !errors.As(err, &unknown) {
		return cli.Usagef("%v", err).WithNext(c.CommandPath() + " --help")
	}
	e := &cli.Error{Code: cli.CodeUnknownFlag, Status: cli.Usage, Message: err.Error()}
	if near := cli.Nearest(unknown.GetSpecifiedName(), flagNames(c)); near != "" {
		return e.WithHint("did you mean --%s?", near)
	}
	if format := unknown.GetSpecifiedName(); format != "name" && slices.Contains(output.Formats(), format) {
		return e.WithHint("write -o %s", format)
	}
	return e.WithNext(c.CommandPath() + " --help")
}

// numeric says in plain words what a flag of pflag's own types takes.
func numeric(f *pflag.Flag) string {
	if f.Value.Type() == "bool" {
		return "true or false"
	}
	return "a number that fits"
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	c.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// usageError turns what cobra says of the command line of c into a usage error.
func usageError(c *cobra.Command, err error) error {
	if _, known := errors.AsType[*cli.Error](err); known {
		return err
	}
	return cli.Usagef("%v", err).WithHint("usage: %s", c.UseLine()).WithNext(c.CommandPath() + " --help")
}

// asksForMachine finds "-o json" on a command line that cobra could not parse.
func asksForMachine(args []string) bool {
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--output=")
		if !ok {
			value, ok = strings.CutPrefix(arg, "-o")
			value = strings.TrimPrefix(value, "=")
		}
		if (arg == "-o" || arg == "--output") && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok && (value == "json" || value == "jsonl" || value == "yaml" || value == "sarif") {
			return true
		}
	}
	return false
}
