// Package cli is what every command is given: [App], with streams, settings
// and printer made on first use, the exit statuses, the error catalogue, and
// the few helpers that keep commands alike ([Group], [Exits], [App.Confirm]).
//
// It promises that a command which asks for nothing costs nothing: settings
// are read when [App.Settings] is first called. It refuses to prompt when
// nobody can answer.
package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// App is one run of the program. Make it with [New]; it is not safe for
// concurrent use except where a method says so.
type App struct {
	In       io.Reader
	Out      io.Writer
	Err      io.Writer
	Dir      string                 // working directory
	Home     string                 // home folder, empty when there is none
	Environ  []string               // "NAME=value", as the process got it
	Now      func() time.Time       // the clock
	Terminal Terminal               // what the streams are connected to
	Global   Global                 // the flags every command has
	Changed  func(flag string) bool // whether a global flag was given
	Override map[string]string      // settings that flags of a command gave, by key
	Exe      string                 // path of the running program, empty when unknown
	Changes  bool                   // the command does more than show something

	settings func() (*config.Settings, error)
}

// Terminal says which streams are terminals. Width and Height are the columns
// and lines of stdout, 0 when it is not a terminal.
type Terminal struct {
	In, Out, Err  bool
	Width, Height int
}

// Global holds the values of the flags that every command has.
type Global struct {
	Output, JQ, Template string
	Columns              []string
	NoHeaders            bool
	Profile, Config, Env string
	Color                string
	Quiet                bool
	Verbose              int
}

// New completes app with its lazy parts and returns it. Once the reader of Out has
// gone, what is written there is dropped without an error, see [App.Gone].
func New(app *App) *App {
	app.Override = map[string]string{}
	app.Out = &outlet{Writer: app.Out}
	app.settings = sync.OnceValues(func() (*config.Settings, error) {
		s, err := config.Load(app.loadOptions())
		if err == nil {
			for _, w := range s.Warnings {
				app.notice(forPrograms(app.format(s)), "warning: "+w)
			}
		}
		return s, err
	})
	return app
}

func (a *App) loadOptions() config.LoadOptions {
	flags := map[string]string{}
	maps.Copy(flags, a.Override)
	if a.given("output") {
		flags["output"] = a.Global.Output
	}
	if a.given("color") {
		flags["color"] = a.Global.Color
	}
	return config.LoadOptions{
		Dir: a.Dir, Home: a.Home, ConfigFile: a.Global.Config, EnvFile: a.Global.Env,
		Profile: a.Global.Profile, Env: a.Getenv, Flags: flags, Keyring: keyring.New(keyring.Service, 0).Get,
	}
}

// LoadOptions is how [App.Settings] reads the settings, for the commands that
// look into the files themselves.
func (a *App) LoadOptions() config.LoadOptions { return a.loadOptions() }

func (a *App) given(flag string) bool { return a.Changed != nil && a.Changed(flag) }

// Getenv looks a variable up in the environment of the run.
func (a *App) Getenv(name string) (string, bool) {
	for _, pair := range slices.Backward(a.Environ) {
		if k, v, ok := strings.Cut(pair, "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

// Path makes a path of the command line absolute, relative to the working
// folder of the run.
func (a *App) Path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.Dir, p)
}

// Settings returns the merged settings, read once.
func (a *App) Settings() (*config.Settings, error) { return a.settings() }

// Color reports whether text for w, which is a terminal or not, is coloured:
// --color, then NO_COLOR, CLICOLOR_FORCE, then the terminal decides.
func (a *App) Color(terminal bool) bool {
	mode := a.Global.Color
	if s, err := a.settings(); mode == "" && err == nil {
		mode = s.Config.Color
	}
	noColor, _ := a.Getenv("NO_COLOR")
	force, _ := a.Getenv("CLICOLOR_FORCE")
	term, _ := a.Getenv("TERM")
	switch {
	case mode == "always":
		return true
	case mode == "never", noColor != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return terminal && term != "dumb"
}

// CheckOutput reports what is wrong with the flags about output, before anything
// is done that cannot be undone. Extra are the formats of the command's own. What
// only a result can tell, such as its columns, [App.Print] tells.
func (a *App) CheckOutput(extra ...string) error {
	if a.given("color") && !slices.Contains(ColorModes(), a.Global.Color) {
		return Usagef("--color: want auto, always or never, not %q", a.Global.Color)
	}
	if !a.given("output") && a.Global.JQ == "" && a.Global.Template == "" && len(a.Global.Columns) == 0 {
		return nil
	}
	format, err := a.Format()
	if err == nil {
		err = output.CheckFormat(format, extra...)
	}
	if err == nil {
		_, err = a.printer()
	}
	return err
}

// ColorModes are the values of --color.
func ColorModes() []string { return []string{"auto", "always", "never"} }

func (a *App) printer() (*output.Printer, error) {
	format, err := a.Format()
	if err != nil {
		return nil, err
	}
	return output.New(output.Options{
		Format: format, JQ: a.Global.JQ, Template: a.Global.Template,
		Columns: a.Global.Columns, NoHeaders: a.Global.NoHeaders,
		Color: a.Color(a.Terminal.Out), Width: a.Terminal.Width, Out: a.Out,
	})
}

// Print renders v on stdout in the format the user chose.
func (a *App) Print(v output.View) error {
	p, err := a.printer()
	if err != nil {
		return err
	}
	return a.unshown(p.Print(v))
}

// unshown is the error of a result that could not be shown: columns, say, are known
// only when there is one. Of a command that changes something it is no error of
// usage, which would say that nothing was done.
func (a *App) unshown(err error) error {
	_, refused := errors.AsType[*output.Error](err)
	if err == nil || refused && !a.Changes {
		return err
	}
	e := Wrap(CodeOutput, err)
	if a.Changes {
		e.Hint = "the command itself was carried out, only its result is not shown"
	}
	return e
}

// Format returns the output format: -o, or the setting, or what --jq and
// --template imply.
func (a *App) Format() (string, error) {
	if f := a.format(nil); f != "" {
		return f, nil
	}
	s, err := a.settings()
	if err != nil {
		return "", err
	}
	return a.format(s), nil
}

// format is the format of the command line, else that of s, if there is one.
func (a *App) format(s *config.Settings) string {
	switch {
	case a.given("output"):
		return a.Global.Output
	case a.Global.JQ != "", a.Global.Template != "":
		return "json"
	case s != nil:
		return s.Config.Output
	}
	return ""
}

// Machine reports whether the chosen format is meant for programs, so that
// errors are JSON too.
func (a *App) Machine() bool {
	format, err := a.Format()
	if err != nil {
		format = a.Global.Output
	}
	return forPrograms(format)
}

func forPrograms(format string) bool {
	switch format {
	case "json", "jsonl", "yaml", "sarif":
		return true
	}
	return false
}

// Notice prints one line on stderr, unless --quiet. Where errors are JSON it is
// a JSON object with the member notice, so that every line there can be read.
func (a *App) Notice(format string, args ...any) {
	a.notice(a.Machine(), fmt.Sprintf(format, args...))
}

func (a *App) notice(machine bool, text string) {
	if machine {
		a.tell(map[string]string{"notice": text})
	} else if !a.Global.Quiet {
		fmt.Fprintln(a.Err, said(text))
	}
}

// Tell is [App.Notice] for something that programs look for: where errors are
// JSON, stderr gets value as one line of it.
func (a *App) Tell(value any, format string, args ...any) {
	if a.Machine() {
		a.tell(value)
		return
	}
	a.Notice(format, args...)
}

func (a *App) tell(value any) {
	line, err := output.EncodeJSONLine(value)
	if err == nil && !a.Global.Quiet {
		_, _ = a.Err.Write(line) // nobody is left to be told
	}
}
