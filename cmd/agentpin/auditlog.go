package agentpin

import (
	"context"
	"time"

	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/audit"
)

// auditFlag is where verdicts are written down.
type auditFlag struct{ path string }

func (a *auditFlag) add(f *pflag.FlagSet) {
	f.StringVar(&a.path, "audit", "", "append what was decided to this `file`, one JSON line for each credential")
}

func (a *auditFlag) log(ctx context.Context, app *cli.App, records ...audit.Record) error {
	if a.path == "" {
		return nil
	}
	return audit.Log{Path: app.Path(a.path)}.Append(ctx, records...)
}

// record is what the log says of a verdict: no token, no key.
func record(verb string, now time.Time, c *agentpin.Credential, res agentpin.Result) audit.Record {
	r := audit.Record{Time: now.UTC().Truncate(time.Second), Verb: verb, Valid: res.Valid, Code: string(res.ErrorCode)}
	if c != nil {
		r.Kid, r.ID, r.Issuer, r.Subject = c.Kid, c.Claims.ID, c.Claims.Issuer, c.Claims.Subject
		r.Audience, r.Expires = c.Claims.Audience, c.Claims.Expires
	}
	return r
}
