package auth

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

type loginOptions struct {
	file    string
	inFile  bool
	noCheck bool
}

func newLogin(conn *remote.Conn) *cobra.Command {
	var o loginOptions
	app := conn.App()
	c := remote.Exits(&cobra.Command{
		Use:   "login",
		Short: "Keep a key, after the runtime has accepted it",
		Long: `Keep a key for the selected profile, or without one for no profile, and with it
the address that it is for: it is not sent to another one, whatever --base-url,
a variable or a profile says then. A profile has one key: another login takes
its place, and a profile of its own keeps that of another address. The runtime
is asked first, and a key that it refuses is not kept. The settings then say
where the key is, never what it is.`,
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
			if err := app.Print(place.view()); err != nil {
				return err
			}
			return warn(app)
		},
	})
	f := c.Flags()
	f.StringVar(&o.file, "from-file", "", "take the key from this `file`; - is stdin")
	f.StringVar(&o.file, "api-key-file", "", "the same as --from-file (`file`)")
	f.BoolVar(&o.inFile, "in-file", false, "keep it in a file, not in the keyring")
	f.BoolVar(&o.noCheck, "no-check", false, "do not ask the runtime first")
	c.MarkFlagsMutuallyExclusive("from-file", "api-key-file")
	return c
}

// warn tells of a key that is used in place of the one that was kept.
func warn(app *cli.App) error {
	s, err := app.Settings()
	if err != nil {
		return err
	}
	e, err := s.Explain(setting)
	if err == nil && slices.Contains([]config.SourceKind{config.FromEnv, config.FromEnvFile}, e.Source.Kind) {
		app.Notice("%s stands before the key that was kept", e.Source)
	}
	return err
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
	For     string `json:"api_key_for"` // scheme, host and port
}

func (p place) view() output.View {
	return output.Record{Fields: []output.Field{
		{Name: "KEPT IN", Value: p.Where, Style: output.Good},
		{Name: "REFERENCE", Value: p.Ref},
		{Name: "PROFILE", Value: cmp.Or(p.Profile, "(none)")},
		{Name: "FOR", Value: p.For},
	}, Value: p}
}

// keep stores the key and writes its reference into the user's file. A key that was
// kept there before is forgotten.
func (o loginOptions) keep(ctx context.Context, app *cli.App, key string) (place, error) {
	s, err := app.Settings()
	if err != nil {
		return place{}, err
	}
	if err := remote.OwnAddress(s); err != nil {
		return place{}, err
	}
	file, err := config.UserFile(app.LoadOptions())
	if err != nil {
		return place{}, err
	}
	p := place{Profile: s.Config.Profile, For: config.Origin(s.Config.BaseURL)}
	own, err := slotsOf(app, file, p.Profile)
	if err != nil {
		return place{}, err
	}
	before, err := file.Reference(p.Profile, setting)
	if err != nil {
		return place{}, err
	}
	if p.Ref, err = own.keep(key, p.For, o.inFile); err != nil {
		return place{}, err
	}
	p.Where, _, _ = strings.Cut(p.Ref, ":")
	if _, err := file.SetAll(ctx, p.Profile, map[string]string{setting: p.Ref, owner: p.For}); err != nil {
		if p.Ref != before {
			err = errors.Join(err, own.forget(p.Ref))
		}
		return place{}, err
	}
	if before != p.Ref {
		return p, own.forget(before)
	}
	return p, nil
}
