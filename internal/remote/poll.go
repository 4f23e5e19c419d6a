package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/pause"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// The pauses between two questions to a runtime that does not answer.
const (
	firstPause   = time.Second
	longestPause = 10 * time.Second
	longestAsked = time.Minute // a server that asks for more is asked again then
)

// errOver is why a context ended whose time was over.
var errOver = errors.New("the time is over")

// Poll is a question that is asked again and again. Once it was answered it
// outlives a runtime that goes away for a while: that is told on stderr, and so
// is the end of it.
type Poll struct {
	Every time.Duration // one second at least; 0: one second
	For   time.Duration // how long it goes on; 0: without end
	Ask   func(context.Context) error
	Use   func() (done bool, err error) // is called after each Ask that succeeded
}

// Poll asks until p is done, the context ends, or its time is over, which is
// reported as over. An error is the first failure that will not pass, a failure
// of the first question, or what the runtime did not answer when the time was
// over.
func (c *Conn) Poll(ctx context.Context, p Poll) (over bool, err error) {
	if p.Every != 0 && p.Every < leastInterval {
		return false, cli.Usagef("%v between two questions is too short: %v at least", p.Every, leastInterval)
	}
	cancel := context.CancelFunc(func() {})
	if p.For > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, p.For, errOver)
	}
	defer cancel()
	var out outage
	for answered := false; ; answered = true {
		next := max(p.Every, leastInterval)
		err := p.Ask(ctx)
		switch {
		case err == nil:
			out.end(c)
			if done, err := p.Use(); done || err != nil {
				return false, err
			}
		case errors.Is(err, errOver):
			return out.last == nil, out.last
		case ctx.Err() != nil && !errors.Is(context.Cause(ctx), errOver):
			return false, context.Cause(ctx)
		case !answered, !passes(err):
			return false, err
		default:
			next = out.next(c, err)
		}
		err = pause.For(ctx, next)
		switch {
		case errors.Is(err, errOver):
			return out.last == nil, out.last
		case err != nil:
			return false, err
		}
	}
}

// passes reports whether a failure may be over later: nobody answers, or not
// now.
func passes(err error) bool {
	if _, lost := errors.AsType[*client.TransportError](err); lost {
		return true
	}
	if _, garbled := errors.AsType[*client.ReplyError](err); garbled {
		return errors.Is(err, io.ErrUnexpectedEOF) // cut off
	}
	no, ok := errors.AsType[*client.APIError](err)
	return ok && (no.Kind == client.RateLimited || no.Kind == client.Unavailable || no.Kind == client.Failed && no.Status >= http.StatusInternalServerError)
}

// outage is a time in which a runtime does not answer.
type outage struct {
	last   error // nil: it answers
	since  time.Time
	pauses *backoff.ExponentialBackOff
}

// next returns how long to wait after a failure.
func (o *outage) next(c *Conn, err error) time.Duration {
	if o.last == nil {
		o.since = c.app.Now()
		o.pauses = backoff.NewExponentialBackOff()
		o.pauses.InitialInterval, o.pauses.MaxInterval = firstPause, longestPause
		c.app.Notice("%v; asking again until it answers", c.fault(err))
	}
	o.last = err
	var asked time.Duration
	if no, ok := errors.AsType[*client.APIError](err); ok {
		asked = min(no.RetryAfter, longestAsked)
	}
	return max(o.pauses.NextBackOff(), asked)
}

// end tells that the runtime answers again, if it did not.
func (o *outage) end(c *Conn) {
	if o.last == nil {
		return
	}
	c.app.Notice("the runtime answers again, after %v", c.app.Now().Sub(o.since).Round(time.Second))
	*o = outage{}
}
