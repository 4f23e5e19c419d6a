package remote

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// codes is the error code for each kind of answer.
func codes() map[client.Kind]cli.Code {
	return map[client.Kind]cli.Code{
		client.NotFound: cli.CodeNotFound, client.NotServed: cli.CodeNotServed, client.Unsupported: cli.CodeNotServed,
		client.Unauthenticated: cli.CodeNotAuthenticated, client.Forbidden: cli.CodeForbidden, client.Conflict: cli.CodeConflict,
		client.Invalid: cli.CodeInvalidRequest, client.RateLimited: cli.CodeRateLimited, client.Unavailable: cli.CodeUnavailable,
		client.Failed: cli.CodeRuntimeFailed,
	}
}

// fault gives an error of the client its code, status and next step, and says
// who answered. Others come back as they are.
func (c *Conn) fault(err error) error {
	var (
		known     *cli.Error
		api       *client.APIError
		gate      *client.NotServedError
		transport *client.TransportError
		reply     *client.ReplyError
		request   *client.RequestError
		insecure  *client.InsecureTokenError
	)
	switch {
	case err == nil, errors.Is(err, cli.ErrNo), errors.Is(err, cli.ErrPending), errors.As(err, &known):
		return err
	case errors.As(err, &gate):
		return c.by(cli.Wrap(cli.CodeNotServed, err).WithHint("the embedded runtime has it: add --local, or run `symbi-ctl dev up`"))
	case errors.As(err, &api):
		return c.by(c.answered(err, api))
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &transport):
		return c.unanswered(err, transport)
	case errors.As(err, &reply):
		return c.by(cli.Wrap(cli.CodeBadReply, err).WithHint(otherServer))
	case errors.As(err, &insecure):
		return cli.Wrap(cli.CodeUsage, err).WithHint("use https; --insecure-http sends it in the clear all the same")
	case errors.As(err, &request):
		return cli.Wrap(cli.CodeUsage, err)
	}
	return err
}

const (
	apiPath     = "/api/v1/" // what the path of each request to a runtime begins with
	otherServer = "something other than a Symbiont runtime may have answered: is this its address? `symbi-ctl config explain base_url` says where the address comes from"
)

// by says whose answer an error is about.
func (c *Conn) by(e *cli.Error) *cli.Error {
	at := c.flags.socket
	if at == "" {
		at = config.Origin(c.end.URL)
	}
	if at != "" && !c.local() {
		e.Message = at + ": " + e.Message
	}
	return e
}

func (c *Conn) answered(err error, api *client.APIError) *cli.Error {
	code, ok := codes()[api.Kind]
	if !ok {
		code = cli.CodeRuntimeFailed
	}
	if api.Page && (api.Kind == client.Failed || api.Kind == client.Unsupported) {
		code = cli.CodeBadReply
	}
	e := cli.Wrap(code, err)
	e.HTTPStatus, e.Retryable = api.Status, api.Retryable
	switch {
	case code == cli.CodeNotAuthenticated:
		return c.unauthenticated(e, api)
	case api.Status == http.StatusMethodNotAllowed:
		return e.WithHint("the runtime has the path, but not with this method")
	case code == cli.CodeBadReply:
		return e.WithHint(otherServer)
	case code == cli.CodeNotServed && !strings.HasPrefix(api.Path, apiPath) && strings.Contains(api.Path, apiPath):
		return e.WithHint("%s is asked for %s…: does the address end as it should?", config.Origin(c.end.URL), api.Path[:strings.Index(api.Path, apiPath)+len(apiPath)]).
			WithNext("symbi-ctl config explain base_url")
	case code == cli.CodeNotServed && api.Path == apiPath+"health":
		return e.WithHint("every runtime has this route: " + otherServer).WithNext("symbi-ctl config explain base_url")
	case code == cli.CodeNotServed && c.local():
		return e.WithNext("symbi-ctl api routes")
	case code == cli.CodeNotServed:
		return e.WithHint("this runtime has no such route; the embedded runtime may have it: add --local").WithNext("symbi-ctl api routes")
	case code == cli.CodeNotFound && api.Status >= http.StatusInternalServerError:
		return e.WithHint("there is nothing of that id: runtimes answer %d to that, too", api.Status)
	case code == cli.CodeRateLimited:
		return e.WithHint("the runtime allows 100 requests a minute for each address; wait and run again")
	}
	return e
}

func (c *Conn) unanswered(err error, t *client.TransportError) error {
	e := cli.Wrap(cli.CodeUnreachable, err)
	more := ""
	if t.Timeout {
		e = cli.Wrap(cli.CodeTimeout, err)
		e.Message = t.Method + " " + t.URL + ": no answer in time"
		more = "; --request-timeout gives it more time"
	}
	e.Retryable = true
	if errors.Is(t, http.ErrSchemeMismatch) {
		e.Retryable = false
		return e.WithHint("the server there speaks plain http: write http:// in front of the address, or find the port that speaks https")
	}
	if t.Sent {
		return e.WithHint("the request may have reached the runtime%s", more)
	}
	return e.WithHint("is the runtime up, and is this its address? `symbi-ctl config explain base_url` says where the address comes from%s", more).
		WithNext("symbi-ctl doctor"+c.reach(), "symbi-ctl dev up")
}
