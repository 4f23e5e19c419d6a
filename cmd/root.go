// Package cmd assembles the command tree and is the only place that touches
// the process: streams, arguments, environment, signals. [Main] is what main
// calls, [Run] is the same with everything given, for tests and embedders.
package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/symbi-ctl/symbi-ctl/cmd/agentpin"
	"github.com/symbi-ctl/symbi-ctl/cmd/agents"
	"github.com/symbi-ctl/symbi-ctl/cmd/api"
	"github.com/symbi-ctl/symbi-ctl/cmd/auth"
	"github.com/symbi-ctl/symbi-ctl/cmd/commands"
	"github.com/symbi-ctl/symbi-ctl/cmd/completion"
	"github.com/symbi-ctl/symbi-ctl/cmd/config"
	"github.com/symbi-ctl/symbi-ctl/cmd/dev"
	"github.com/symbi-ctl/symbi-ctl/cmd/doctor"
	"github.com/symbi-ctl/symbi-ctl/cmd/explain"
	"github.com/symbi-ctl/symbi-ctl/cmd/messages"
	"github.com/symbi-ctl/symbi-ctl/cmd/profile"
	"github.com/symbi-ctl/symbi-ctl/cmd/runs"
	"github.com/symbi-ctl/symbi-ctl/cmd/skills"
	"github.com/symbi-ctl/symbi-ctl/cmd/status"
	"github.com/symbi-ctl/symbi-ctl/cmd/version"
	"github.com/symbi-ctl/symbi-ctl/cmd/workflows"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// Main runs the program on the real process and returns its exit status.
func Main() int {
	ctx, stop := signalContext()
	defer stop()
	return Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
}

const sameSignal = 200 * time.Millisecond

// signalContext is cancelled by Ctrl-C and SIGTERM with a [cli.SignalError] as
// its cause. A signal after [sameSignal] kills the process as usual; until then it
// is the first one again: timeout(1) sends it to the process and to its group, and
// what the command has to take back would stay. A reader that goes away
// gives EPIPE to the writer instead of killing the process, see [cli.New].
func signalContext() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // not Ignore: git would inherit it
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		if s, ok := (<-signals).(syscall.Signal); ok {
			cancel(&cli.SignalError{Signal: s})
			time.AfterFunc(sameSignal, func() { signal.Stop(signals) })
		}
	}()
	return ctx, func() { cancel(nil) }
}

// Run executes one command line and returns its exit status. Args excludes the
// program's name; env holds "NAME=value" pairs; the working folder is that of
// the process.
func Run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	app := newApp(env, stdin, stdout, stderr)
	app.In = cli.NewInput(ctx, stdin)
	root := newRoot(app)
	root.SetArgs(args)
	root.SetContext(ctx)
	help := &checked{Writer: app.Out} // cobra writes help and completions, and looks away
	root.SetOut(help)
	app.Changed = func(name string) bool {
		f := root.PersistentFlags().Lookup(name)
		return f != nil && f.Changed
	}
	began := prepare(root, app)
	c, err := root.ExecuteContextC(ctx)
	if err != nil && !*began && help.err == nil { // cobra refused the command line
		err = usageError(c, err)
	}
	if help.err != nil && (err == nil || !*began) {
		err = cli.Wrap(cli.CodeOutput, help.err)
	}
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		err = cause
	}
	return int(report(app, args, err))
}

// checked remembers the first error of a writer.
type checked struct {
	io.Writer
	err error
}

func (c *checked) Write(data []byte) (int, error) {
	n, err := c.Writer.Write(data)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

func newApp(env []string, stdin io.Reader, stdout, stderr io.Writer) *cli.App {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	exe, err := os.Executable()
	if err != nil {
		exe = ""
	}
	app := cli.New(&cli.App{In: stdin, Out: stdout, Err: stderr, Dir: dir, Environ: env, Now: time.Now, Exe: exe})
	app.Home, _ = app.Getenv(homeVariable())
	app.Terminal = cli.Terminal{In: isTerminal(stdin), Out: isTerminal(stdout), Err: isTerminal(stderr)}
	if f, ok := stdout.(*os.File); ok && app.Terminal.Out {
		app.Terminal.Width, app.Terminal.Height, _ = term.GetSize(int(f.Fd()))
	}
	return app
}

func homeVariable() string {
	if runtime.GOOS == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// report prints err as the user wants to see errors and returns the status.
func report(app *cli.App, args []string, err error) cli.Status {
	if err == nil {
		return cli.OK
	}
	if errors.Is(err, cli.ErrNo) {
		return cli.No
	}
	if errors.Is(err, cli.ErrPending) {
		return cli.Pending
	}
	e := cli.Classify(err)
	if app.Machine() || asksForMachine(args) {
		err = e.WriteJSON(app.Err)
	} else {
		err = e.WriteText(app.Err)
	}
	if err != nil {
		return max(e.Status, cli.Failure)
	}
	return e.Status
}

func newRoot(app *cli.App) *cobra.Command {
	root := cli.Group(&cobra.Command{
		Use:   "symbi-ctl",
		Short: "Operate Symbiont agents, and check what agents are given",
		Long: `symbi-ctl is the operator's tool for Symbiont, the policy-governed runtime for
AI agents. Commands that need no server need no settings either.`,
		Example:       "  symbi-ctl skills scan .",
		SilenceErrors: true,
		SilenceUsage:  true,
	},
		agentpin.New(app), agents.New(app), api.New(app), auth.New(app), commands.New(app), completion.New(app), config.New(app), dev.New(app),
		doctor.New(app), explain.New(app), messages.New(app), profile.New(app), runs.New(app), skills.New(app), status.New(app),
		version.New(app), workflows.New(app),
	)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp())
	root.Version = cli.ReadBuild().Version
	root.SetIn(app.In)
	root.SetErr(app.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(cli.WriteUsage)
	globalFlags(root.PersistentFlags(), &app.Global)
	completeFlags(root, app)
	return root
}

// newHelp is for those who type help as a command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND…]", Short: "Show the help of a command", Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err == nil && len(rest) > 0 && about.HasSubCommands() {
				err = cli.UnknownCommand(about, rest[0])
			}
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// prepare has every command refuse wrong flags about output before it does
// anything, and lets the caller see whether a command was run at all.
func prepare(c *cobra.Command, app *cli.App) *bool {
	began := new(bool)
	walk(c, func(c *cobra.Command) {
		run := c.RunE
		c.RunE = func(c *cobra.Command, args []string) error {
			*began = true
			if err := app.CheckOutput(cli.OwnFormats(c)...); err != nil {
				return err
			}
			app.Changes = changes(c)
			return run(c, args)
		}
	})
	return began
}

// changes reports whether a command does more than show something: those that do
// can be tried, confirmed, forced, or write to files.
func changes(c *cobra.Command) bool {
	return slices.ContainsFunc([]string{"dry-run", "yes", "force", "out"}, func(flag string) bool { return c.Flags().Lookup(flag) != nil })
}

func walk(c *cobra.Command, visit func(*cobra.Command)) {
	if c.RunE != nil {
		visit(c)
	}
	for _, child := range c.Commands() {
		walk(child, visit)
	}
}
