package agentpin

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/fetch"
)

func newFetch(app *cli.App) *cobra.Command {
	var (
		net     netFlags
		out     outFlags
		revoked bool
	)
	c := &cobra.Command{
		Use:   "fetch DOMAIN",
		Short: "Fetch what a domain publishes",
		Long: `Fetch the document of a domain, check it, and print it as it was served; with
--revocations, what its domain revoked. Only HTTPS, no redirects, no private
addresses. A document that a verifier would refuse is not printed (status 3).`,
		Example: "  symbi-ctl agentpin discovery fetch example.com --out site.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := discovery.CheckDomain(args[0]); err != nil {
				return cli.Usagef("%v", err)
			}
			client, err := net.client(app, &inputs{app: app})
			if err != nil {
				return err
			}
			document, text, err := fetched(c.Context(), client, args[0], revoked)
			switch {
			case err != nil:
				return unfetched(app, args[0], err)
			case out.toFile():
				return create(app, out.path, text, safefile.Options{Mode: public, Replace: out.force})
			}
			return printJSON(app, document)
		},
	}
	f := c.Flags()
	f.BoolVar(&revoked, "revocations", false, "fetch the revocations instead")
	net.add(f)
	out.add(f)
	return cli.Exits(c, cli.No, cli.NotFound, cli.Unreachable, cli.Conflict)
}

// fetched returns a checked document and the text of it.
func fetched(ctx context.Context, client *fetch.Client, domain string, revoked bool) (any, []byte, error) {
	text, _, err := client.Text(ctx, domain)
	if err != nil {
		return nil, nil, err
	}
	d, err := discovery.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	if err := d.CheckEntity(domain); err != nil || !revoked {
		return d, text, err
	}
	r, err := client.Revocations(ctx, d)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", errRevocations, err)
	case r == nil:
		return nil, nil, &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: domain + " publishes no revocations"}
	case r.Entity != domain:
		return nil, nil, fmt.Errorf("%w: they are about %q, wanted is %q", errRevocations, r.Entity, domain)
	}
	text, err = r.Encode()
	return r, text, err
}

// errRevocations says that what a domain published as revocations is of no use.
var errRevocations = errors.New("the revocations cannot be used")

// fetchAnswer says why there is no document although somebody answered.
type fetchAnswer struct {
	Domain string        `json:"domain"`
	Valid  bool          `json:"valid"` // always false
	Code   agentpin.Code `json:"error_code"`
	Reason string        `json:"error_message"`
}

// unfetched tells "nobody answered" and "there is none", which are errors, from
// "refused", which is an answer.
func unfetched(app *cli.App, domain string, err error) error {
	answer := fetchAnswer{Domain: domain, Code: agentpin.DiscoveryFetchFailed, Reason: err.Error()}
	var status *fetch.StatusError
	switch {
	case errors.Is(err, discovery.ErrUnreachable):
		e := cli.Wrap(cli.CodeUnreachable, err)
		e.Retryable = true
		return e
	case errors.As(err, &status) && status.Status == http.StatusNotFound:
		return cli.Wrap(cli.CodeNotFound, err)
	case errors.Is(err, discovery.ErrInvalid), errors.Is(err, discovery.ErrEntity):
		answer.Code = agentpin.DiscoveryInvalid
	case errors.Is(err, fetch.ErrPrivate):
		app.Notice("--allow-private connects all the same; use it for tests only")
	case errors.Is(err, errRevocations), errors.Is(err, fetch.ErrStatus), errors.Is(err, safefile.ErrTooLong):
	default:
		return err
	}
	var f fields
	f.add("Domain", domain)
	f.add("Verdict", "refused: "+string(answer.Code), output.Bad)
	f.add("Reason", answer.Reason)
	if err := app.Print(output.Record{Value: answer, Fields: f}); err != nil {
		return err
	}
	return cli.ErrNo // printed already
}
