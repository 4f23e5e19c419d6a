package client

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// newTransport returns the network as o describes it.
func newTransport(o Options) (*http.Transport, error) {
	conf, err := o.tlsConfig()
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	t := &http.Transport{
		Proxy:                  o.Proxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true,
	}
	if o.UnixSocket != "" {
		t.Proxy = nil
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", o.UnixSocket)
		}
	}
	return t, nil
}

// oneShot returns rt with a connection of its own for each request. On a
// connection that was used before, net/http itself repeats a GET, and any
// request that carries an Idempotency-Key, when the server hangs up without an
// answer: a second run on runtimes that ignore the key, and messages lost.
func oneShot(rt http.RoundTripper) http.RoundTripper {
	t, ok := rt.(*http.Transport)
	if !ok {
		return rt
	}
	t = t.Clone()
	t.DisableKeepAlives = true
	return t
}

// readCAs reads PEM certificates from file.
func readCAs(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &RequestError{Problem: "read CA file", Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, badOption("CA file " + file + ": holds no PEM certificate")
	}
	return pool, nil
}

// validToken reports whether an HTTP header can carry t.
func validToken(t string) bool {
	return !strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// validHeader reports whether net/http will send a header.
func validHeader(name string, values []string) bool {
	return httpguts.ValidHeaderFieldName(name) && !slices.ContainsFunc(values, func(v string) bool { return !httpguts.ValidHeaderFieldValue(v) })
}
