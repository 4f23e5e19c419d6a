package agentpin

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
)

// dnsAnswer is the comparison of a record and a document.
type dnsAnswer struct {
	Name   string      `json:"name"`
	Match  bool        `json:"match"`
	Record *dns.Record `json:"record"` // null when there is none
	Reason string      `json:"reason,omitempty"`
}

func newDNSCheck(app *cli.App) *cobra.Command {
	var texts []string
	c := &cobra.Command{
		Use:   "check FILE|-",
		Short: "Compare a document with the DNS record of its domain",
		Long: `Ask DNS for the record of a document's domain. No record is status 0: DNS can
only take trust away. One that is malformed or names no key of the document is
status 3. With --txt DNS is not asked.`,
		Example: `  symbi-ctl agentpin dns check site.json --txt 'v=agentpin1; fp=sha256:00'`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := inputs{app: app}
			d, err := in.document(args[0])
			if err != nil {
				return err
			}
			if !c.Flags().Changed("txt") {
				if texts, err = lookupTXT(c.Context(), d.Entity); err != nil {
					return dnsError(err)
				}
			}
			answer := compareDNS(d, texts)
			if err := app.Print(answer.view()); err != nil {
				return err
			}
			if !answer.Match {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&texts, "txt", nil, "`text` of a record, instead of asking DNS; can be repeated")
	return cli.Exits(c, cli.No, cli.Unreachable)
}

func dnsError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	e := cli.Wrap(cli.CodeUnreachable, err)
	e.Retryable = true
	return e
}

func compareDNS(d *discovery.Document, texts []string) dnsAnswer {
	answer := dnsAnswer{Name: dns.Name(d.Entity), Match: true}
	r, err := dns.Find(texts)
	if err == nil && r != nil {
		answer.Record = r
		err = r.Match(d)
	}
	if err != nil {
		answer.Match, answer.Reason = false, err.Error()
	}
	return answer
}

func (a dnsAnswer) view() output.View {
	var f fields
	f.add("Name", a.Name)
	switch {
	case !a.Match:
		f.add("Verdict", "refused", output.Bad)
	case a.Record == nil:
		f.add("Verdict", "there is no record")
	default:
		f.add("Verdict", "the record names a key of the document", output.Good)
	}
	f.add("Reason", a.Reason)
	if a.Record != nil {
		f.add("Fingerprint", a.Record.Fingerprint)
	}
	return output.Record{Value: a, Fields: f}
}
