package agentpin

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func newRevocation(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:     "revocation",
		Short:   "Take back credentials, agents and keys",
		Example: "  symbi-ctl agentpin revocation add revoked.json --jti 11111111-2222-4333-8444-555555555555 --reason key_compromise",
	}, newRevocationCreate(app), newRevocationAdd(app), newRevocationCheck(app))
}

// targetFlags name what is revoked.
type targetFlags struct{ jti, agent, kid, token string }

func (t *targetFlags) add(c *cobra.Command, f *pflag.FlagSet) {
	f.StringVar(&t.jti, "jti", "", "`id` of a credential")
	f.StringVar(&t.agent, "agent", "", "`id` of an agent")
	f.StringVar(&t.kid, "kid", "", "`name` of a key")
	f.StringVar(&t.token, "token", "", "`file` with the credential, - for stdin")
	c.MarkFlagsOneRequired("jti", "agent", "kid", "token")
	c.MarkFlagsMutuallyExclusive("jti", "agent", "kid", "token")
}

// target is what the flags name, as entries of a revocation document: the first
// revokes it, any of them may have revoked it.
type target struct {
	name    string // for messages
	domain  string // which alone can revoke it; "" when its name does not say
	entries []revocation.Entry
}

// target returns what the flags name. A credential is revoked by its id, and
// checked by id, agent and key.
func (t *targetFlags) target(in *inputs) (target, error) {
	switch {
	case *t == targetFlags{}:
		return target{}, cli.Usagef("what is meant has an empty name")
	case t.jti != "":
		return target{name: "the credential " + t.jti, entries: []revocation.Entry{{Kind: revocation.Credential, ID: t.jti}}}, nil
	case t.agent != "":
		domain, _ := discovery.URNDomain(t.agent) // "" for a UUID or a plain name, which any domain may have
		return target{"the agent " + t.agent, domain, []revocation.Entry{{Kind: revocation.Agent, ID: t.agent}}}, nil
	case t.kid != "":
		return target{name: "the key " + t.kid, entries: []revocation.Entry{{Kind: revocation.Key, ID: t.kid}}}, nil
	}
	token, err := in.token(t.token)
	if err != nil {
		return target{}, err
	}
	c, err := agentpin.Parse(token)
	if err != nil {
		return target{}, notCredential(t.token, token, err)
	}
	return target{t.token, c.Claims.Issuer, targetsOf(c)}, nil
}

// fits refuses the revocations of another domain: verifiers of the one that
// matters never look into them.
func (t target) fits(path string, d *revocation.Document) error {
	if t.domain == "" || t.domain == d.Entity {
		return nil
	}
	return fmt.Errorf("%s is of %s, and %s holds the revocations of %s", t.name, t.domain, path, d.Entity)
}

// targetsOf is what a credential can be revoked by: its id, its agent, its key.
func targetsOf(c *agentpin.Credential) []revocation.Entry {
	return []revocation.Entry{
		{Kind: revocation.Credential, ID: c.Claims.ID}, {Kind: revocation.Agent, ID: c.Claims.Subject}, {Kind: revocation.Key, ID: c.Kid},
	}
}

// lookup returns the first of targets that is revoked, or that the first is not.
func lookup(d *revocation.Document, targets []revocation.Entry) revokedEntry {
	for _, t := range targets {
		if e, found := d.Find(t.Kind, t.ID); found {
			return revokedEntry{Kind: e.Kind, ID: e.ID, Revoked: true, RevokedAt: e.RevokedAt, Reason: e.Reason}
		}
	}
	return revokedEntry{Kind: targets[0].Kind, ID: targets[0].ID}
}

// revokedEntry is one entry as add and check show it.
type revokedEntry struct {
	Kind      revocation.Kind `json:"kind"`
	ID        string          `json:"id"`
	Revoked   bool            `json:"revoked"`
	RevokedAt string          `json:"revoked_at,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Added     *bool           `json:"added,omitempty"` // of add; false when it was there before
	Known     *bool           `json:"known,omitempty"` // of add; whether the document of --discovery has it
}

func revokedView(e revokedEntry) output.View {
	var f fields
	f.add("Kind", string(e.Kind))
	f.add("Id", e.ID)
	f.add("Revoked", map[bool]string{true: "yes", false: "no"}[e.Revoked])
	f.add("At", e.RevokedAt)
	f.add("Reason", e.Reason)
	if e.Added != nil && !*e.Added {
		f.add("Changed", "no, it was revoked before")
	}
	return output.Record{Value: e, Fields: f}
}
