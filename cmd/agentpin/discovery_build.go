package agentpin

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/rotation"
)

type buildOptions struct {
	from, entity, endpoint    string
	kind, status              *choice
	keys                      []string
	depth                     int
	agent                     discovery.Agent
	agentID, agentType, about string
	constraints               string
	ttl                       span
	at                        atFlag
	out                       outFlags
}

// noEndpoint stands for no address of revocations.
const noEndpoint = "none"

func newBuild(app *cli.App) *cobra.Command {
	var o buildOptions
	c := &cobra.Command{
		Use:   "build",
		Short: "Build a discovery document, or extend one",
		Long: `Build the document that a domain publishes at
https://DOMAIN/.well-known/agent-identity.json: its keys and one agent. With
--from the key and the agent are added to a document that exists. Everything is
checked first; a document with an error is not written. The document names the
address of the domain's revocations, which have to be published there, as
revocation create makes them: online verifiers refuse everything when they are
missing. A domain that has none to publish names no address:
--revocation-endpoint none.`,
		Example: `  symbi-ctl agentpin discovery build --entity example.com --key example-2026-01.public.jwk.json --agent urn:agentpin:example.com:scout --name Scout --capability 'read:*' --out site.json
  symbi-ctl agentpin discovery build --from site.json --agent urn:agentpin:example.com:clerk --name Clerk --capability write:report --ttl-max 10m`,
		Args: cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			in := inputs{app: app}
			now, err := o.at.time(app)
			if err != nil {
				return err
			}
			d, err := o.run(&in, now, c.Flags().Changed("max-delegation-depth"))
			if err != nil {
				return err
			}
			if err := o.out.emit(app, d); err != nil {
				return err
			}
			if o.from == "" && d.RevocationEndpoint != nil {
				app.Notice("the document names its revocations: publish them too, at %s (symbi-ctl agentpin revocation create --entity %s)", *d.RevocationEndpoint, d.Entity)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "extend the document in this `file`")
	f.StringVar(&o.entity, "entity", "", "`domain` that publishes the document")
	o.kind = addChoice(c, "type", discovery.Both, "`kind` of the domain: maker, deployer or both", discovery.Maker, discovery.Deployer, discovery.Both)
	f.StringArrayVar(&o.keys, "key", nil, "`file` with a public key, PEM or JWK; FILE=KID names it; can be repeated")
	f.StringVar(&o.endpoint, "revocation-endpoint", "", "`address` of the revocations, or none; without it, the usual one")
	f.IntVar(&o.depth, "max-delegation-depth", 2, "longest delegation `chain`, 0 to 3")
	f.StringVar(&o.agentID, "agent", "", "`id` of an agent")
	f.StringVar(&o.agent.Name, "name", "", "its `name`")
	f.StringVar(&o.agentType, "agent-type", "", "`id` of the maker's agent that it is")
	f.StringVar(&o.about, "description", "", "`text` about it")
	f.StringSliceVar(&o.agent.Capabilities, "capability", nil, "what it may do, as `action:resource`; several by commas, or repeated")
	f.StringVar(&o.constraints, "constraints", "", "`JSON` of its constraints, or @FILE")
	f.Var(&o.ttl, "ttl-max", "longest life of its credentials, 1m to 24h")
	o.status = addChoice(c, "status", discovery.Active, "`state` of the agent: active, suspended or deprecated", discovery.Active, discovery.Suspended, discovery.Deprecated)
	o.at.add(f)
	o.out.add(f)
	c.MarkFlagsOneRequired("entity", "from")
	c.MarkFlagsMutuallyExclusive("entity", "from")
	c.MarkFlagsRequiredTogether("agent", "name", "capability")
	return cli.Exits(c, cli.Conflict)
}

func (o *buildOptions) run(in *inputs, now time.Time, depthGiven bool) (*discovery.Document, error) {
	d := discovery.New(o.entity, o.kind.value, now)
	if o.from != "" {
		var err error
		if d, err = in.document(o.from); err != nil {
			return nil, err
		}
		d.UpdatedAt = now.UTC().Format(discovery.TimeFormat)
	}
	if o.from == "" || depthGiven {
		d.MaxDelegationDepth = o.depth
	}
	switch o.endpoint {
	case "":
	case noEndpoint:
		d.RevocationEndpoint = nil
	default:
		d.RevocationEndpoint = &o.endpoint
	}
	for _, arg := range o.keys {
		if err := addKey(in, d, arg, now); err != nil {
			return nil, err
		}
	}
	if o.agentID != "" {
		if err := o.addAgent(in, d); err != nil {
			return nil, err
		}
	}
	text, err := d.Encode()
	if err != nil {
		return nil, err
	}
	for _, p := range discovery.Validate(text, discovery.Rules{Now: now}) {
		if p.Level == discovery.Error {
			return nil, cli.Usagef("the document would have an error: %s", strings.TrimPrefix(p.Path+": "+p.Message, ": "))
		}
		in.app.Notice("%s: %s: %s", p.Level, p.Path, p.Message)
	}
	return d, nil
}

// addKey adds the key of a file, which may be named after an equals sign.
func addKey(in *inputs, d *discovery.Document, arg string, now time.Time) error {
	path, kid, named := strings.Cut(arg, "=")
	k, err := in.namedKey(path)
	if err != nil {
		return err
	}
	switch {
	case named:
		k.Kid = kid
	case k.Kid == "":
		if k.Kid, err = keys.SPKIHash(k.Public); err != nil {
			return err
		}
		in.app.Notice("nothing names the key %s: it is published by its hash; %s=KID names it", path, path)
	}
	jwk, err := published(k)
	if err != nil {
		return err
	}
	if err := rotation.Apply(d, jwk, now); err != nil {
		return cli.Wrap(cli.CodeConflict, err)
	}
	return nil
}

func (o *buildOptions) addAgent(in *inputs, d *discovery.Document) error {
	a := o.agent
	a.ID, a.Status = o.agentID, o.status.value
	if d.Agent(a.ID) != nil {
		return cli.Wrap(cli.CodeConflict, fmt.Errorf("the agent %s is in the document already", a.ID))
	}
	if o.agentType != "" {
		a.Type = &o.agentType
	}
	if o.about != "" {
		a.Description = &o.about
	}
	if o.ttl != 0 {
		a.CredentialTTLMax = new(int64(time.Duration(o.ttl) / time.Second))
	}
	if o.constraints != "" {
		var s *constraint.Set
		s, err := readConstraints(in, o.constraints)
		if err != nil {
			return err
		}
		a.Constraints = s
	}
	d.Agents = append(d.Agents, a)
	return nil
}
