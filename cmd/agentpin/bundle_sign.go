package agentpin

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
)

func newBundleSign(app *cli.App) *cobra.Command {
	var (
		key keyFlags
		out outFlags
	)
	c := &cobra.Command{
		Use:   "sign FILE",
		Short: "Sign a trust bundle in a file beside it",
		Long: `Sign the bytes of a bundle. The signature goes into a file of its own, FILE.sig
unless --out says otherwise, so that peers who know nothing of it still read the
bundle.`,
		Example: "  symbi-ctl agentpin bundle sign bundle.json --key example-2026-01.private.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := inputs{app: app}
			text, err := in.read(args[0], bundle.Max)
			if err != nil {
				return err
			}
			if _, err := bundle.Parse(text); err != nil {
				return cli.Wrap(cli.CodeLoad, fmt.Errorf("%s: %w", args[0], err))
			}
			private, err := key.private(&in)
			if err != nil {
				return err
			}
			signature, err := keys.SignDetached(private, text)
			if err != nil {
				return err
			}
			if !c.Flags().Changed("out") {
				out.path = args[0] + ".sig"
			}
			if !out.toFile() {
				return app.Print(output.Document{Text: signature + "\n", Value: map[string]string{"signature": signature}})
			}
			return out.write(app, []byte(signature+"\n"), public)
		},
	}
	key.addFile(c)
	out.addTo(c.Flags(), "write to this `file`, - for stdout; without it, to FILE.sig")
	return cli.Exits(c, cli.Conflict)
}
