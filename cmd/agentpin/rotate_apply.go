package agentpin

import (
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/rotation"
)

func newRotateApply(app *cli.App) *cobra.Command {
	var (
		kid string
		at  atFlag
	)
	c := &cobra.Command{
		Use:   "apply DOCUMENT KEY",
		Short: "Publish the new key beside the old one",
		Long: `Add a public key, PEM or JWK, to a discovery document, in its file and in one
step. The name of the key, which its DNS record holds too, is the one in the
JWK, or in the JWK that prepare wrote beside the PEM; else --kid gives it.
Publish the document, then issue with the new key.`,
		Example: "  symbi-ctl agentpin rotate apply site.json example-2026-02.public.jwk.json",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			in := inputs{app: app}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			jwk, err := newKey(&in, args[1], kid)
			if err != nil {
				return err
			}
			done := rotated{Document: args[0]}
			err = rewrite(c.Context(), app, args[0], discovery.Max, discovery.Parse, func(d *discovery.Document) (any, error) {
				if err := rotation.Apply(d, jwk, now); err != nil {
					return nil, cli.Wrap(cli.CodeConflict, err)
				}
				done.describe(d)
				done.Due = rotation.Due(d, agentpin.DefaultSkew).UTC().Format(time.RFC3339)
				return d, nil
			})
			if err != nil {
				return err
			}
			done.Next = []string{
				"publish " + args[0] + " at " + discovery.URL(done.Entity),
				"tell verifiers with a pin store: symbi-ctl agentpin pins add " + done.Entity + " " + args[1] + " --pin-store FILE",
				"when the old key may go: symbi-ctl agentpin rotate complete " + args[0] + " --kid OLD --revocation FILE",
			}
			return app.Print(done.view())
		},
	}
	c.Flags().StringVar(&kid, "kid", "", "`name` of the new key; without it, its own; auto is the hash of the key")
	at.add(c.Flags())
	return cli.Exits(c, cli.Conflict)
}

// newKey reads the key to publish. One that nothing names would get another name
// than its DNS record has: that is not guessed.
func newKey(in *inputs, path, kid string) (keys.JWK, error) {
	k, err := in.namedKey(path)
	if err != nil {
		return keys.JWK{}, err
	}
	hash, err := keys.SPKIHash(k.Public)
	if err != nil {
		return keys.JWK{}, err
	}
	switch {
	case kid == auto, kid == "" && k.Kid == "" && filepath.Base(path) == hash+publicSuffix: // as keygen calls it
		k.Kid = hash
	case kid != "":
		k.Kid = kid
	case k.Kid == "":
		return keys.JWK{}, cli.Usagef("%s does not name its key", inputName(path)).WithHint("give the name that rotate prepare has shown, as --kid; %s is the hash of the key", auto)
	}
	return published(k)
}

// published is a key as a document has it.
func published(k keys.Key) (keys.JWK, error) {
	jwk, err := keys.NewJWK(k.Public, k.Kid)
	jwk.Exp = k.Exp
	return jwk, err
}
