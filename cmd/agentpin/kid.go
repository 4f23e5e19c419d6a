package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func newKid(app *cli.App) *cobra.Command {
	var secret secretFlag
	c := &cobra.Command{
		Use:     "kid FILE|-",
		Aliases: []string{"thumbprint"},
		Short:   "Show the ids of a key",
		Long: `Show by which names a key is known: its kid, the SHA-256 of its SPKI form, which
peers use as kid, and its RFC 7638 thumbprint, which pins and DNS records hold
in hex. FILE is a private or public key in PEM, a JWK, or a JWK Set.`,
		Example: "  symbi-ctl agentpin kid example-2026-01.public.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			found, err := readKeys(&in, args[0], &secret)
			if err != nil {
				return err
			}
			rows := make([]madeKey, len(found))
			for i, k := range found {
				if rows[i], err = describe(k); err != nil {
					return err
				}
			}
			if len(rows) == 1 {
				return app.Print(keyView(rows[0]))
			}
			return app.Print(output.List[madeKey]{Rows: rows, Empty: "No keys.", Columns: []output.Column[madeKey]{
				{Header: "KID", Cell: func(k madeKey) string { return k.Kid }},
				{Header: "THUMBPRINT", Cell: func(k madeKey) string { return k.Thumbprint }},
				{Header: "SPKI SHA-256", Wide: true, Cell: func(k madeKey) string { return k.SPKIHash }},
				{Header: "RFC 7638", Wide: true, Cell: func(k madeKey) string { return k.RFC7638 }},
			}})
		},
	}
	secret.add(c, "", "the key")
	return c
}

// readKeys reads whatever keys a file holds.
func readKeys(in *inputs, path string, secret *secretFlag) ([]keys.Key, error) {
	data, err := in.read(path, keys.Max)
	if err != nil {
		return nil, err
	}
	found, err := keys.Parse(data, secret.ask(in, "Passphrase of "+path))
	if err != nil {
		return nil, keyError(path, err)
	}
	return found, nil
}
