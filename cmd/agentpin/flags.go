package agentpin

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// atFlag is the moment for which a question is asked.
type atFlag struct{ text string }

func (a *atFlag) add(f *pflag.FlagSet) {
	f.StringVar(&a.text, "at", "", "answer as of this `time`, RFC 3339 or Unix seconds, instead of now")
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
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, cli.Usagef("--%s: %q is neither RFC 3339 nor Unix seconds", flag, text)
	}
	return t, nil
}

// span is a duration that may also be a number of seconds, as peers have it.
type span time.Duration

// String returns the duration.
func (s *span) String() string { return time.Duration(*s).String() }

// Type names what the flag wants.
func (s *span) Type() string { return "duration" }

// Set reads 1h, 90m or 3600.
func (s *span) Set(text string) error {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		*s = span(time.Duration(n) * time.Second)
		return nil
	}
	d, err := time.ParseDuration(text)
	*s = span(d)
	return err
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
