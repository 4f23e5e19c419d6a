package agentpin

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

type issueOptions struct {
	key                           keyFlags
	issuer, agent, audience       string
	capabilities                  []string
	ttl                           span
	notBefore, nonce              string
	constraints, chain, discovery string
	others                        chainFlags
	allowLongTTL, forSymbiont     bool
	at                            atFlag
	out                           outFlags
	audit                         auditFlag
}

func newIssue(app *cli.App) *cobra.Command {
	o := issueOptions{ttl: span(agentpin.DefaultTTL)}
	c := &cobra.Command{
		Use:   "issue",
		Short: "Issue a credential",
		Long: `Sign a credential for an agent of a domain and print it. With --discovery the
domain's document is consulted first: the key gets its name from it, and a
credential that a verifier with these documents would refuse is not handed out
(status 3). What others delegate with --delegation-chain is checked as far as
their documents are given, with --chain-discovery or --trust-bundle; what cannot
be checked is said. Revocations of the issuer are not asked for.
The Symbiont runtime wants the bare UUID of its agent as --agent; --for-symbiont
insists on one.`,
		Example: `  symbi-ctl agentpin issue --key example-2026-01.private.pem --kid example-2026-01 --issuer example.com --agent urn:agentpin:example.com:scout --capability read:codebase --audience verifier.example
  symbi-ctl agentpin issue --key example-2026-01.private.pem --discovery site.json --agent urn:agentpin:example.com:scout --capability read:codebase --ttl 10m --out agent.jwt`,
		Args: cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needs(c, "delegation-chain", "chain-discovery", "trust-bundle"); err != nil {
				return err
			}
			if err := o.others.check(c); err != nil {
				return err
			}
			return o.run(c.Context(), app)
		},
	}
	f := c.Flags()
	o.key.add(c)
	f.StringVar(&o.issuer, "issuer", "", "`domain` that issues; without it, that of --discovery")
	f.StringVar(&o.agent, "agent", "", "`id` of the agent: urn:agentpin:DOMAIN:NAME, or a UUID")
	f.StringVar(&o.audience, "audience", "", "`domain` of the verifier, or * for any")
	f.StringSliceVar(&o.capabilities, "capability", nil, "what the agent may do, as `action:resource`; several by commas, or repeated")
	f.Var(&o.ttl, "ttl", "how long the credential lives, as 1h or 3600")
	f.StringVar(&o.notBefore, "not-before", "", "`time` from which on it is valid")
	f.StringVar(&o.nonce, "nonce", "", "`text` that the verifier asked for")
	f.StringVar(&o.constraints, "constraints", "", "`JSON` of the constraints, or @FILE")
	f.StringVar(&o.chain, "delegation-chain", "", "`file` with the attestations, the outermost first")
	f.StringVar(&o.discovery, "discovery", "", "`file` with the issuer's document: refuse what a verifier would refuse")
	o.others.add(c)
	f.BoolVar(&o.allowLongTTL, "allow-long-ttl", false, "allow a life of more than 24 h, which verifiers refuse")
	f.BoolVar(&o.forSymbiont, "for-symbiont", false, "insist that the agent is a UUID")
	o.at.add(f)
	o.out.add(f)
	o.audit.add(f)
	_ = c.MarkFlagRequired("agent")      // they were
	_ = c.MarkFlagRequired("capability") // just defined
	c.MarkFlagsOneRequired("issuer", "discovery")
	aliases(f, map[string]string{"private-key": "key", "agent-id": "agent", "capabilities": "capability", "nbf": "not-before"})
	return cli.Exits(c, cli.No, cli.Conflict)
}

func (o *issueOptions) run(ctx context.Context, app *cli.App) error {
	in := inputs{app: app}
	now, err := o.at.time(app)
	if err != nil {
		return err
	}
	request, err := o.request(&in)
	if err != nil {
		return err
	}
	var published *discovery.Document
	if o.discovery != "" {
		if published, err = in.document(o.discovery); err != nil {
			return err
		}
		if o.issuer == "" {
			o.issuer = published.Entity
		}
	}
	private, kid, err := o.key.signer(&in, published)
	if err != nil {
		return err
	}
	token, err := agentpin.Issuer{Domain: o.issuer, Kid: kid, Key: private}.Issue(request, now)
	if err != nil {
		return cli.Usagef("%v", err)
	}
	if err := o.rehearse(ctx, app, &in, published, token, later(now, request.NotBefore)); err != nil {
		return err
	}
	return o.deliver(ctx, app, token, now)
}

// rehearse asks what a verifier would say of the token.
func (o *issueOptions) rehearse(ctx context.Context, app *cli.App, in *inputs, published *discovery.Document, token string, at time.Time) error {
	if published == nil {
		if o.chain != "" {
			app.Notice("warning: the delegation chain is not checked: give your document with --discovery")
		}
		return nil
	}
	from, err := o.others.with(in, published)
	if err != nil {
		return err
	}
	return preflight{published, from, at, "issued"}.check(ctx, app, token)
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (o *issueOptions) request(in *inputs) (agentpin.Request, error) {
	r := agentpin.Request{
		AgentID: o.agent, Audience: o.audience, Capabilities: o.capabilities, Nonce: o.nonce, TTL: time.Duration(o.ttl),
		AllowLongTTL: o.allowLongTTL,
	}
	if o.audience != "" && o.audience != agentpin.AnyAudience {
		if err := checkDomain("--audience", o.audience); err != nil {
			return r, err
		}
	}
	if o.ttl <= 0 {
		return r, cli.Usagef("--ttl: a credential that does not live is of no use")
	}
	if o.forSymbiont && !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(o.agent) {
		return r, cli.Usagef("--for-symbiont: %q is not a UUID", o.agent).WithHint("the runtime compares the subject with the agent's bare id")
	}
	var err error
	if o.notBefore != "" {
		if r.NotBefore, err = parseTime("not-before", o.notBefore); err != nil {
			return r, err
		}
	}
	if o.constraints != "" {
		if r.Constraints, err = readConstraints(in, o.constraints); err != nil {
			return r, err
		}
	}
	if o.chain != "" {
		r.Chain, err = load(in, o.chain, agentpin.MaxToken, delegation.Parse)
	}
	return r, err
}

// readConstraints reads JSON, or the file behind an @.
func readConstraints(in *inputs, text string) (*constraint.Set, error) {
	if path, ok := strings.CutPrefix(text, "@"); ok {
		return load(in, path, agentpin.MaxToken, constraint.Parse)
	}
	s, err := constraint.Parse([]byte(text))
	if err != nil {
		e := cli.Usagef("--constraints: %v", err)
		if !strings.HasPrefix(strings.TrimSpace(text), "{") {
			e = e.WithHint("a file is given as @%s", text)
		}
		return nil, e
	}
	return s, nil
}

func (o *issueOptions) deliver(ctx context.Context, app *cli.App, token string, now time.Time) error {
	c, err := agentpin.Parse(token)
	if err != nil {
		return fmt.Errorf("read the credential back: %w", err)
	}
	if err := o.audit.log(ctx, app, record("issue", now, c, agentpin.Result{Valid: true})); err != nil {
		return err
	}
	if !o.out.toFile() {
		return app.Print(output.Document{Text: token + "\n", Value: issued{Token: token, Kid: c.Kid, Claims: c.Claims}})
	}
	if err := create(app, o.out.path, []byte(token+"\n"), safefile.Options{Replace: o.out.force}); err != nil {
		return err
	}
	return app.Print(issuedView(issued{Kid: c.Kid, Claims: c.Claims, File: o.out.path}, now))
}
