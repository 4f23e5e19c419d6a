// Package auth is the noun auth: the key that the runtime's API wants, where it
// is kept, and whether it works.
package auth

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

const (
	setting = "api_key"
	owner   = "api_key_for"
	maxKey  = 64 << 10
)

// New returns the command auth with its verbs.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	return conn.Group(&cobra.Command{
		Use:   "auth",
		Short: "Keep the key for the runtime, and check it",
		Long: `The key that the runtime's API wants. It is never taken from the command line,
where others can read it: it is typed, or read from a file or stdin, and kept in
the keyring of your desktop or, without one, in a file that only you can read.`,
		Example: "  symbi-ctl auth status",
	}, newLogin(conn), newLogout(app), newStatus(conn), newToken(conn))
}

func newLogout(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:   "logout",
		Short: "Forget the key that login kept",
		Long: `Forget the key that login kept for the selected profile, or without one for no
profile, of ~/.symbiont.yaml or of the file of --config. What another of them
has is kept. A key that login did not put there is left where it is, and the
settings forget the place.`,
		Example: "  symbi-ctl auth logout",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := app.Settings()
			if err != nil {
				return err
			}
			profile := s.Config.Profile
			file, err := config.UserFile(app.LoadOptions())
			if err != nil {
				return err
			}
			own, err := slotsOf(app, file, profile)
			if err != nil {
				return err
			}
			ref, err := file.Reference(profile, setting)
			if err != nil {
				return err
			}
			if err := own.forget(ref); err != nil {
				return err
			}
			for _, key := range []string{setting, owner} {
				if _, err := file.Unset(c.Context(), profile, key); err != nil {
					return err
				}
			}
			whose := "without a profile"
			if profile != "" {
				whose = "for profile " + profile
			}
			app.Notice("no key is kept %s", whose)
			return nil
		},
	})
}

func newToken(conn *remote.Conn) *cobra.Command {
	app := conn.App()
	return cli.Exits(&cobra.Command{
		Use:   "token",
		Short: "Print the key, for other programs",
		Long: `Print the key of the selected profile on stdout, and nothing else. It refuses to
print it on a terminal.`,
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
				e := &cli.Error{Code: cli.CodeNotAuthenticated, Status: cli.Auth, Message: "no key is set"}
				if end.Withheld != "" {
					e.Message = "no key is kept for " + config.Origin(end.URL) + ": " + end.Withheld
				}
				return e.WithNext("symbi-ctl auth login")
			}
			if _, err := fmt.Fprintln(app.Out, end.Token.Reveal()); err != nil {
				return cli.Wrap(cli.CodeOutput, err)
			}
			return nil
		},
	}, cli.Auth)
}
