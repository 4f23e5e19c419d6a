package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
)

func newBundleCreate(app *cli.App) *cobra.Command {
	var (
		pack packFlags
		at   atFlag
		out  outFlags
	)
	c := &cobra.Command{
		Use:   "create",
		Short: "Make a trust bundle",
		Long: `Pack discovery and revocation documents into one file, which serves to verify
without a network.`,
		Example: "  symbi-ctl agentpin bundle create --discovery site.json --discovery maker.json --revocation revoked.json --out bundle.json",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			now, err := at.time(app)
			if err != nil {
				return err
			}
			read, err := pack.read(&inputs{app: app})
			if err != nil {
				return err
			}
			b := bundle.New(now)
			for _, d := range read.documents {
				if err := b.Put(d); err != nil {
					return cli.Wrap(cli.CodeConflict, err)
				}
			}
			for _, r := range read.revocations {
				b.PutRevocations(r)
			}
			return out.emit(app, b)
		},
	}
	pack.add(c)
	_ = c.MarkFlagRequired("discovery") // it was just defined
	at.add(c.Flags())
	out.add(c.Flags())
	return cli.Exits(c, cli.Conflict)
}
