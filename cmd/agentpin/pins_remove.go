package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

func newPinsRemove(app *cli.App) *cobra.Command {
	var (
		path, key string
		yes       bool
	)
	c := &cobra.Command{
		Use:   "remove DOMAIN",
		Short: "Forget a domain, or one of its keys",
		Long: `Forget a domain: its next key is trusted on first use. With --key only that key
goes; a domain whose last key went is still known, and every key is refused.`,
		Example: `  symbi-ctl agentpin pins remove example.com --key example-2026-01 --pin-store pins.json --yes
  symbi-ctl agentpin pins remove example.com --pin-store pins.json --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			question := "Forget every key of " + args[0] + ", and trust the next one it shows?"
			if key != "" {
				question = "Refuse the key " + key + " of " + args[0] + " from now on?"
			}
			if err := app.Confirm(yes, question); err != nil {
				return err
			}
			err := pins.Open(app.Path(path)).Edit(c.Context(), func(s *pins.Store) error {
				if key == "" && s.Forget(args[0]) || key != "" && s.Remove(args[0], key) > 0 {
					return nil
				}
				e := &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "no such pin of " + args[0]}
				return e.WithNext("symbi-ctl agentpin pins list --pin-store " + path)
			})
			if err != nil {
				return pinError(err)
			}
			app.Notice("removed")
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "kid or thumbprint of the `key`")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	pinStoreFlag(c, &path)
	return cli.Exits(c, cli.NotFound)
}
