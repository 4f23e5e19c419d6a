package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

func newBundleAdd(app *cli.App) *cobra.Command {
	var (
		pack packFlags
		at   atFlag
	)
	c := &cobra.Command{
		Use:   "add FILE",
		Short: "Add documents to a trust bundle, or renew them",
		Long: `Put documents into a bundle, in its file and in one step. A document takes the
place of the one of the same domain; revocations are added to those that are
there, and none is taken back.`,
		Example: "  symbi-ctl agentpin bundle add bundle.json --discovery other.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			now, err := at.time(app)
			if err != nil {
				return err
			}
			read, err := pack.read(&inputs{app: app})
			if err != nil {
				return err
			}
			var after *bundle.Bundle
			err = rewrite(c.Context(), app, args[0], bundle.Max, bundle.Parse, func(b *bundle.Bundle) (any, error) {
				for _, d := range read.documents {
					b.Replace(d)
				}
				for _, r := range read.revocations {
					b.PutRevocations(r)
				}
				b.CreatedAt = now.UTC().Format(discovery.TimeFormat)
				after = b
				return b, nil
			})
			if err != nil {
				return err
			}
			return showBundle(c.Context(), app, after)
		},
	}
	pack.add(c)
	c.MarkFlagsOneRequired("discovery", "revocation")
	at.add(c.Flags())
	return c
}
