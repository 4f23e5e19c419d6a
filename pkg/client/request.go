package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Most bytes of a reply's body.
const (
	maxBody = 16 << 20
	maxList = 64 << 20 // lists, messages and raw requests
)

// keyHeader carries the key of a submission.
const keyHeader = "Idempotency-Key"

// call is one request of the client, before it is sent.
type call struct {
	method string
	path   path
	query  url.Values
	body   any         // sent as JSON; nil: none
	header http.Header // more headers
	key    string      // of a submission
	value  bool        // an answer to a submission is a value, whatever the status
	public bool        // works without the token
	once   bool        // never repeated
	check  checker     // reads the body of a success; nil: nobody does
	final  int         // a status that is an answer and no reason for a repeat; 0: none
	most   int64       // bytes of the reply; 0: maxBody
}

// checker reads the body of a success and returns where it breaks the contract.
type checker func(payload, reply) (broken []string, err error)

// payload is what a call sends; the same bytes at each attempt.
type payload struct {
	call
	url     *url.URL
	content []byte
	secrets []secret // shown nowhere
}

// reply is a whole answer of the runtime.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send makes r and decodes the reply into T.
func send[T any](ctx context.Context, c *Client, r call) (T, error) {
	var v T
	_, err := sendInto(ctx, c, r, &v)
	return v, err
}

// sendInto makes r and decodes the reply into v. It returns what there is of
// the reply beside an error.
func sendInto[T any](ctx context.Context, c *Client, r call, v *T) (reply, error) {
	r.check = func(p payload, got reply) (broken []string, err error) {
		*v, broken, err = decode[T](c, p, got)
		return broken, err
	}
	p, err := c.prepare(r)
	if err != nil {
		return reply{}, err
	}
	return c.do(ctx, p)
}

// sendEmpty makes r and expects a success without a body.
func (c *Client) sendEmpty(ctx context.Context, r call) error {
	r.check = c.empty
	p, err := c.prepare(r)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, p)
	return err
}

// do sends p with its repeats and reads the reply, of which it also returns
// what there is beside an error.
func (c *Client) do(ctx context.Context, p payload) (reply, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	got, err := repeat(ctx, c, p, func(attempt int) (reply, error) { return c.exchange(ctx, p, attempt) })
	return got, c.explain(ctx, p, err)
}

// deadline bounds ctx by the client's timeout.
func (c *Client) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.o.Timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.o.Timeout)
}

// prepare encodes r.
func (c *Client) prepare(r call) (payload, error) {
	if r.path.err != nil {
		return payload{}, r.path.err
	}
	u, err := url.Parse(c.base.scheme + "://" + c.base.host + c.base.root + r.path.full())
	if err != nil {
		return payload{}, &RequestError{Problem: "path is not part of a URL"}
	}
	if r.query != nil {
		u.RawQuery = r.query.Encode()
	}
	if r.most == 0 {
		r.most = maxBody
	}
	p := payload{call: r, url: u}
	switch body := r.body.(type) {
	case nil:
	case []byte:
		p.content = body
	default:
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(body); err != nil {
			return payload{}, &RequestError{Problem: "encode the request", Err: err}
		}
		p.content = bytes.TrimRight(b.Bytes(), "\n")
	}
	p.secrets = c.secrets(p.content)
	return p, nil
}

// exchange sends p once and reads the reply.
func (c *Client) exchange(ctx context.Context, p payload, attempt int) (reply, error) {
	resp, e, err := c.open(ctx, p, attempt)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	got, err := c.read(ctx, p, resp)
	if err == nil && p.check != nil {
		e.Tolerated, err = p.check(p, got)
	}
	for i, broken := range e.Tolerated {
		e.Tolerated[i] = string(p.hide([]byte(broken)))
	}
	c.trace(e)
	return got, err
}

// read reads the body of resp and says what it means.
func (c *Client) read(ctx context.Context, p payload, resp *http.Response) (reply, error) {
	got := reply{status: resp.StatusCode, header: resp.Header}
	var err error
	got.body, err = readAll(resp.Body, p.most)
	switch {
	case errors.Is(err, errTooLarge):
		return got, c.badReply(p, got, "too large", err)
	case err != nil:
		return got, c.noAnswer(ctx, p, err)
	case got.status >= http.StatusMultipleChoices && (!p.value || !isInvocation(got.body)):
		shown := got
		shown.body = p.hide(got.body)
		return got, classify(p, shown, c.now())
	}
	return got, nil
}

// open sends p once and returns the reply with its body unread, and what to
// trace when it is read. Without a reply it has traced.
func (c *Client) open(ctx context.Context, p payload, attempt int) (*http.Response, Exchange, error) {
	req, err := c.request(ctx, p)
	if err != nil {
		return nil, Exchange{}, err
	}
	if c.o.Before != nil {
		if err := c.o.Before(req); err != nil {
			return nil, Exchange{}, err
		}
	}
	start := c.now()
	resp, err := c.pick(p).Do(req)
	e := Exchange{
		Method: p.method, URL: redactURL(p.url), Attempt: attempt,
		RequestHeader: redactHeader(req.Header), Duration: c.now().Sub(start),
	}
	if err != nil {
		e.Err = c.noAnswer(ctx, p, err)
		c.trace(e)
		return nil, e, e.Err
	}
	p.mask(resp)
	e.Status, e.ResponseHeader = resp.StatusCode, redactHeader(resp.Header)
	return resp, e, nil
}

// request builds the HTTP request of p.
func (c *Client) request(ctx context.Context, p payload) (*http.Request, error) {
	var body io.Reader
	if p.content != nil {
		body = bytes.NewReader(p.content)
	}
	req, err := http.NewRequestWithContext(ctx, p.method, p.url.String(), body)
	if err != nil {
		return nil, &RequestError{Problem: "build the request", Err: err}
	}
	for name, values := range p.header {
		if !validHeader(name, values) {
			return nil, &RequestError{Problem: "header " + strconv.Quote(name) + ": cannot be sent"}
		}
		req.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	req.Header.Set("User-Agent", c.o.UserAgent)
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	if p.content != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.key != "" {
		req.Header.Set(keyHeader, p.key)
	}
	req.Header.Del("Authorization")
	return req, c.authorize(req, p)
}

// noAnswer wraps the error of a request that got no whole answer.
func (c *Client) noAnswer(ctx context.Context, p payload, err error) error {
	if inURL, ok := errors.AsType[*url.Error](err); ok {
		err = inURL.Err // its text holds the whole URL
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return &TransportError{
		Method: p.method, URL: redactURL(p.url), Sent: !beforeConnection(err),
		Timeout: errors.Is(err, context.DeadlineExceeded), Err: err,
	}
}

// badReply returns the error for a reply that breaks the contract.
func (c *Client) badReply(p payload, got reply, problem string, err error) error {
	return &ReplyError{
		Method: p.method, Path: p.url.EscapedPath(), Status: got.status,
		ContentType: got.header.Get("Content-Type"), Problem: string(p.hide([]byte(problem))), Body: got.body, Err: p.hideError(err),
	}
}

// now returns the time, or the zero time without a clock.
func (c *Client) now() time.Time {
	if c.o.Now == nil {
		return time.Time{}
	}
	return c.o.Now()
}

// trace hands e to the caller's hook.
func (c *Client) trace(e Exchange) {
	if c.o.Trace != nil {
		c.o.Trace(e)
	}
}

// isHTML reports whether a reply is a page for a browser.
func (r reply) isHTML() bool {
	return strings.HasPrefix(strings.ToLower(r.header.Get("Content-Type")), "text/html") ||
		bytes.HasPrefix(bytes.TrimSpace(r.body), []byte("<"))
}
