// Package auth is the noun auth: the key that the runtime's API wants, where it
// is kept, and whether it works.
package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const (
	setting = "api_key"
	maxKey  = 64 << 10
)

// New returns the command auth with its verbs.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	return conn.Group(&cobra.Command{
		Use:   "auth",
		Short: "Keep the key for the runtime, and check it",
		Long: `The key that the runtime's API wants. It is never taken from the command line, where
others can read it: it is typed, or read from a file or stdin, and kept in the keyring of
your desktop or, without one, in a file that only you can read.`,
		Example: "  symbi-ctl auth status",
	}, newLogin(conn), newLogout(app), newStatus(conn), newToken(conn))
}

type loginOptions struct {
	file    string
	inFile  bool
	noCheck bool
}

func newLogin(conn *remote.Conn) *cobra.Command {
	var o loginOptions
	app := conn.App()
	c := cli.Exits(&cobra.Command{
		Use:   "login",
		Short: "Keep a key, after the runtime has accepted it",
		Long: `Keep a key for the selected profile, or for all without one. The runtime is asked first,
and a key that it refuses is not kept. The settings then say where the key is, never
what it is.`,
		Example: "  symbi-ctl auth login --from-file key.txt\n  symbi-ctl auth login --from-file - --no-check",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			key, err := o.key(app)
			if err != nil {
				return err
			}
			if !o.noCheck {
				if err := conn.WithKey(key).Do(c.Context(), accepted); err != nil {
					return err
				}
			}
			place, err := o.keep(c.Context(), app, key)
			if err != nil {
				return err
			}
			return app.Print(place.view())
		},
	}, cli.Auth, cli.NotFound, cli.Unreachable, cli.NotServed)
	f := c.Flags()
	f.StringVar(&o.file, "from-file", "", "take the key from this `file`; - is stdin")
	f.BoolVar(&o.inFile, "in-file", false, "keep it in a file, not in the keyring")
	f.BoolVar(&o.noCheck, "no-check", false, "do not ask the runtime first")
	return c
}

// accepted asks for what every key may see.
func accepted(ctx context.Context, api *client.Client) error {
	for _, err := range api.Agents(ctx) {
		return err
	}
	return nil
}

func (o loginOptions) key(app *cli.App) (string, error) {
	var data []byte
	var err error
	if o.file != "" {
		data, err = remote.ReadFile(app, o.file, maxKey)
	} else {
		var s *config.Settings
		if s, err = app.Settings(); err != nil {
			return "", err
		}
		data, err = app.AskSecret("the API key for "+s.Config.BaseURL, "symbi-ctl auth login --from-file FILE", "set SYMBIONT_API_KEY")
	}
	if err != nil {
		return "", err
	}
	key := strings.TrimRight(string(data), "\r\n")
	if key == "" || strings.TrimSpace(key) != key || strings.ContainsAny(key, "\r\n\x00") {
		return "", cli.Usagef("that is no key: it has to be text in one line, without blanks around it")
	}
	return key, nil
}

// place says where a key is kept.
type place struct {
	Profile string `json:"profile"`
	Where   string `json:"where"` // keyring or file
	Ref     string `json:"reference"`
}

func (p place) view() output.View {
	return output.Record{Fields: []output.Field{
		{Name: "KEPT IN", Value: p.Where, Style: output.Good}, {Name: "REFERENCE", Value: p.Ref}, {Name: "PROFILE", Value: p.Profile},
	}, Value: p}
}

func name(profile string) string {
	if profile == "" {
		return "default"
	}
	return profile
}

// keep stores the key and writes its reference into the user's file.
func (o loginOptions) keep(ctx context.Context, app *cli.App, key string) (place, error) {
	s, err := app.Settings()
	if err != nil {
		return place{}, err
	}
	p := place{Profile: s.Config.Profile, Where: "keyring", Ref: "keyring:" + name(s.Config.Profile)}
	if !o.inFile {
		err = keyring.New(keyring.Service, 0).Set(name(p.Profile), key)
		if err != nil {
			app.Notice("the keyring cannot be used (%v); the key goes into a file", err)
		}
	}
	if o.inFile || err != nil {
		path, err := keyFile(app, p.Profile)
		if err != nil {
			return place{}, err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return place{}, err
		}
		if err := safefile.Write(path, []byte(key+"\n"), safefile.Options{Mode: safefile.Secret, Replace: true}); err != nil {
			return place{}, err
		}
		p.Where, p.Ref = "file", "file:"+path
	}
	file, err := config.UserFile(app.LoadOptions())
	if err != nil {
		return place{}, err
	}
	_, err = file.Set(ctx, p.Profile, setting, p.Ref)
	return p, err
}

func keyFile(app *cli.App, profile string) (string, error) {
	dir, ok := app.Getenv("XDG_CONFIG_HOME")
	if !ok || !filepath.IsAbs(dir) {
		if app.Home == "" {
			return "", errors.New("there is no home folder to keep a key in")
		}
		dir = filepath.Join(app.Home, ".config")
	}
	return filepath.Join(dir, "symbi-ctl", "keys", name(profile)), nil
}

func newLogout(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:     "logout",
		Short:   "Forget the key that login kept",
		Example: "  symbi-ctl auth logout",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := app.Settings()
			if err != nil {
				return err
			}
			profile := s.Config.Profile
			if err := forget(app, profile); err != nil {
				return err
			}
			file, err := config.UserFile(app.LoadOptions())
			if err != nil {
				return err
			}
			if _, err := file.Unset(c.Context(), profile, setting); err != nil {
				return err
			}
			app.Notice("no key is kept for %s any more", name(profile))
			return nil
		},
	})
}

// forget removes the key from both places. One that is not there is no error.
func forget(app *cli.App, profile string) error {
	err := keyring.New(keyring.Service, 0).Delete(name(profile))
	if err != nil && !errors.Is(err, keyring.ErrNotFound) && !errors.Is(err, keyring.ErrUnavailable) {
		app.Notice("the keyring was not asked: %v", err)
	}
	path, err := keyFile(app, profile)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// state is what can be said of a key without showing it.
type state struct {
	Address  string `json:"base_url"`
	Set      bool   `json:"set"`
	Source   string `json:"source"`
	Accepted bool   `json:"accepted"`
	Scope    string `json:"scope"` // all, some agents, none
	Problem  string `json:"problem,omitempty"`
}

func newStatus(conn *remote.Conn) *cobra.Command {
	app := conn.App()
	return cli.Exits(&cobra.Command{
		Use:   "status",
		Short: "Say which key is used, and whether the runtime accepts it",
		Long: `Say where the key comes from, never what it is, and ask the runtime whether it accepts
it. The command ends with 3 when it does not.`,
		Example: "  symbi-ctl auth status",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			st, err := describe(app)
			if err != nil {
				return err
			}
			err = conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error { return st.ask(ctx, api) })
			if err != nil {
				return err
			}
			if err := app.Print(st.view()); err != nil {
				return err
			}
			if !st.Accepted {
				return cli.ErrNo
			}
			return nil
		},
	}, cli.No, cli.NotFound, cli.Unreachable, cli.NotServed)
}

func describe(app *cli.App) (*state, error) {
	s, err := app.Settings()
	if err != nil {
		return nil, err
	}
	e, err := s.Explain(setting)
	if err != nil {
		return nil, err
	}
	return &state{Address: s.Config.BaseURL, Set: e.Value != "", Source: e.Source.String(), Scope: "none"}, nil
}

// ask finds out what the key may do: an administrator's may see the metrics.
func (s *state) ask(ctx context.Context, api *client.Client) error {
	s.Address = api.BaseURL()
	_, err := api.Metrics(ctx)
	no, refused := errors.AsType[*client.APIError](err)
	switch {
	case err == nil:
		s.Accepted, s.Scope = true, "all"
	case refused && no.Kind == client.Unauthenticated:
		s.Problem = no.Error()
	case refused && no.Kind == client.Forbidden:
		s.Accepted, s.Scope = true, "some agents"
	default:
		return err
	}
	return nil
}

func (s *state) view() output.View {
	styles := map[bool]output.Style{true: output.Good, false: output.Bad}
	yes := map[bool]string{true: "yes", false: "no"}
	fields := []output.Field{
		{Name: "ADDRESS", Value: s.Address},
		{Name: "KEY", Value: map[bool]string{true: "[set]", false: "none"}[s.Set]},
		{Name: "SOURCE", Value: s.Source},
		{Name: "ACCEPTED", Value: yes[s.Accepted], Style: styles[s.Accepted]},
		{Name: "SCOPE", Value: s.Scope},
	}
	if s.Problem != "" {
		fields = append(fields, output.Field{Name: "PROBLEM", Value: s.Problem})
	}
	return output.Record{Fields: fields, Value: s}
}

func newToken(conn *remote.Conn) *cobra.Command {
	app := conn.App()
	return cli.Exits(&cobra.Command{
		Use:   "token",
		Short: "Print the key, for other programs",
		Long: `Print the key of the selected profile on stdout, and nothing else. It refuses to print it
on a terminal.`,
		Example: "  symbi-ctl auth token | wc -c",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if app.Terminal.Out {
				return cli.Usagef("the key would be shown on the terminal").WithHint("send it into a pipe or a file")
			}
			s, err := app.Settings()
			if err != nil {
				return err
			}
			end, err := s.Endpoint()
			if err != nil {
				return err
			}
			if end.Token.Reveal() == "" {
				return (&cli.Error{Code: cli.CodeNotAuthenticated, Status: cli.Auth, Message: "no key is set"}).WithNext("symbi-ctl auth login")
			}
			if _, err := fmt.Fprintln(app.Out, end.Token.Reveal()); err != nil {
				return cli.Wrap(cli.CodeOutput, err)
			}
			return nil
		},
	}, cli.Auth)
}
