package client

import (
	"context"
	"crypto/x509"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

type call struct {
	method  string
	path    path
	query   url.Values
	body    any
	public  bool
	once    bool
	final   []int
	feature Feature
}

type tally struct{ n atomic.Int64 }

func (t *tally) get() int { return int(t.n.Load()) }

func send[T any](ctx context.Context, c *Client, r call) (T, error) { panic("soon") }

func (c *Client) sendEmpty(ctx context.Context, r call) error { panic("soon") }

func streamList[T any](ctx context.Context, c *Client, r call) iter.Seq2[T, error] { panic("soon") }

func newTransport(o Options) (http.RoundTripper, error) { panic("soon") }

func readCAs(file string) (*x509.CertPool, error) { panic("soon") }

func validToken(t string) bool { return !strings.ContainsAny(t, "\r\n") }

func quoted(s string) string { return s }

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
