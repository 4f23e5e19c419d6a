package agentpin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
)

func newBundleShow(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "show FILE|-",
		Short:   "Show which domains a trust bundle holds",
		Example: "  symbi-ctl agentpin bundle show bundle.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			b, err := load(&inputs{app: app}, args[0], bundle.Max, bundle.Parse)
			if err != nil {
				return err
			}
			return showBundle(c.Context(), app, b)
		},
	}
}

// bundleEntry is one domain of a bundle.
type bundleEntry struct {
	Entity    string   `json:"entity"`
	Type      string   `json:"entity_type"`
	Keys      []string `json:"keys"`
	Agents    []string `json:"agents"`
	Revoked   int      `json:"revoked"` // entries of its revocations
	UpdatedAt string   `json:"updated_at"`
}

// bundleReport is a whole bundle.
type bundleReport struct {
	CreatedAt string        `json:"created_at"`
	Entries   []bundleEntry `json:"entries"`
}

func showBundle(ctx context.Context, app *cli.App, b *bundle.Bundle) error {
	report := bundleReport{CreatedAt: b.CreatedAt, Entries: []bundleEntry{}}
	for _, d := range b.Documents() {
		e := bundleEntry{Entity: d.Entity, Type: d.EntityType, Keys: []string{}, Agents: []string{}, UpdatedAt: d.UpdatedAt}
		for _, k := range d.Keys {
			e.Keys = append(e.Keys, k.Kid)
		}
		for _, a := range d.Agents {
			e.Agents = append(e.Agents, a.ID)
		}
		revoked, err := b.Revocations(ctx, d)
		if err != nil {
			return err
		}
		if revoked != nil {
			e.Revoked = len(revoked.Entries())
		}
		report.Entries = append(report.Entries, e)
	}
	return app.Print(output.List[bundleEntry]{
		Rows: report.Entries, Envelope: report, Empty: "The bundle is empty.", Summary: "made " + report.CreatedAt,
		Columns: []output.Column[bundleEntry]{
			{Header: "ENTITY", Cell: func(e bundleEntry) string { return e.Entity }},
			{Header: "TYPE", Cell: func(e bundleEntry) string { return e.Type }},
			{Header: "KEYS", Cell: func(e bundleEntry) string { return fmt.Sprint(len(e.Keys)) }},
			{Header: "AGENTS", Cell: func(e bundleEntry) string { return fmt.Sprint(len(e.Agents)) }},
			{Header: "REVOKED", Cell: func(e bundleEntry) string { return fmt.Sprint(e.Revoked) }},
			{Header: "UPDATED", Wide: true, Cell: func(e bundleEntry) string { return e.UpdatedAt }},
		},
	})
}
