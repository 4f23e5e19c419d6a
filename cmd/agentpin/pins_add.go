package agentpin

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

func newPinsAdd(app *cli.App) *cobra.Command {
	var (
		path, kid string
		level     *choice
		force     bool
		at        atFlag
	)
	c := &cobra.Command{
		Use:   "add DOMAIN KEY",
		Short: "Pin a key that you trust",
		Long: `Add a key to a domain, for instance before it rotates. A domain with a key of
level pinned takes another one only with --force. KEY is a public key, PEM or
JWK.`,
		Example: "  symbi-ctl agentpin pins add example.com example-2026-02.public.jwk.json --pin-store pins.json --level verified",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			in := inputs{app: app}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			p, err := newPin(&in, args[1], kid, pins.Level(level.value), now.UTC().Format(discovery.TimeFormat))
			if err != nil {
				return err
			}
			how := pins.Extend
			if force {
				how = pins.Force
			}
			err = pins.Open(app.Path(path)).Edit(c.Context(), func(s *pins.Store) error {
				_, err := s.Add(args[0], p, how)
				switch {
				case errors.Is(err, pins.ErrPinned):
					return cli.Wrap(cli.CodeConflict, err).WithNext("add --force once you are sure")
				case err != nil:
					return cli.Usagef("%v", err)
				}
				return nil
			})
			if err != nil {
				return pinError(err)
			}
			return app.Print(pinView([]pinRow{{args[0], p}}))
		},
	}
	f := c.Flags()
	level = addChoice(c, "level", string(pins.Verified), "`level` of trust: tofu, verified or pinned", string(pins.TOFU), string(pins.Verified), string(pins.Pinned))
	f.StringVar(&kid, "kid", "", "`name` of the key; without it, its own or its hash")
	f.BoolVar(&force, "force", false, "extend a domain that is pinned")
	pinStoreFlag(c, &path)
	at.add(f)
	return cli.Exits(c, cli.Conflict)
}

func newPin(in *inputs, path, kid string, level pins.Level, at string) (pins.Pin, error) {
	k, err := in.publicKey(path)
	if err != nil {
		return pins.Pin{}, err
	}
	if kid == "" {
		kid = k.Kid
	}
	jwk, err := keys.NewJWK(k.Public, kid)
	if err != nil {
		return pins.Pin{}, err
	}
	return pins.Pin{Kid: kid, Hash: jwk.Thumbprint(), FirstSeen: at, LastSeen: at, Level: level}, nil
}
