package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"
)

// streamList makes r and decodes the array of its reply element by element. It
// is repeated only until the first byte of the body.
func streamList[T any](ctx context.Context, c *Client, r call) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		p, err := c.prepare(r)
		if err != nil {
			yield(zero, err)
			return
		}
		ctx, w := newWatch(ctx, c.o.Timeout, c.o.Now)
		defer w.end()
		resp, err := repeat(ctx, c, p, func(attempt int) (*http.Response, error) { return c.openList(ctx, p, attempt) })
		if err != nil {
			yield(zero, c.explain(ctx, p, err))
			return
		}
		defer resp.Body.Close()
		if err := decodeList(c.newListBody(ctx, p, resp), w, yield); err != nil {
			yield(zero, err)
		}
	}
}

// openList sends p once and returns the reply with its body unread if it is a
// success.
func (c *Client) openList(ctx context.Context, p payload, attempt int) (*http.Response, error) {
	resp, e, err := c.open(ctx, p, attempt)
	if err != nil {
		return nil, err
	}
	c.trace(e)
	if resp.StatusCode < http.StatusMultipleChoices {
		return resp, nil
	}
	defer resp.Body.Close()
	_, err = c.read(ctx, p, resp)
	return nil, err
}

// listBody is the body of a list with its cap. It keeps the error that ended
// it, which the JSON decoder hides.
type listBody struct {
	c    *Client
	ctx  context.Context //nolint:containedctx // lives as long as the request
	p    payload
	head reply
	r    io.Reader
	left int64
	err  error
}

// newListBody wraps the body of resp.
func (c *Client) newListBody(ctx context.Context, p payload, resp *http.Response) *listBody {
	return &listBody{
		c: c, ctx: ctx, p: p, r: resp.Body, left: maxList,
		head: reply{status: resp.StatusCode, header: resp.Header},
	}
}

// Read reads from the body up to the cap.
func (b *listBody) Read(into []byte) (int, error) {
	if b.left <= 0 {
		b.err = errTooLarge
		return 0, b.err
	}
	if int64(len(into)) > b.left {
		into = into[:b.left]
	}
	n, err := b.r.Read(into)
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// fail returns the error for a list that cannot be read on.
func (b *listBody) fail(err error) error {
	switch {
	case errors.Is(b.err, errTooLarge):
		return b.c.badReply(b.p, b.head, "too large", errTooLarge)
	case b.err != nil:
		return b.c.noAnswer(b.ctx, b.p, b.err)
	case b.head.isHTML():
		return b.c.badReply(b.p, b.head, htmlPage, nil)
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return b.c.badReply(b.p, b.head, "not the JSON list that was expected", err)
}

// decodeList yields the elements of the array in b. It returns the error that
// ended it early, and nil when yield wanted no more.
func decodeList[T any](b *listBody, w *watch, yield func(T, error) bool) error {
	dec := json.NewDecoder(b)
	open, err := dec.Token()
	if err != nil {
		return b.fail(err)
	}
	if open != json.Delim('[') {
		return b.fail(errors.New("does not begin with ["))
	}
	for dec.More() {
		v, err := element[T](dec, b.c.o.Strict)
		if err != nil {
			return b.fail(err)
		}
		w.pause()
		if !yield(v, nil) {
			return nil
		}
		w.resume()
	}
	if _, err := dec.Token(); err != nil {
		return b.fail(err)
	}
	rest, err := io.ReadAll(io.LimitReader(io.MultiReader(dec.Buffered(), b), 1<<10))
	if err != nil {
		return b.fail(err)
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return b.fail(errors.New("more data after the list"))
	}
	return nil
}

// element decodes the next element. Strict: it must be what T says.
func element[T any](dec *json.Decoder, strict bool) (v T, err error) {
	if !strict {
		err = dec.Decode(&v)
		return v, err
	}
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return v, err
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, err
	}
	broken, err := breaks(raw, v)
	if err == nil && len(broken) > 0 {
		err = errors.New("breaks the contract: " + strings.Join(broken, "; "))
	}
	return v, err
}

// watch is a deadline that stands still while it is paused, given a clock.
type watch struct {
	left    time.Duration
	now     func() time.Time
	started time.Time
	timer   *time.Timer
	cancel  context.CancelCauseFunc
}

// newWatch starts a watch of d on a context below ctx; 0: it never ends it.
func newWatch(ctx context.Context, d time.Duration, now func() time.Time) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{left: d, now: now, cancel: cancel}
	if d > 0 {
		w.timer = time.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
		if now != nil {
			w.started = now()
		}
	}
	return ctx, w
}

// pause stops the watch.
func (w *watch) pause() {
	if w.timer != nil && w.now != nil {
		w.timer.Stop()
		w.left -= w.now().Sub(w.started)
	}
}

// resume lets the watch go on.
func (w *watch) resume() {
	if w.timer != nil && w.now != nil {
		w.started = w.now()
		w.timer.Reset(max(w.left, 0))
	}
}

// end frees what the watch holds.
func (w *watch) end() {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.cancel(context.Canceled)
}
