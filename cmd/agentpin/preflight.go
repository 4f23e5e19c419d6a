package agentpin

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// chainFlags are the documents of those who delegate to the issuer.
type chainFlags struct {
	documents []string
	bundle    string
}

func (f *chainFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.documents, "chain-discovery", nil, "`file` with the document of a domain in the delegation chain; can be repeated")
	c.Flags().StringVar(&f.bundle, "trust-bundle", "", "`file` with the documents of the domains in the delegation chain")
}

// check refuses flags that would be ignored.
func (f *chainFlags) check(c *cobra.Command) error {
	return needs(c, "discovery", "chain-discovery", "trust-bundle")
}

// with returns the source that a verifier would have who knows the issuer's
// document and these.
func (f *chainFlags) with(in *inputs, published *discovery.Document) (source.Source, error) {
	given := bundle.New(time.Time{})
	given.Replace(published)
	for _, path := range f.documents {
		d, err := in.document(path)
		if err != nil {
			return nil, err
		}
		if err := given.Put(d); err != nil {
			return nil, cli.Usagef("--chain-discovery %s: %v", path, err)
		}
	}
	if f.bundle == "" {
		return given, nil
	}
	b, err := load(in, f.bundle, bundle.Max, bundle.Parse)
	return source.Chain{given, b}, err
}

// preflight is what a verifier would say of a token that is not handed out yet.
type preflight struct {
	published *discovery.Document // of the issuer
	from      source.Source       // what else a verifier knows
	at        time.Time           // when the token is looked at
	done      string              // what is not done to a token that is refused
}

// check returns cli.ErrNo when a verifier would refuse the token, and says what
// one would look at that could not be checked here.
func (p preflight) check(ctx context.Context, app *cli.App, token string) error {
	res, err := agentpin.NewVerifier(p.from).Verify(ctx, token, p.at)
	if err != nil {
		return err
	}
	if res.Valid {
		for _, link := range res.DelegationChain {
			if !link.Verified {
				app.Notice("warning: the delegation by %s is not checked: give its document with --chain-discovery or --trust-bundle", link.Domain)
			}
		}
		return nil
	}
	res.Warnings = nil // about the verifier that we are not
	if res.ErrorCode == agentpin.AgentNotFound && res.Credential != nil {
		res.Hint = otherAgents(p.published, res.Credential.Claims.Subject)
	}
	app.Notice("not %s: a verifier with this document would refuse it", p.done)
	if err := app.Print(resultView(res, p.at)); err != nil {
		return err
	}
	return cli.ErrNo // printed already
}

// otherAgents names the agent that may be meant, or those that there are.
func otherAgents(d *discovery.Document, wanted string) string {
	var ids []string
	for _, a := range d.Agents {
		ids = append(ids, a.ID)
	}
	if near := cli.Nearest(wanted, ids); near != "" {
		return "did you mean " + near + "?"
	}
	if len(ids) == 0 {
		return "the document declares no agent; add one with: symbi-ctl agentpin discovery build --from"
	}
	return "the document declares " + strings.Join(ids[:min(len(ids), 5)], ", ")
}
