package dev

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

const (
	stopWithin    = 10 * time.Second // for requests and runs that go on
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute
	writeTimeout  = 5 * time.Minute // from the end of the header: deleting an agent waits for its runs
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	// maxConnections leaves files for state and journals where a process may
	// have 1,024: a run that cannot write its journal is lost.
	maxConnections = 900
)

type upOptions struct {
	addr, state, script, seed, keys, clock string
	tokenFile, readyFile, logFormat        string
	origins                                []string
	noAuth, insecureBind, rateLimit        bool
	notReady, noModel, pprof               bool
	latency                                time.Duration
	fail                                   float64
}

func newUp(app *cli.App) *cobra.Command {
	var o upOptions
	c := cli.Exits(&cobra.Command{
		Use:   "up",
		Short: "Serve the embedded runtime until Ctrl-C",
		Long: `Serve the embedded runtime over HTTP until Ctrl-C. It says on stderr where it
listens, where the token is, and what survives. A token is made at the first
start.

The model comes from the environment, as the runtime takes it:
OPENROUTER_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY. Without one, or with
--script, it is a scripted one that needs no network.`,
		Example: "  symbi-ctl dev up\n  symbi-ctl dev up --addr 127.0.0.1:0 --state memory --ready-file ready.json",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return o.run(c.Context(), app) },
	}, cli.Conflict)
	f := c.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	stateFlag(c, &o.state)
	f.StringVar(&o.script, "script", "", "answer as this transcript `file` says instead of a model; docs/embedded-runtime.md has its form")
	f.BoolVar(&o.noModel, "no-model", false, "run without a model: runs end unresolved")
	f.StringVar(&o.seed, "seed", "", "import this exported state `file` into an empty state first")
	f.StringVar(&o.tokenFile, "token-file", "", "take the token from this `file` that only you can read, or - for stdin")
	f.StringVar(&o.keys, "keys-file", "", "take scoped keys from this `file`, as the runtime's api_keys_file")
	f.BoolVar(&o.noAuth, "no-auth", false, "let everybody in; only on a loopback address")
	f.BoolVar(&o.insecureBind, "insecure-bind", false, "listen on an address that others can reach, in the clear")
	f.BoolVar(&o.rateLimit, "rate-limit", false, "allow 100 requests a minute for each address, as the runtime does")
	f.BoolVar(&o.notReady, "slow-start", false, "be not ready for five seconds, as the runtime is")
	f.StringSliceVar(&o.origins, "cors-origin", []string{"http://localhost:3001", "http://localhost:3000"}, "web `pages` that may ask")
	f.DurationVar(&o.latency, "latency", 0, "wait this `duration` before each answer")
	f.Float64Var(&o.fail, "fail", 0, "answer this `share` of the requests with 500, 0 to 1")
	f.StringVar(&o.clock, "clock", "", "start the clock at this `time` (RFC 3339)")
	f.StringVar(&o.readyFile, "ready-file", "", "write address and process id to this `file` once it listens")
	f.StringVar(&o.logFormat, "log-format", "", "log requests and runs on stderr: text or json")
	f.BoolVar(&o.pprof, "pprof", false, "serve profiles of the process at /debug/pprof/, to administrators")
	_ = c.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	c.MarkFlagsMutuallyExclusive("script", "no-model")
	c.MarkFlagsMutuallyExclusive("no-auth", "keys-file")
	c.MarkFlagsMutuallyExclusive("no-auth", "token-file")
	return c
}

func (o upOptions) run(ctx context.Context, app *cli.App) (err error) {
	if err := o.check(ctx); err != nil {
		return err
	}
	if err := checkReady(app.Path(o.readyFile)); o.readyFile != "" && err != nil {
		return err
	}
	dir, err := remote.StateDir(app, o.state)
	if err != nil {
		return err
	}
	if dir != "" {
		release, err := store.Hold(dir, store.Holder{PID: os.Getpid(), Since: app.Now()})
		if err != nil {
			return remote.StateError(err, o.state)
		}
		defer func() { err = errors.Join(err, release()) }()
	}
	state, err := store.Open(ctx, store.Options{Dir: dir, Now: app.Now})
	if err != nil {
		return remote.StateError(err, o.state)
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	if err := state.Check(ctx); err != nil {
		return remote.StateError(err, o.state)
	}
	if err := o.plant(ctx, app, state); err != nil {
		return err
	}
	options, token, err := o.runtime(app, dir)
	if token.fleeting {
		defer func() { err = errors.Join(err, os.Remove(token.file)) }()
	}
	if err != nil {
		return err
	}
	var model string
	if options.Provider, model, err = o.model(app); err != nil {
		return err
	}
	options.Store = state
	runtime, err := devruntime.New(options)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return errors.Join(deaf(err), runtime.Close(ctx))
	}
	return o.serve(ctx, app, server{runtime: runtime, guard: options.Guard, listener: listener, dir: dir, token: token, model: model})
}

// plant fills an empty state from a file.
func (o upOptions) plant(ctx context.Context, app *cli.App, state *store.Store) error {
	if o.seed == "" {
		return nil
	}
	n, err := state.CountAgents(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		app.Notice("the state is not empty; %s was not imported", o.seed)
		return nil
	}
	return importFrom(ctx, app, state, o.seed)
}

func (o upOptions) runtime(app *cli.App, dir string) (devruntime.Options, credential, error) {
	options := devruntime.Options{
		Now: o.now(app), RateLimit: o.rateLimit, Origins: o.origins, Latency: o.latency, FailRate: o.fail, NotReady: o.notReady, Logger: o.logger(app),
	}
	guard, token, err := o.guard(app, dir)
	options.Guard = guard
	return options, token, err
}

// model is the model, with its name for people.
func (o upOptions) model(app *cli.App) (provider.Provider, string, error) {
	if o.noModel {
		return nil, provider.Describe(nil), nil
	}
	return remote.Model(app, o.script)
}

// now is the clock, which runs on from the time of the flag.
func (o upOptions) now(app *cli.App) func() time.Time {
	start, err := time.Parse(time.RFC3339Nano, o.clock)
	if err != nil { // there is none: check refused the others
		return app.Now
	}
	began := app.Now()
	return func() time.Time { return start.Add(app.Now().Sub(began)) }
}

func (o upOptions) logger(app *cli.App) *slog.Logger {
	switch o.logFormat {
	case "json":
		return slog.New(slog.NewJSONHandler(app.Err, nil))
	case "text":
		return slog.New(slog.NewTextHandler(app.Err, nil))
	}
	return nil
}

// credential says where the token of a server is.
type credential struct {
	file, where string
	fleeting    bool // the file goes when the server does
}

func (o upOptions) guard(app *cli.App, dir string) (*frame.Guard, credential, error) {
	switch {
	case o.noAuth:
		return &frame.Guard{Open: true}, credential{where: "none; everybody on this machine may do everything"}, nil
	case o.keys != "":
		keys, err := frame.ReadKeys(app.Path(o.keys))
		if err == nil && len(keys) == 0 {
			err = fmt.Errorf("%s is not there, or holds no keys", o.keys)
		}
		warn := func(err error) { app.Notice("warning: nobody is let in until the keys are mended: %v", err) }
		return &frame.Guard{KeyFile: app.Path(o.keys), Warn: warn}, credential{where: "keys of " + o.keys}, err
	case o.tokenFile != "":
		return o.given(app)
	}
	if token, ok := app.Getenv("SYMBIONT_API_TOKEN"); ok && token != "" {
		return &frame.Guard{Token: token}, credential{where: "that of SYMBIONT_API_TOKEN"}, sendable("SYMBIONT_API_TOKEN", token)
	}
	if dir == "" {
		return o.fleeting(app)
	}
	token, err := remote.OwnToken(dir)
	file := remote.TokenFile(dir)
	return &frame.Guard{Token: token}, credential{file: file, where: file}, err
}
