package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The rate limiter of runtimes refills one request each 600 ms and says so in
// no header.
const (
	refill      = 600 * time.Millisecond
	maxRefill   = 5 * time.Second
	longestWait = time.Minute // a server that asks for more is not waited for
)

// repeat calls once until it succeeds, must not be repeated, or the client's
// retries are spent. once gets the number of the attempt, from 1.
func repeat[T any](ctx context.Context, c *Client, p payload, once func(attempt int) (T, error)) (T, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = 200 * time.Millisecond
	pauses.Multiplier = 2
	pauses.MaxInterval = maxRefill
	for attempt := 1; ; attempt++ {
		got, err := once(attempt)
		if err == nil || attempt > c.o.MaxRetries {
			return got, err
		}
		if ctx.Err() != nil || !c.repeatable(ctx, p, err) {
			return got, err
		}
		pause := pauseBefore(err, attempt)
		if pause == 0 {
			pause = pauses.NextBackOff()
		}
		if !c.timeFor(ctx, pause) {
			return got, err
		}
		if stopped := c.o.Wait(ctx, pause); stopped != nil {
			if errors.Is(stopped, context.DeadlineExceeded) {
				return got, err // says more than the deadline does
			}
			return got, c.noAnswer(ctx, p, stopped)
		}
	}
}

// repeatable reports whether p may be sent again after err.
func (c *Client) repeatable(ctx context.Context, p payload, err error) bool {
	if lost, ok := errors.AsType[*TransportError](err); ok {
		return !hopeless(err) && (!lost.Sent || c.harmless(ctx, p))
	}
	no, ok := errors.AsType[*APIError](err)
	if !ok || no.Status == p.final || p.once {
		return false
	}
	switch no.Status {
	case http.StatusTooManyRequests: // refused before anything was done
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return no.Code == "" && c.harmless(ctx, p) // with a code the runtime itself has answered
	}
	return false
}

// hopeless reports whether another attempt will end the same way.
func hopeless(err error) bool {
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return true
	}
	name, ok := errors.AsType[*net.DNSError](err)
	return ok && name.IsNotFound
}

// harmless reports whether sending p twice does what sending it once does.
func (c *Client) harmless(ctx context.Context, p payload) bool {
	switch {
	case p.once:
		return false
	case p.key != "":
		return c.honoursKeys(ctx)
	}
	switch p.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// honoursKeys reports whether the runtime is known to run nothing twice under
// one key.
func (c *Client) honoursKeys(ctx context.Context) bool {
	v, err := c.Version(ctx)
	return err == nil && v != nil && !v.Less(FeatureSubmissions.Since())
}

// pick returns the connections for p: its own if nothing but this package may
// repeat it.
func (c *Client) pick(p payload) *http.Client {
	v := c.known()
	if p.once || p.key != "" && (v == nil || v.Less(FeatureSubmissions.Since())) {
		return c.fresh
	}
	return c.http
}

// pauseBefore returns how long to wait after err; 0: no rule, back off.
func pauseBefore(err error, attempt int) time.Duration {
	no, ok := errors.AsType[*APIError](err)
	switch {
	case !ok:
		return 0
	case no.RetryAfter > 0:
		return no.RetryAfter
	case no.Status == http.StatusTooManyRequests:
		return min(refill*time.Duration(attempt), maxRefill)
	}
	return 0
}

// timeFor reports whether a pause can end before the deadline of ctx.
func (c *Client) timeFor(ctx context.Context, pause time.Duration) bool {
	if pause > longestWait {
		return false
	}
	end, ok := ctx.Deadline()
	return !ok || c.o.Now == nil || c.o.Now().Add(pause).Before(end)
}

// beforeConnection reports whether err came before a connection was there.
func beforeConnection(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	_, noName := errors.AsType[*net.DNSError](err)
	return noName
}
