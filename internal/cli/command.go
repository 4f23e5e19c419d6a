package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

const (
	exitsKey   = "exit_statuses"
	formatsKey = "formats"
)

// Exits declares the statuses a command can exit with, beside 0, 1, 2 and 130,
// which every command can. It returns c.
func Exits(c *cobra.Command, statuses ...Status) *cobra.Command {
	var parts []string
	for _, s := range statuses {
		parts = append(parts, strconv.Itoa(int(s)))
	}
	return annotate(c, exitsKey, parts)
}

// Formats declares the output formats that a command has beside those of all. It
// returns c.
func Formats(c *cobra.Command, names ...string) *cobra.Command {
	return annotate(c, formatsKey, names)
}

// OwnFormats returns what [Formats] declared.
func OwnFormats(c *cobra.Command) []string {
	return strings.FieldsFunc(c.Annotations[formatsKey], func(r rune) bool { return r == ',' })
}

func annotate(c *cobra.Command, key string, values []string) *cobra.Command {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[key] = strings.Join(values, ",")
	return c
}

// DeclaredExits returns the statuses c can exit with, in rising order.
func DeclaredExits(c *cobra.Command) []Status {
	var own []Status
	for part := range strings.SplitSeq(c.Annotations[exitsKey], ",") {
		if n, err := strconv.Atoi(part); err == nil {
			own = append(own, Status(n))
		}
	}
	var all []Status
	for _, d := range Statuses() {
		always := d.Status == OK || d.Status == Failure || d.Status == Usage || d.Status == Interrupted || d.Status == Terminated
		for _, s := range own {
			always = always || s == d.Status
		}
		if always {
			all = append(all, d.Status)
		}
	}
	return all
}

// NoArgs refuses arguments in words that fit: cobra takes them for commands.
func NoArgs(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return Usagef("unexpected argument %q", args[0]).WithHint("a value with blanks goes into quotes; everything here is a flag")
}

// Group makes c a noun: it shows its help when called alone, and refuses an
// unknown child with a suggestion and status 2. It returns c.
func Group(c *cobra.Command, children ...*cobra.Command) *cobra.Command {
	c.AddCommand(children...)
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return UnknownCommand(c, args[0])
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

// UnknownCommand is the error for a child that c does not have.
func UnknownCommand(c *cobra.Command, name string) *Error {
	e := &Error{Code: CodeUnknownCmd, Status: Usage, Message: "unknown command " + strconv.Quote(name) + " for " + strconv.Quote(c.CommandPath())}
	if near := suggestions(name, c.Commands()); len(near) > 0 {
		return e.WithHint("did you mean %s?", oneOf(near)).WithNext(c.CommandPath() + " " + near[0])
	}
	return e.WithNext(c.CommandPath() + " --help")
}
