package agentpin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/card"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// What is known of who signed a card.
const (
	identityNotChecked = "not_checked"
	identityRefused    = "refused"
	identityProven     = "proven"
)

// cardAnswer is the verdict on a card.
type cardAnswer struct {
	Valid      bool     `json:"valid"` // signed, and by a key of the domain
	Reason     string   `json:"reason,omitempty"`
	Hint       string   `json:"hint,omitempty"`
	Signed     bool     `json:"signature_valid"` // by the key in the card, whose ever it is
	Identity   string   `json:"identity"`        // proven, refused or not_checked
	Domain     string   `json:"domain,omitempty"`
	Name       string   `json:"name"`
	URL        string   `json:"url"`
	Kid        string   `json:"kid,omitempty"`
	Thumbprint string   `json:"thumbprint,omitempty"`
	Published  bool     `json:"published"` // whether the document publishes the key
	Warnings   []string `json:"warnings"`
}

type cardOptions struct {
	domain  string
	sources sourceFlags
	at      atFlag
}

func newCardVerify(app *cli.App) *cobra.Command {
	var o cardOptions
	c := &cobra.Command{
		Use:   "verify FILE|-",
		Short: "Verify a signed AgentCard",
		Long: `Check who signed a card. The key is inside the card, and the address of the
domain is outside the signature, so that anybody can make a card that names any
domain: it is good only when the document of the domain publishes the key. That
comes from --discovery, or, for the domain that you expect (--domain), from
--trust-bundle, --discovery-dir or --online. Without a document the answer is no
(status 3).`,
		Example: `  symbi-ctl agentpin card verify card.json --discovery site.json
  symbi-ctl agentpin card verify card.json --domain example.com --trust-bundle bundle.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.sources.check(c); err != nil {
				return err
			}
			if o.sources.many() && o.domain == "" {
				return cli.Usagef("--domain is needed with the documents of many domains").WithHint("it says whose card you expect")
			}
			answer, err := o.run(c.Context(), app, args[0])
			if err != nil {
				return err
			}
			if err := app.Print(answer.view()); err != nil {
				return err
			}
			if !answer.Valid {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	c.Flags().StringVar(&o.domain, "domain", "", "`domain` whose card it has to be")
	o.sources.define(c)
	o.at.add(c.Flags())
	return cli.Exits(c, cli.No, cli.Unreachable)
}

func (o *cardOptions) run(ctx context.Context, app *cli.App, path string) (cardAnswer, error) {
	in := inputs{app: app}
	now, err := o.at.time(app)
	if err != nil {
		return cardAnswer{}, err
	}
	c, err := load(&in, path, card.Max, card.Parse)
	if err != nil {
		return cardAnswer{}, err
	}
	answer := judgeCard(c, o.domain)
	if answer.Reason != "" {
		return answer, nil
	}
	if o.sources.none() {
		answer.Reason = "the key is the card's own; anybody can make one, for any domain"
		answer.Hint = "--discovery FILE, or --domain DOMAIN with --trust-bundle FILE or --online, says whose key it is"
		return answer, nil
	}
	from, err := o.sources.open(app, &in, now)
	if err != nil {
		return cardAnswer{}, err
	}
	err = answer.identify(ctx, c, from, now)
	if errors.Is(err, discovery.ErrUnreachable) || errors.Is(err, context.Canceled) {
		return cardAnswer{}, dnsError(err)
	}
	if err != nil {
		answer.Identity, answer.Reason = identityRefused, err.Error()
	}
	return answer, nil
}

// judgeCard says what a card is worth by itself: why it is refused, or that it is
// signed by somebody.
func judgeCard(c *card.Card, domain string) cardAnswer {
	a := cardAnswer{Name: c.Name, URL: c.URL, Identity: identityNotChecked, Warnings: []string{}}
	if e := c.Extension; e != nil {
		a.Kid, a.Thumbprint = e.Key.Kid, e.Key.Thumbprint()
	}
	if err := c.Verify(); err != nil {
		a.Reason = err.Error()
		return a
	}
	a.Signed = true
	if domain == "" {
		return a
	}
	if err := c.From(domain); err != nil {
		a.Identity, a.Reason = identityRefused, err.Error()
	}
	return a
}

// identify returns why the card is not one of the domain that it names.
func (a *cardAnswer) identify(ctx context.Context, c *card.Card, from source.Source, now time.Time) error {
	domain, err := c.Domain()
	if err != nil {
		return err
	}
	d, err := from.Document(ctx, domain)
	if err == nil {
		err = d.CheckEntity(domain)
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.Keys, func(k discovery.Key) bool { return k.Thumbprint() == a.Thumbprint })
	if i < 0 {
		return fmt.Errorf("the document of %s does not publish the key of the card", domain)
	}
	a.Published = true
	if _, err := d.VerifyingKey(d.Keys[i].Kid, now.Add(-agentpin.DefaultSkew)); err != nil {
		return err
	}
	revoked, err := from.Revocations(ctx, d)
	switch {
	case err != nil:
		return fmt.Errorf("revocations of %s: %w", domain, err)
	case revoked == nil:
		a.Warnings = append(a.Warnings, "Revocation was not checked: there is no revocation document")
	case revoked.Entity != domain:
		return fmt.Errorf("the revocations are about %q, wanted is %q", revoked.Entity, domain)
	default:
		if kid, found := revoked.FindKey(d, d.Keys[i].Kid); found {
			return fmt.Errorf("the key %q is revoked", kid)
		}
	}
	a.Valid, a.Identity, a.Domain = true, identityProven, domain
	return nil
}

func (a cardAnswer) view() output.View {
	var f fields
	switch {
	case a.Valid:
		f.add("Verdict", "valid, signed by "+a.Domain, output.Good)
	case a.Signed && a.Identity == identityNotChecked:
		f.add("Verdict", "refused: self-signed, identity not checked", output.Bad)
	default:
		f.add("Verdict", "refused", output.Bad)
	}
	f.add("Reason", a.Reason)
	f.add("Hint", a.Hint)
	f.add("Name", a.Name)
	f.add("URL", a.URL)
	f.add("Key", a.Kid)
	f.add("Thumbprint", a.Thumbprint)
	for _, w := range a.Warnings {
		f.add("Warning", w, output.Warn)
	}
	return output.Record{Value: a, Fields: f}
}
