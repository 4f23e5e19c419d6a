package agentpin

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

type challengeOptions struct {
	challenge, discovery, key, seen string
	at                              atFlag
}

func newChallengeVerify(app *cli.App) *cobra.Command {
	var o challengeOptions
	c := &cobra.Command{
		Use:   "verify FILE|-",
		Short: "Check the response to a challenge",
		Long: `Check that a response answers your challenge with the key that you expect: from
--key, or the one that the response names in --discovery. With --seen a response
is accepted once.`,
		Example: "  symbi-ctl agentpin challenge verify response.json --challenge challenge.json --discovery site.json --seen nonces.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			now, err := o.at.time(app)
			if err != nil {
				return err
			}
			v, err := o.run(c.Context(), app, args[0], now)
			if err != nil {
				return err
			}
			if err := app.Print(challengeView(v)); err != nil {
				return err
			}
			if !v.Valid {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.challenge, "challenge", "", "`file` with the challenge that you sent")
	f.StringVar(&o.key, "key", "", "`file` with the public key of the other side")
	f.StringVar(&o.discovery, "discovery", "", "`file` with the document of the other side")
	f.StringVar(&o.seen, "seen", "", "`file` of responses that were accepted")
	o.at.add(f)
	_ = c.MarkFlagRequired("challenge") // it was just defined
	c.MarkFlagsOneRequired("key", "discovery")
	c.MarkFlagsMutuallyExclusive("key", "discovery")
	return cli.Exits(c, cli.No)
}

func (o *challengeOptions) run(ctx context.Context, app *cli.App, path string, now time.Time) (challenge.Verdict, error) {
	in := inputs{app: app}
	asked, err := load(&in, o.challenge, challenge.Max, challenge.Parse)
	if err != nil {
		return challenge.Verdict{}, err
	}
	answer, err := load(&in, path, challenge.Max, challenge.ParseResponse)
	if err != nil {
		return challenge.Verdict{}, err
	}
	public, v, err := o.public(&in, answer.Kid, now)
	if err != nil || public == nil {
		return v, err
	}
	if v = asked.Verify(answer, public, now); !v.Valid || o.seen == "" {
		return v, nil
	}
	fresh, err := challenge.Seen{Path: app.Path(o.seen)}.Use(ctx, answer.Nonce, now)
	if err == nil && !fresh {
		v = challenge.Verdict{Reason: challenge.AlreadyUsed, Message: "the response was accepted before"}
	}
	return v, err
}

// public returns the key of the other side, or a verdict when there is none.
func (o *challengeOptions) public(in *inputs, kid string, now time.Time) (*ecdsa.PublicKey, challenge.Verdict, error) {
	if o.key != "" {
		k, err := in.publicKey(o.key)
		return k.Public, challenge.Verdict{}, err
	}
	d, err := in.document(o.discovery)
	if err != nil {
		return nil, challenge.Verdict{}, err
	}
	k, err := d.VerifyingKey(kid, now.Add(-challenge.Skew))
	if err != nil {
		return nil, challenge.Verdict{Reason: challenge.WrongKey, Message: err.Error() + otherName(d, kid)}, nil //nolint:nilerr // a key that is not there is an answer
	}
	return k.Public, challenge.Verdict{}, nil
}

// otherName says under which name a document publishes the key that goes by its
// hash, as keys without a name do.
func otherName(d *discovery.Document, hash string) string {
	for _, k := range d.Keys {
		public, err := k.PublicKey()
		if err != nil {
			continue
		}
		if there, err := keys.SPKIHash(public); err == nil && there == hash {
			return fmt.Sprintf("; that is the hash of the key that it publishes as %q: the response has to name it so", k.Kid)
		}
	}
	return ""
}

func challengeView(v challenge.Verdict) output.View {
	var f fields
	if v.Valid {
		f.add("Verdict", "valid", output.Good)
	} else {
		f.add("Verdict", "refused: "+string(v.Reason), output.Bad)
	}
	f.add("Reason", v.Message)
	return output.Record{Value: v, Fields: f}
}
