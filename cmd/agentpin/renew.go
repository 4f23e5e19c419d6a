package agentpin

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

type renewOptions struct {
	key                   keyFlags
	below                 float64
	discovery, revocation string
	others                chainFlags
	at                    atFlag
	audit                 auditFlag
}

func newRenew(app *cli.App) *cobra.Command {
	var o renewOptions
	c := &cobra.Command{
		Use:   "renew FILE",
		Short: "Renew a credential in its file before it expires",
		Long: `Issue a credential anew, with the same claims and lifetime and a new id, and
replace the file in one step. The file stays as it is while more than a share of
its life is left, so that a cron job can run this often; that it could be
renewed is checked each time, so that a job that cannot work fails at its first
run and not at the last moment. The old credential has to be signed by the same
key, whose name is kept, or by one of --discovery, which is also asked whether
the new one would be accepted. A renewed credential has a new id that nobody
revoked: give --revocation, so that what is revoked is not renewed (status 3).`,
		Example: "  symbi-ctl agentpin renew agent.jwt --key example-2026-01.private.pem --kid example-2026-01 --below 0.5",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.below < 0 || o.below > 1 {
				return cli.Usagef("--below: %v is not a share between 0 and 1", o.below)
			}
			if args[0] == standard {
				return cli.Usagef("a credential is renewed in its file, not on stdin")
			}
			if err := o.others.check(c); err != nil {
				return err
			}
			return o.run(c, app, args[0])
		},
	}
	o.key.add(c)
	c.Flags().Lookup("kid").Usage = "`name` of the key; without it, that of --discovery or of the old credential"
	f := c.Flags()
	f.Float64Var(&o.below, "below", 0.33, "renew when less than this `share` of its life is left; 1 renews always")
	f.StringVar(&o.discovery, "discovery", "", "`file` with the issuer's document")
	o.others.add(c)
	f.StringVar(&o.revocation, "revocation", "", "`file` with the issuer's revocations: renew nothing that is revoked")
	o.at.add(f)
	o.audit.add(f)
	aliases(f, map[string]string{"private-key": "key"})
	return cli.Exits(c, cli.No)
}

func (o *renewOptions) run(c *cobra.Command, app *cli.App, path string) error {
	in := inputs{app: app}
	now, err := o.at.time(app)
	if err != nil {
		return err
	}
	old, err := in.token(path)
	if err != nil {
		return err
	}
	cred, err := agentpin.Parse(old)
	if err != nil {
		return notCredential(path, old, err)
	}
	if revoked, err := o.revoked(&in, cred); err != nil || revoked.Revoked {
		return refuseRenewal(app, revoked, err)
	}
	var published *discovery.Document
	if o.discovery != "" {
		if published, err = in.document(o.discovery); err != nil {
			return err
		}
	}
	if published == nil && o.key.kid == "" {
		o.key.kid = cred.Kid // which verifiers know; Renew checks that it is this key
	}
	private, kid, err := o.key.signer(&in, published)
	if err != nil {
		return err
	}
	token, err := agentpin.Issuer{Domain: cred.Claims.Issuer, Kid: kid, Key: private}.Renew(old, published, now)
	if err != nil {
		return err
	}
	if published != nil {
		from, err := o.others.with(&in, published)
		if err != nil {
			return err
		}
		if err := (preflight{published, from, now, "renewed"}).check(c.Context(), app, token); err != nil {
			return err
		}
	}
	if o.below < 1 && !cred.Claims.Due(o.below, now) {
		return app.Print(issuedView(issued{Kid: cred.Kid, Claims: cred.Claims, File: path, Renewed: new(false)}, now))
	}
	return o.replace(c.Context(), app, path, token, now)
}

// replace puts the new token into the file.
func (o *renewOptions) replace(ctx context.Context, app *cli.App, path, token string, now time.Time) error {
	cred, err := agentpin.Parse(token)
	if err != nil {
		return fmt.Errorf("read the credential back: %w", err)
	}
	if err := o.audit.log(ctx, app, record("renew", now, cred, agentpin.Result{Valid: true})); err != nil {
		return err
	}
	if err := create(app, path, []byte(token+"\n"), safefile.Options{Replace: true}); err != nil {
		return err
	}
	return app.Print(issuedView(issued{Kid: cred.Kid, Claims: cred.Claims, File: path, Renewed: new(true)}, now))
}

// revoked looks the credential, its agent and its key up.
func (o *renewOptions) revoked(in *inputs, c *agentpin.Credential) (revokedEntry, error) {
	if o.revocation == "" {
		return revokedEntry{}, nil
	}
	d, err := load(in, o.revocation, revocation.Max, revocation.Parse)
	if err != nil {
		return revokedEntry{}, err
	}
	if d.Entity != c.Claims.Issuer {
		return revokedEntry{}, cli.Wrap(cli.CodeLoad, fmt.Errorf("%s is about %s, not about %s", o.revocation, d.Entity, c.Claims.Issuer))
	}
	return lookup(d, targetsOf(c)), nil
}

func refuseRenewal(app *cli.App, revoked revokedEntry, err error) error {
	if err != nil {
		return err
	}
	app.Notice("not renewed: it is revoked")
	if err := app.Print(revokedView(revoked)); err != nil {
		return err
	}
	return cli.ErrNo // printed already
}
