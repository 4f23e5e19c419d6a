package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

type convertOptions struct {
	to            *choice
	kid           string
	secret, fresh secretFlag
	out           outFlags
}

func newConvert(app *cli.App) *cobra.Command {
	var o convertOptions
	c := &cobra.Command{
		Use:   "convert FILE|-…",
		Short: "Write keys in another form",
		Long: `Write keys in another form: pem and jwk are public keys, jwks is a set of them,
private is PKCS#8 without a passphrase, encrypted is PKCS#8 with a new one. The
two private forms need --out, or --out - when they are meant to be seen.`,
		Example: `  symbi-ctl agentpin convert example-2026-01.private.pem --to jwk --kid example-2026-01
  symbi-ctl agentpin convert old.public.pem new.public.pem --to jwks
  symbi-ctl agentpin convert sec1.pem --to private --out key.pem`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := inputs{app: app}
			var all []keys.Key
			for _, path := range args {
				found, err := readKeys(&in, path, &o.secret)
				if err != nil {
					return err
				}
				all = append(all, found...)
			}
			if o.private() && !c.Flags().Changed("out") {
				return cli.Usagef("a private key is only written with --out").WithHint("--out - prints it")
			}
			return o.run(app, &in, all)
		},
	}
	f := c.Flags()
	o.to = addChoice(c, "to", "", "the other `form`: pem, jwk, jwks, private or encrypted", "pem", "jwk", "jwks", "private", "encrypted")
	f.StringVar(&o.kid, "kid", "", "`name` of the key in a jwk; without it, its own or its hash")
	o.secret.add(c, "", "the keys")
	o.fresh.add(c, "new-", "--to encrypted")
	o.out.add(f)
	_ = c.MarkFlagRequired("to") // it was just defined
	return cli.Exits(c, cli.Conflict)
}

func (o *convertOptions) private() bool { return o.to.value == "private" || o.to.value == "encrypted" }

func (o *convertOptions) run(app *cli.App, in *inputs, all []keys.Key) error {
	switch {
	case len(all) != 1 && o.to.value != "jwks":
		return cli.Usagef("%d keys cannot be one %s", len(all), o.to).WithHint("--to jwks takes several")
	case o.kid != "" && len(all) != 1:
		return cli.Usagef("--kid names one key, not %d", len(all))
	}
	if o.to.value == "jwk" || o.to.value == "jwks" {
		return o.jwk(app, all)
	}
	text, err := o.pem(in, all[0])
	if err != nil {
		return err
	}
	if !o.out.toFile() {
		return app.Print(output.Text(text))
	}
	mode := public
	if o.private() {
		mode = safefile.Secret
	}
	return o.out.write(app, text, mode)
}

func (o *convertOptions) jwk(app *cli.App, all []keys.Key) error {
	set := []keys.JWK{}
	for _, k := range all {
		made, err := describe(k)
		if err != nil {
			return err
		}
		kid := made.Kid
		if o.kid != "" {
			kid = o.kid
		}
		jwk, err := keys.NewJWK(k.Public, kid)
		if err != nil {
			return err
		}
		set = append(set, jwk)
	}
	if o.to.value == "jwk" {
		return o.out.emit(app, set[0])
	}
	return o.out.emit(app, map[string]any{"keys": set})
}

func (o *convertOptions) pem(in *inputs, k keys.Key) ([]byte, error) {
	if o.to.value == "pem" {
		return keys.EncodePublic(k.Public)
	}
	if k.Private == nil {
		return nil, cli.Usagef("a public key cannot become a private one")
	}
	if o.to.value == "private" {
		return keys.EncodePrivate(k.Private)
	}
	passphrase, err := o.fresh.fresh(in)
	if err != nil {
		return nil, err
	}
	return keys.EncryptPrivate(k.Private, passphrase)
}
