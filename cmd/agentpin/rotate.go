package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

func newRotate(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "rotate",
		Short: "Replace the key of a domain without a gap",
		Long: `In three steps: prepare makes the new key, apply publishes it beside the old
one, complete drops and revokes the old one once no credential signed with it is
alive. Between the last two, verifiers with a pin store have to be told the new
key.`,
		Example: "  symbi-ctl agentpin rotate apply site.json example-2026-02.public.jwk.json",
	}, newRotatePrepare(app), newRotateApply(app), newRotateComplete(app))
}

// rotated is a step of a rotation.
type rotated struct {
	Document string   `json:"document"`
	Entity   string   `json:"entity"`
	Keys     []string `json:"keys"` // what the document has now
	Due      string   `json:"due,omitempty"`
	Revoked  string   `json:"revoked,omitempty"`
	Next     []string `json:"next"`
}

func (r rotated) view() output.View {
	var f fields
	f.add("Document", r.Document)
	f.list("Keys", r.Keys)
	f.add("Old key may go", r.Due)
	f.add("Revoked", r.Revoked)
	for _, next := range r.Next {
		f.add("Next", next)
	}
	return output.Record{Value: r, Fields: f}
}

func (r *rotated) describe(d *discovery.Document) {
	r.Entity, r.Keys = d.Entity, []string{}
	for _, k := range d.Keys {
		r.Keys = append(r.Keys, k.Kid)
	}
}
