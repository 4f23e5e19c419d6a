package agentpin

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

func newPins(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "pins",
		Aliases: []string{"pin"},
		Short:   "Keep the keys that domains are known by",
		Long: `A pin store remembers which keys a domain used, so that another one is noticed.
The file is the array that every AgentPin library writes, or Symbiont's
~/.symbiont/agentpin_keys.json; it is written back in the form it had.`,
		Example: "  symbi-ctl agentpin pins list --pin-store pins.json",
	}, newPinsList(app), newPinsAdd(app), newPinsRemove(app), newPinsCheck(app), newPinsImport(app))
}

func pinStoreFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "pin-store", "", "`file` of pinned keys")
	_ = c.MarkFlagRequired("pin-store") // it was just defined
}

// pinError gives a store that cannot be used its code.
func pinError(err error) error {
	var known *cli.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return cli.Wrap(cli.CodeLoad, err)
}

// pinRow is one key of one domain.
type pinRow struct {
	Domain string `json:"domain"`
	pins.Pin
}

func pinRows(domains []pins.Domain) []pinRow {
	rows := []pinRow{}
	for _, d := range domains {
		for _, p := range d.Pins {
			rows = append(rows, pinRow{d.Name, p})
		}
		if len(d.Pins) == 0 {
			rows = append(rows, pinRow{Domain: d.Name})
		}
	}
	return rows
}

func pinView(rows []pinRow) output.View {
	return output.List[pinRow]{Rows: rows, Empty: "No pins.", Columns: []output.Column[pinRow]{
		{Header: "DOMAIN", Cell: func(r pinRow) string { return r.Domain }},
		{Header: "KID", Cell: func(r pinRow) string { return r.Kid }},
		{Header: "LEVEL", Cell: func(r pinRow) string {
			if r.Level == "" {
				return "every key is refused"
			}
			return string(r.Level)
		}},
		{Header: "LAST SEEN", Cell: func(r pinRow) string { return r.LastSeen }},
		{Header: "FIRST SEEN", Wide: true, Cell: func(r pinRow) string { return r.FirstSeen }},
		{Header: "THUMBPRINT", Wide: true, Cell: func(r pinRow) string { return r.Hash }},
	}}
}
