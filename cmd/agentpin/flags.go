package agentpin

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// atFlag is the moment for which a question is asked.
type atFlag struct{ text string }

func (a *atFlag) add(f *pflag.FlagSet) {
	f.StringVar(&a.text, "at", "", "take this `time` for now: RFC 3339, a date, or Unix seconds")
}

func (a *atFlag) time(app *cli.App) (time.Time, error) {
	if a.text == "" {
		return app.Now(), nil
	}
	return parseTime("at", a.text)
}

func parseTime(flag, text string) (time.Time, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, cli.Usagef("--%s: %q is no time", flag, text).
		WithHint("want 2026-06-01T00:00:00Z, 2026-06-01 for its midnight in UTC, or Unix seconds")
}

// span is a duration that may also be a number of seconds, as peers have it.
type span time.Duration

// String returns the duration; no duration is 0, which help does not show as a
// default.
func (s *span) String() string {
	if *s == 0 {
		return "0"
	}
	return time.Duration(*s).String()
}

// Type names what the flag wants.
func (s *span) Type() string { return "duration" }

// Set reads 1h, 90m or 3600.
func (s *span) Set(text string) error {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		*s = span(time.Duration(n) * time.Second)
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("want a duration such as 90s, 10m or 1h, or a number of seconds")
	}
	*s = span(d)
	return nil
}

// choice is a flag that takes one of a few words.
type choice struct {
	value string
	words []string
}

// addChoice defines a flag that takes one of words, and lets a shell complete
// them. Usage names them as help does.
func addChoice(c *cobra.Command, name, value, usage string, words ...string) *choice {
	o := &choice{value: value, words: words}
	c.Flags().Var(o, name, usage)
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // it was just defined
	return o
}

// String returns the word.
func (o *choice) String() string { return o.value }

// Type names what the flag wants.
func (o *choice) Type() string { return "word" }

// Set takes one of the words.
func (o *choice) Set(text string) error {
	if slices.Contains(o.words, text) {
		o.value = text
		return nil
	}
	last := len(o.words) - 1
	message := "want " + strings.Join(o.words[:last], ", ") + " or " + o.words[last]
	if near := cli.Nearest(text, o.words); near != "" {
		message += "; did you mean " + near + "?"
	}
	return errors.New(message)
}

// checkDomain refuses what is no domain, as a usage error of a flag or argument.
func checkDomain(what, domain string) error {
	if err := discovery.CheckDomain(domain); err != nil {
		return cli.Usagef("%s: %v", what, err)
	}
	return nil
}

// needs refuses a flag that was given without the one that gives it a meaning: a
// check that is silently not made is worse than none.
func needs(c *cobra.Command, other string, names ...string) error {
	if c.Flags().Changed(other) {
		return nil
	}
	for _, name := range names {
		if c.Flags().Changed(name) {
			return cli.Usagef("--%s goes with --%s", name, other)
		}
	}
	return nil
}

// aliases gives flags the names that upstream has for them.
func aliases(f *pflag.FlagSet, names map[string]string) {
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if own, ok := names[name]; ok {
			name = own
		}
		return pflag.NormalizedName(name)
	})
}

// fields are the lines of a record; empty values are left out.
type fields []output.Field

func (f *fields) add(name, value string, style ...output.Style) {
	if value == "" {
		return
	}
	line := output.Field{Name: name, Value: value}
	if len(style) > 0 {
		line.Style = style[0]
	}
	*f = append(*f, line)
}

func (f *fields) list(name string, values []string) { f.add(name, strings.Join(values, ", ")) }

// moment is a time of a credential for people, with its distance from now.
func moment(unix int64, now time.Time) string {
	at := time.Unix(unix, 0).UTC()
	distance := at.Sub(now.Truncate(time.Second))
	text := at.Format(time.RFC3339)
	switch {
	case distance > 0:
		return text + " (in " + distance.String() + ")"
	case distance < 0:
		return text + " (" + (-distance).String() + " ago)"
	}
	return text + " (now)"
}
