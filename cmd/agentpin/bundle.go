package agentpin

import (
	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func newBundle(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "bundle",
		Short:   "Pack documents of many domains into a trust bundle",
		Example: "  symbi-ctl agentpin bundle show bundle.json",
	}, newBundleCreate(app), newBundleAdd(app), newBundleShow(app), newBundleSign(app), newBundleVerify(app))
}

// packFlags name the documents that go into a bundle.
type packFlags struct{ documents, revocations []string }

func (p *packFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&p.documents, "discovery", nil, "`file` with a discovery document; can be repeated")
	c.Flags().StringArrayVar(&p.revocations, "revocation", nil, "`file` with a revocation document; can be repeated")
}

// packed are documents that were read.
type packed struct {
	documents   []*discovery.Document
	revocations []*revocation.Document
}

func (p *packFlags) read(in *inputs) (packed, error) {
	var out packed
	for _, path := range p.documents {
		d, err := in.document(path)
		if err != nil {
			return packed{}, err
		}
		out.documents = append(out.documents, d)
	}
	for _, path := range p.revocations {
		r, err := load(in, path, revocation.Max, revocation.Parse)
		if err != nil {
			return packed{}, err
		}
		out.revocations = append(out.revocations, r)
	}
	return out, nil
}
