package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
)

// dnsRecord is one record to publish.
type dnsRecord struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Text string `json:"text"`
	Kid  string `json:"kid"`
}

func newDNSRecord(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "record FILE|-",
		Short: "Show the DNS records for the keys of a document",
		Long: `Show one TXT record for each key of a discovery document. Publish one of them: a
verifier takes the first.`,
		Example: "  symbi-ctl agentpin dns record site.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			d, err := in.document(args[0])
			if err != nil {
				return err
			}
			rows := make([]dnsRecord, len(d.Keys))
			for i, k := range d.Keys {
				rows[i] = dnsRecord{dns.Name(d.Entity), "TXT", dns.Text(k), k.Kid}
			}
			return app.Print(output.List[dnsRecord]{Rows: rows, Columns: []output.Column[dnsRecord]{
				{Header: "NAME", Cell: func(r dnsRecord) string { return r.Name }},
				{Header: "TYPE", Cell: func(r dnsRecord) string { return r.Type }},
				{Header: "TEXT", Whole: true, Cell: func(r dnsRecord) string { return r.Text }},
			}})
		},
	}
}
