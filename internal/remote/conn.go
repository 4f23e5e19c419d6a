package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// LocalURL is the base URL of the embedded runtime in this process.
const LocalURL = "local:"

// Conn is how the commands of one noun reach the runtime. Make it with [New].
type Conn struct {
	app   *cli.App
	flags struct {
		insecureHTTP                     bool
		caFile, certFile, keyFile, named string
		socket, state                    string
		dryRun                           bool
		confirm                          string
	}
	key string // in place of that of the settings, "" for that
	end config.Endpoint
	// overdue: the time that the user gave a run in this process is over
	overdue bool
	plans   []*planned // what a dry run did not send
}

// New returns the connection of a noun. Nothing is opened.
func New(app *cli.App) *Conn { return &Conn{app: app} }

// Group is [cli.Group] with the flags that say where the runtime is.
func (c *Conn) Group(noun *cobra.Command, children ...*cobra.Command) *cobra.Command {
	cli.FlagGroup(noun.PersistentFlags(), cli.RuntimeGroup, c.addFlags)
	noun.MarkFlagsMutuallyExclusive("base-url", "local")
	return cli.Group(noun, children...)
}

// Alone gives a command that is no group those flags.
func (c *Conn) Alone(command *cobra.Command) *cobra.Command {
	cli.FlagGroup(command.Flags(), cli.RuntimeGroup, c.addFlags)
	command.MarkFlagsMutuallyExclusive("base-url", "local")
	return command
}

// addFlags defines the flags. Those that are settings go to the settings, so
// that `config explain` and the errors name the flag.
func (c *Conn) addFlags(f *pflag.FlagSet) {
	setting := func(name, key, usage string) {
		f.Func(name, usage, func(v string) error { c.app.Override[key] = v; return nil })
	}
	setting("base-url", "base_url", "`address` of the runtime's API; local: is the embedded runtime")
	f.BoolFunc("local", "use the embedded runtime, in this process", func(string) error { c.app.Override["base_url"] = LocalURL; return nil })
	f.StringVar(&c.flags.state, "state", "", "state `folder` of the embedded runtime, or memory")
	f.Func("api-key-file", "read the API key from this `file`; - is stdin", func(v string) error { c.app.Override["api_key"] = keyReference(v); return nil })
	setting("request-timeout", "timeout", "how long one request may take, repeats included (`duration`)")
	setting("max-retries", "max_retries", "how often a request that is safe to repeat is repeated (`number`)")
	f.BoolVar(&c.flags.insecureHTTP, "insecure-http", false, "send the API key in the clear over a network")
	f.StringVar(&c.flags.caFile, "ca-file", "", "trust the certificates of this PEM `file`, and no others")
	f.StringVar(&c.flags.certFile, "client-cert", "", "PEM `file` of the client certificate")
	f.StringVar(&c.flags.keyFile, "client-key", "", "PEM `file` of its key")
	f.StringVar(&c.flags.named, "server-name", "", "expect this `name` in the certificate of the runtime")
	f.StringVar(&c.flags.socket, "unix-socket", "", "connect to the socket at this `path`")
}

// keyReference is a reference to the file of a key, as settings have it.
func keyReference(path string) string {
	if path == "-" {
		path = "/dev/stdin"
	}
	return "file:" + path
}

// Mutates gives a command that changes something --dry-run, and --confirm for
// profiles that are protected.
func (c *Conn) Mutates(command *cobra.Command) *cobra.Command {
	f := command.Flags()
	f.BoolVar(&c.flags.dryRun, "dry-run", false, "show the request that would change something, and do not send it")
	f.StringVar(&c.flags.confirm, "confirm", "", "the `name` of the profile, when it is protected")
	return command
}

// WithKey returns a connection that uses another key than that of the settings.
func (c *Conn) WithKey(key string) *Conn {
	other := *c
	other.key = key
	return &other
}

// Work is what a command does once it is connected.
type Work func(ctx context.Context, api *client.Client) error

// Do connects, does the work, and closes what was opened. Failures of the wire
// come back as a [cli.Error].
func (c *Conn) Do(ctx context.Context, work Work) error {
	settings, err := c.app.Settings()
	if err != nil {
		return err
	}
	api, closing, err := c.open(ctx, settings)
	if err != nil {
		return c.fault(err)
	}
	err = work(ctx, api)
	if n := api.Tolerated(); n > 0 && c.app.Global.Verbose > 0 {
		c.app.Notice("%d times the runtime broke its contract; SYMBIONT_VALIDATION_MODE=strict makes that an error", n)
	}
	if closed := closing(context.WithoutCancel(ctx)); err == nil {
		err = closed
	}
	if Planned(err) {
		return c.app.Print(c.unsent(api).view())
	}
	return c.fault(err)
}

// OnAgent is [Conn.Do] for work on the one agent that text names, see [Agent].
func (c *Conn) OnAgent(ctx context.Context, text string, work func(ctx context.Context, api *client.Client, agent client.Agent) error) error {
	return c.Do(ctx, func(ctx context.Context, api *client.Client) error {
		agent, err := Agent(ctx, api, text)
		if err != nil {
			return err
		}
		return work(ctx, api, agent)
	})
}

// Exits declares the statuses that every question to a runtime can end with,
// and more.
func Exits(c *cobra.Command, more ...cli.Status) *cobra.Command {
	return cli.Exits(c, append([]cli.Status{cli.Auth, cli.NotFound, cli.Unreachable, cli.NotServed}, more...)...)
}

// open builds the client. What it returns beside it closes the runtime, if that
// is in this process.
func (c *Conn) open(ctx context.Context, s *config.Settings) (*client.Client, func(context.Context) error, error) {
	end, err := s.Endpoint()
	if err != nil {
		return nil, nil, err
	}
	c.end = end
	if c.flags.state != "" && end.URL != LocalURL {
		return nil, nil, cli.Usagef("--state is for the embedded runtime, and %s is another", end.URL).WithHint("add --local")
	}
	for _, w := range end.Warnings {
		c.app.Notice("warning: %s", w)
	}
	if end.Withheld != "" && c.key == "" && c.app.Global.Verbose > 0 {
		c.app.Notice("no key is sent: %s", end.Withheld)
	}
	o := client.Options{
		BaseURL: end.URL, Token: end.Token.Reveal(), Timeout: s.Config.Timeout, MaxRetries: s.Config.MaxRetries,
		Strict: s.Config.ValidationMode == "strict", InsecureHTTP: c.flags.insecureHTTP, Now: c.app.Now,
		UserAgent: "symbi-ctl/" + cli.ReadBuild().Version, Proxy: c.app.Proxy(), UnixSocket: c.flags.socket,
		CAFile: c.path(c.flags.caFile), CertFile: c.path(c.flags.certFile), KeyFile: c.path(c.flags.keyFile), ServerName: c.flags.named,
	}
	if c.app.Global.Verbose > 1 {
		o.Trace = c.trace
	}
	if c.key != "" {
		if err := OwnAddress(s); err != nil {
			return nil, nil, err
		}
		if c.flags.socket != "" {
			return nil, nil, cli.Usagef("a socket cannot tell whether the key is good for %s", end.URL).WithHint("ask without --unix-socket, or not at all with --no-check")
		}
		o.Token = c.key
	}
	closing := func(context.Context) error { return nil }
	if end.URL == LocalURL {
		var local *local
		if local, err = c.startLocal(ctx); err != nil {
			return nil, nil, err
		}
		o.Transport, o.Token = local.transport, local.token
		closing = func(end context.Context) error {
			again := "again "
			if c.overdue && ctx.Err() == nil {
				again, end = "", ctx // the first one is still to come
			}
			if (c.overdue || ctx.Err() != nil) && local.runtime.Busy() {
				c.app.Notice("the run is in this process: it gets %v to end; Ctrl-C %sends it at once", lastChance, again)
				var cancel context.CancelFunc
				end, cancel = context.WithTimeout(end, lastChance)
				defer cancel()
			}
			return local.stop(end)
		}
	}
	api, err := client.New(c.guarded(o, s))
	if err != nil {
		return nil, nil, errors.Join(err, closing(context.WithoutCancel(ctx)))
	}
	return api, closing, nil
}

func (c *Conn) path(p string) string {
	if p == "" {
		return ""
	}
	return c.app.Path(p)
}

// guarded puts what may refuse a request before the network.
func (c *Conn) guarded(o client.Options, s *config.Settings) client.Options {
	o.Before = guard{settings: s.Config, confirmed: c.flags.confirm, address: ownAddress(s, "the AgentPin credential")}.refuse
	if c.flags.dryRun {
		o.Before = c.plan
	}
	return o
}

// trace shows one exchange on stderr. The client has taken the secrets out.
func (c *Conn) trace(x client.Exchange) {
	outcome := fmt.Sprint(x.Status)
	if x.Err != nil {
		outcome = x.Err.Error()
	}
	c.app.Notice("%s %s (attempt %d): %s in %v", x.Method, x.URL, x.Attempt, outcome, x.Duration.Round(100_000))
	for _, broken := range x.Tolerated {
		c.app.Notice("  tolerated: %s", broken)
	}
}

// Input reads what a command was given: text on the command line, a file, or
// stdin for "-". It returns nil when neither was given, and refuses what is not
// text: its bytes would not arrive as they are.
func (c *Conn) Input(text, file string, most int64) ([]byte, error) {
	switch {
	case file == "":
		if text == "" {
			return nil, nil
		}
		return []byte(text), nil
	case text != "":
		return nil, cli.Usagef("the input is given twice: as an argument and as a file")
	}
	return ReadText(c.app, file, most)
}

// View prints v.
func (c *Conn) View(v output.View) error { return c.app.Print(v) }

// App returns the run of the program that the connection belongs to.
func (c *Conn) App() *cli.App { return c.app }

// ReadFile reads a file of at most so many bytes, or stdin for "-".
func ReadFile(app *cli.App, file string, most int64) ([]byte, error) {
	in := app.In
	if file != "-" {
		f, err := os.Open(app.Path(file))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return readAtMost(in, file, most)
}

// Confirm is [cli.App.Confirm], and asks nothing for a dry run.
func (c *Conn) Confirm(yes bool, question string) error {
	return c.app.Confirm(yes || c.flags.dryRun, question)
}

const maxSecret = 64 << 10

// Secret reads a secret from a file, or returns "" when none is named.
func (c *Conn) Secret(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	data, err := ReadFile(c.app, file, maxSecret)
	return strings.TrimSpace(string(data)), err
}
