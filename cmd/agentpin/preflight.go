package agentpin

import (
	"context"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// preflight is what a verifier would say of a token that is not handed out yet.
type preflight struct {
	published *discovery.Document // of the issuer
	at        time.Time           // when the token is looked at
	done      string              // what is not done to a token that is refused
}

// check returns cli.ErrNo when a verifier would refuse the token.
func (p preflight) check(ctx context.Context, app *cli.App, token string) error {
	res, err := agentpin.Preflight(ctx, token, p.published, p.at)
	if err != nil || res.Valid {
		return err
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
