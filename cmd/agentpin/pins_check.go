package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

// pinAnswer is what a store says of a key.
type pinAnswer struct {
	Domain string      `json:"domain"`
	Status pins.Status `json:"status"` // pinned, changed or not_known
	Level  pins.Level  `json:"trust_level,omitempty"`
}

func newPinsCheck(app *cli.App) *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "check DOMAIN KEY",
		Short: "Say whether a key is the one pinned for a domain",
		Long: `Look a key up and change nothing: pinned is status 0, another key or an unknown
domain is status 3.`,
		Example: "  symbi-ctl agentpin pins check example.com example-2026-01.public.pem --pin-store pins.json",
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkDomain("DOMAIN", args[0]); err != nil {
				return err
			}
			in := inputs{app: app}
			p, err := newPin(&in, args[1], "", "", "")
			if err != nil {
				return err
			}
			store, err := pins.Open(app.Path(path)).Load()
			if err != nil {
				return pinError(err)
			}
			answer := pinAnswer{Domain: args[0], Status: pins.NotKnown}
			if d, known := store.Domain(args[0]); known {
				answer.Status = pins.Changed
				for _, there := range d.Pins {
					if there.Hash == p.Hash {
						answer.Status, answer.Level = pins.Matched, there.Level
					}
				}
			}
			if err := app.Print(answer.view()); err != nil {
				return err
			}
			if answer.Status != pins.Matched {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	pinStoreFlag(c, &path)
	return cli.Exits(c, cli.No)
}

func (a pinAnswer) view() output.View {
	var f fields
	f.add("Domain", a.Domain)
	f.add("Status", string(a.Status), map[pins.Status]output.Style{pins.Matched: output.Good, pins.Changed: output.Bad, pins.NotKnown: output.Warn}[a.Status])
	f.add("Level", string(a.Level))
	return output.Record{Value: a, Fields: f}
}
