package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/card"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// cardAnswer is the verdict on a card.
type cardAnswer struct {
	Valid      bool   `json:"valid"`
	Reason     string `json:"reason,omitempty"`
	Name       string `json:"name"`
	URL        string `json:"url"`
	Kid        string `json:"kid,omitempty"`
	Thumbprint string `json:"thumbprint,omitempty"`
	Published  bool   `json:"published"` // whether the document publishes the key
}

func newCardVerify(app *cli.App) *cobra.Command {
	var domain, document string
	c := &cobra.Command{
		Use:   "verify FILE|-",
		Short: "Verify a signed AgentCard",
		Long: `Check the signature of a card. It is made with the key inside the card, and the
address of the document is outside the signature: only --discovery, which has to
publish the key, or --domain, from which the card was fetched, ties it to somebody.`,
		Example: "  symbi-ctl agentpin card verify card.json --discovery site.json --domain example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			c, err := load(&in, args[0], card.Max, card.Parse)
			if err != nil {
				return err
			}
			answer := judgeCard(c, domain)
			if document != "" {
				d, err := in.document(document)
				if err != nil {
					return err
				}
				answer.compare(c, d)
			}
			if err := app.Print(answer.view()); err != nil {
				return err
			}
			if !answer.Valid {
				return cli.ErrNo // printed already
			}
			if document == "" && domain == "" {
				app.Notice("warning: the key is the card's own; nothing ties it to a domain")
			}
			return nil
		},
	}
	c.Flags().StringVar(&domain, "domain", "", "`domain` from which the card was fetched")
	c.Flags().StringVar(&document, "discovery", "", "`file` with the document that has to publish the key")
	return cli.Exits(c, cli.No)
}

func judgeCard(c *card.Card, domain string) cardAnswer {
	answer := cardAnswer{Name: c.Name, URL: c.URL, Valid: true}
	err := c.Verify()
	if err == nil && domain != "" {
		err = c.From(domain)
	}
	if err != nil {
		answer.Valid, answer.Reason = false, err.Error()
	}
	if e := c.Extension; e != nil {
		answer.Kid, answer.Thumbprint = e.Key.Kid, e.Key.Thumbprint()
	}
	return answer
}

// compare refuses a card whose key the document does not publish.
func (a *cardAnswer) compare(c *card.Card, d *discovery.Document) {
	if !a.Valid {
		return
	}
	if err := c.From(d.Entity); err != nil {
		a.Valid, a.Reason = false, err.Error()
		return
	}
	for _, k := range d.Keys {
		a.Published = a.Published || k.Thumbprint() == a.Thumbprint
	}
	if !a.Published {
		a.Valid, a.Reason = false, "the document does not publish the key of the card"
	}
}

func (a cardAnswer) view() output.View {
	var f fields
	if a.Valid {
		f.add("Verdict", "valid", output.Good)
	} else {
		f.add("Verdict", "refused", output.Bad)
	}
	f.add("Reason", a.Reason)
	f.add("Name", a.Name)
	f.add("URL", a.URL)
	f.add("Key", a.Kid)
	f.add("Thumbprint", a.Thumbprint)
	return output.Record{Value: a, Fields: f}
}
