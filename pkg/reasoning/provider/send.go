package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	maxErrorBody = 64 << 10    // of an answer that is an error
	longestWait  = time.Minute // a provider that asks for more is not waited for
)

// sender sends requests: it adds the key, repeats, and turns everything but a
// JSON object into an error.
type sender struct {
	name      string
	key       Key
	authorise func(h http.Header, key string)
	userAgent string
	maxReply  int64
	retries   int
	wait      func(context.Context, time.Duration) error
	client    http.Client
	bare      bool // the base URL has no path
}

// send returns the body of a good answer. The error is an [*Error], or wraps the
// cause of the request's context. The request has a GetBody.
func (s *sender) send(req *http.Request) ([]byte, error) {
	ctx := req.Context()
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = 250 * time.Millisecond
	pauses.MaxInterval = 8 * time.Second
	for attempt := 0; ; attempt++ {
		body, err := s.once(req)
		fault, ok := errors.AsType[*Error](err)
		if !ok || attempt >= s.retries || !fault.repeatable() {
			return body, err
		}
		delay := pauses.NextBackOff()
		if fault.RetryAfter > 0 {
			delay = fault.RetryAfter
		}
		if delay > longestWait {
			return nil, err
		}
		if stopped := s.wait(ctx, delay); stopped != nil {
			return nil, fmt.Errorf("wait to ask %s again: %w, after %w", s.name, stopped, err)
		}
	}
}

// repeatable reports whether the provider cannot have worked on the request.
func (e *Error) repeatable() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, statusOverloaded:
		return e.Retryable
	case 0:
		op, ok := errors.AsType[*net.OpError](e.Err)
		return ok && (op.Op == "dial" || op.Op == "proxyconnect")
	}
	return false
}

// once is one attempt.
func (s *sender) once(req *http.Request) ([]byte, error) {
	ctx := req.Context()
	attempt := req.Clone(ctx)
	body, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("repeat the request to %s: %w", s.name, err)
	}
	attempt.Body = body
	attempt.Header.Set("User-Agent", s.userAgent)
	attempt.Header.Set("Accept", "application/json")
	attempt.Header.Set("Content-Type", "application/json")
	s.authorise(attempt.Header, s.key.reveal())
	resp, err := s.client.Do(attempt) //nolint:gosec // the address is the operator's choice
	if err != nil {
		return nil, s.broken(ctx, "cannot be reached", err)
	}
	defer resp.Body.Close()
	limit := s.maxReply
	good := resp.StatusCode >= 200 && resp.StatusCode < 300
	if !good {
		limit = min(limit, maxErrorBody)
	}
	reply, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case !good: // a body that broke off changes nothing
		return nil, s.errorOf(resp, reply)
	case err != nil:
		return nil, s.broken(ctx, "the answer broke off", err)
	case int64(len(reply)) > limit:
		return nil, s.badReply(resp, fmt.Sprintf("the answer has more than %d bytes", limit))
	}
	return s.object(resp, reply)
}

// object returns reply if it is a JSON object that tells of no error.
func (s *sender) object(resp *http.Response, reply []byte) ([]byte, error) {
	trimmed := bytes.TrimSpace(reply)
	if !bytes.HasPrefix(trimmed, []byte("{")) || !json.Valid(trimmed) {
		return nil, s.badReply(resp, fmt.Sprintf("the answer is not a JSON object (content type %.100q)", resp.Header.Get("Content-Type")))
	}
	// OpenRouter sends errors of the provider behind it with status 200.
	if f := readFault(trimmed); f.present {
		status := f.status
		if status < 400 || status > 599 {
			status = http.StatusBadGateway
		}
		return nil, s.faultOf(status, resp.Header, f)
	}
	return trimmed, nil
}

// broken is the error for a connection that did not do.
func (s *sender) broken(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask %s: %w", s.name, context.Cause(ctx))
	}
	return &Error{Kind: Unavailable, Provider: s.name, Message: what, Retryable: true, Err: err}
}

func (s *sender) badReply(resp *http.Response, problem string) *Error {
	return &Error{Kind: BadReply, Provider: s.name, Status: resp.StatusCode, Message: problem}
}

// hidden replaces the key in text of the provider.
func (s *sender) hidden(text string) string { return strings.ReplaceAll(text, s.key.reveal(), "[key]") }
