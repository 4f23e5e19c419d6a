package client

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"
)

// Options say where the runtime is and how to speak with it. The zero value of
// each field is safe; only BaseURL is required.
type Options struct {
	// BaseURL is http(s)://host[:port], with or without /api/v1 (once or
	// twice), host:port alone, unix:///path/of/socket, or "local:" when
	// Transport is set.
	BaseURL string
	// Token is the bearer token, secret. Empty: none is sent.
	Token string
	// Transport replaces the network; the TLS, Proxy and UnixSocket options are
	// then not used. Nil: built from those options.
	Transport http.RoundTripper
	// Timeout bounds one call with all its repeats, waits and the reading of
	// the body. While a caller of [Client.Agents] handles an element it stands
	// still, given Now. 0: only the context bounds the call.
	Timeout time.Duration
	// MaxRetries is how often a request is repeated at most. 0: never.
	MaxRetries int
	// Strict makes a reply that breaks the contract (members missing, unknown
	// or null where they must not be) an error; otherwise such replies are
	// tolerated, reported through Trace and counted by [Client.Tolerated].
	Strict bool
	// InsecureHTTP allows the token over plain http to hosts that are not
	// loopback.
	InsecureHTTP bool
	// UserAgent is sent as it is. Empty: "symbi-ctl".
	UserAgent string
	// Now is the clock, for durations in traces and dates in Retry-After. Nil:
	// durations are 0 and such dates are not honoured.
	Now func() time.Time
	// Wait waits for d or until ctx is done and then returns its error. Nil: a
	// timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Before sees each request, authorized, as it is about to be sent. An error
	// keeps it from being sent and is returned unchanged. Nil: none.
	Before func(*http.Request) error
	// Trace is called after every exchange, with secrets replaced, from the
	// goroutine that made the call. Nil: no trace.
	Trace func(Exchange)

	// CAFile holds PEM certificates to trust instead of the system's.
	CAFile string
	// CertFile and KeyFile are the client's PEM certificate and key; both or
	// neither.
	CertFile, KeyFile string
	// ServerName replaces the host in the check of the server's certificate.
	ServerName string
	// Proxy chooses a proxy, as in [http.Transport]. Nil: none.
	Proxy func(*http.Request) (*url.URL, error)
	// UnixSocket is the path of the socket to connect to, whatever the host of
	// BaseURL is. It counts as loopback.
	UnixSocket string
}

// Client makes calls to one runtime. It is safe for concurrent use.
type Client struct {
	o     Options
	base  base
	http  *http.Client // connections that are used again
	fresh *http.Client // one connection for each request, see oneShot

	tolerated atomic.Int64
	mu        sync.Mutex
	version   *Version // of the runtime, once known
}

// New returns a client. It reads the TLS files, and connects to nothing.
func New(o Options) (*Client, error) {
	b, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if b.socket != "" && o.UnixSocket == "" {
		o.UnixSocket = b.socket
	}
	if err := o.check(b); err != nil {
		return nil, err
	}
	if o.Transport == nil {
		if o.Transport, err = newTransport(o); err != nil {
			return nil, err
		}
	}
	if o.Wait == nil {
		o.Wait = pause.For
	}
	if o.UserAgent == "" {
		o.UserAgent = "symbi-ctl"
	}
	return &Client{o: o, base: b, http: httpClient(o.Transport), fresh: httpClient(oneShot(o.Transport))}, nil
}

// httpClient returns a client on rt that follows no redirects.
func httpClient(rt http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// BaseURL returns where requests go, with exactly one /api/v1, or "local:".
func (c *Client) BaseURL() string {
	if c.base.local {
		return "local:"
	}
	return c.base.String()
}

// Tolerated returns how many breaks of the contract were tolerated so far.
func (c *Client) Tolerated() int { return int(c.tolerated.Load()) }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// check refuses options that contradict each other.
func (o Options) check(b base) error {
	switch {
	case b.local && o.Transport == nil:
		return badOption("base URL local: needs a transport in process")
	case (o.CertFile == "") != (o.KeyFile == ""):
		return badOption("a client certificate needs its key, and a key its certificate")
	case o.MaxRetries < 0:
		return badOption("retries: must not be negative")
	case o.Timeout < 0:
		return badOption("timeout: must not be negative")
	case !validToken(o.Token):
		return badOption("token: has characters that no HTTP header can carry")
	}
	return nil
}

// tlsConfig returns the TLS settings of o.
func (o Options) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: o.ServerName}
	if o.CAFile != "" {
		pool, err := readCAs(o.CAFile)
		if err != nil {
			return nil, err
		}
		conf.RootCAs = pool
	}
	if o.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, &RequestError{Problem: "read client certificate " + o.CertFile, Err: err}
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return conf, nil
}
