package agentpin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

type verifyOptions struct {
	sources                                        sourceFlags
	audience, pinStore                             string
	skew, maxTTL                                   span
	requireAudience, requireDelegation, requirePin bool
	ignoreTTL, dns, trace, batch, allowEmpty       bool
	at                                             atFlag
	audit                                          auditFlag
}

func newVerify(app *cli.App) *cobra.Command {
	o := verifyOptions{skew: span(agentpin.DefaultSkew), maxTTL: span(agentpin.DefaultMaxLifetime)}
	c := &cobra.Command{
		Use:   "verify FILE|-",
		Short: "Verify a credential, or many",
		Long: `Answer whether a credential is acceptable: valid is status 0, refused is
status 3 with a code that explain knows. Documents come from --discovery,
--trust-bundle and --discovery-dir, in this order, and with --online from the
domains. Without --online and --dns no socket is opened. A key is remembered in
--pin-store only for a credential that is good. A bundle, a pin store or another
file that cannot be used is no verdict but status 1, a domain that does not
answer status 6.

With --batch the file holds one token a line; they are verified on all cores,
and each line of the answer belongs to one of them. A domain is then asked once
for its documents, and the answer counts for all its tokens. An input without a
token is status 1: what made it may have failed.`,
		Example: `  symbi-ctl agentpin verify --discovery site.json agent.jwt
  symbi-ctl agentpin verify --trust-bundle bundle.json --audience verifier.example --pin-store pins.json --trace agent.jwt
  symbi-ctl agentpin verify --discovery site.json --batch -o jsonl - < tokens.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(c); err != nil {
				return err
			}
			now, err := o.at.time(app)
			if err != nil {
				return err
			}
			in := inputs{app: app}
			v, err := o.verifier(app, &in, now)
			if err != nil {
				return err
			}
			if o.batch {
				return o.many(c.Context(), app, v, args[0], now)
			}
			return o.one(c.Context(), app, &in, v, args[0], now)
		},
	}
	o.flags(c)
	return cli.Exits(c, cli.No, cli.Unreachable)
}

func (o *verifyOptions) flags(c *cobra.Command) {
	f := c.Flags()
	o.sources.add(c)
	f.StringVar(&o.audience, "audience", "", "`domain` of the verifier, which the credential has to be for")
	f.BoolVar(&o.requireAudience, "require-audience", false, "refuse a credential that names no audience, or anybody (*)")
	f.BoolVar(&o.requireDelegation, "require-delegation", false, "refuse a credential whose delegation chain is not verified")
	f.StringVar(&o.pinStore, "pin-store", "", "`file` of pinned keys; it is made on first use")
	f.BoolVar(&o.requirePin, "require-pin", false, "refuse a domain that the pin store does not know")
	f.Var(&o.skew, "skew", "by how much clocks may differ")
	f.Var(&o.maxTTL, "max-ttl", "refuse a credential that lives longer")
	f.BoolVar(&o.ignoreTTL, "ignore-declared-ttl", false, "do not apply the maximum that the document declares for the agent, as other verifiers do")
	f.BoolVar(&o.dns, "dns", false, "ask DNS, and compare the document with the record of its domain")
	f.BoolVar(&o.trace, "trace", false, "show the steps of the verification")
	f.BoolVar(&o.batch, "batch", false, "verify one token a line")
	f.BoolVar(&o.allowEmpty, "allow-empty", false, "with --batch, take an input without tokens for one of which none is refused")
	o.at.add(f)
	o.audit.add(f)
	c.MarkFlagsMutuallyExclusive("dns", "offline")
}

// check refuses flags that would be ignored or make no sense.
func (o *verifyOptions) check(c *cobra.Command) error {
	if err := o.sources.check(c); err != nil {
		return err
	}
	if err := errors.Join(needs(c, "pin-store", "require-pin"), needs(c, "batch", "allow-empty")); err != nil {
		return err
	}
	if o.skew < 0 || o.maxTTL <= 0 {
		return cli.Usagef("--skew and --max-ttl cannot be negative")
	}
	return nil
}

func (o *verifyOptions) verifier(app *cli.App, in *inputs, now time.Time) (*agentpin.Verifier, error) {
	from, err := o.sources.open(app, in, now)
	if err != nil {
		return nil, err
	}
	lookup := lookupTXT
	if o.batch {
		shared := source.Share(from, app.Now)
		from, lookup = shared, shared.Texts(lookupTXT)
	}
	v := agentpin.NewVerifier(from)
	v.Audience, v.Skew, v.MaxLifetime = o.audience, time.Duration(o.skew), time.Duration(o.maxTTL)
	v.RequireAudience, v.RequireDelegation, v.RequirePin = o.requireAudience, o.requireDelegation, o.requirePin
	v.IgnoreDeclaredTTL, v.Trace = o.ignoreTTL, o.trace
	if o.dns {
		v.TXT = lookup
	}
	if o.pinStore != "" {
		file := pins.Open(app.Path(o.pinStore))
		if _, err := file.Load(); err != nil {
			return nil, pinError(err)
		}
		v.Pins = file
	}
	return v, nil
}

func (o *verifyOptions) one(ctx context.Context, app *cli.App, in *inputs, v *agentpin.Verifier, path string, now time.Time) error {
	token, err := in.token(path)
	if err != nil {
		return err
	}
	res, err := v.Verify(ctx, token, now)
	if e := o.audit.log(ctx, app, record("verify", now, res.Credential, res)); e != nil {
		return e
	}
	if err != nil {
		return unanswered(res, err)
	}
	if res.Hint == "" {
		res.Hint = o.hint(path, token, res.ErrorCode)
	}
	if err := app.Print(resultView(res, now)); err != nil {
		return err
	}
	if !res.Valid {
		return cli.ErrNo // printed already
	}
	return nil
}

// hint says what else a file is that is not what it should be.
func (o *verifyOptions) hint(path, token string, code agentpin.Code) string {
	switch {
	case code == agentpin.AlgorithmRejected:
		return otherKind(path, []byte(token), (*agentpin.Credential)(nil))
	case code != agentpin.DiscoveryInvalid:
		return ""
	case o.sources.other != "":
		return o.sources.other
	case o.sources.discovery != "" && o.sources.discovery != standard:
		return "symbi-ctl agentpin discovery validate " + o.sources.discovery + " lists every problem"
	}
	return ""
}

// unanswered is the error for a question that could not be asked.
func unanswered(res agentpin.Result, cause error) error {
	if errors.Is(cause, context.Canceled) {
		return cause
	}
	code := cli.CodeUnreachable
	if res.ErrorCode == agentpin.KeyPinMismatch {
		code = cli.CodeLoad
	}
	e := cli.Wrap(code, fmt.Errorf("%s", res.ErrorMessage))
	e.Retryable = code == cli.CodeUnreachable
	return e
}

func resultView(res agentpin.Result, now time.Time) output.View {
	var f fields
	if res.Valid {
		f.add("Verdict", "valid", output.Good)
	} else {
		f.add("Verdict", "refused: "+string(res.ErrorCode), output.Bad)
		f.add("Reason", res.ErrorMessage)
		f.add("Detail", string(res.ErrorDetail))
		f.add("Hint", res.Hint)
	}
	if c := res.Credential; c != nil && res.Valid {
		shown := c.Claims
		if res.Effective != nil {
			shown.Constraints = nil // what is in effect is at least as strict
		}
		claimFields(&f, c.Kid, shown, now)
		constraintFields(&f, "In effect", res.Effective)
	}
	for _, link := range res.DelegationChain {
		f.add("Delegated by", fmt.Sprintf("%s as %s: %s", link.Domain, link.Role, map[bool]string{true: "verified", false: "not verified"}[link.Verified]))
	}
	if p := res.KeyPinning; p != nil {
		f.add("Pin", fmt.Sprintf("%s, first seen %s", p.Status, p.FirstSeen))
	}
	for _, w := range res.Warnings {
		f.add("Warning", w, output.Warn)
	}
	for _, s := range res.Trace {
		style := map[agentpin.Outcome]output.Style{agentpin.Passed: output.Good, agentpin.Failed: output.Bad}[s.Outcome]
		f.add(fmt.Sprintf("Step %d", s.Number), strings.TrimSuffix(fmt.Sprintf("%s %s: %s", s.Name, s.Outcome, s.Detail), ": "), style)
	}
	return output.Record{Value: res, Fields: f}
}
