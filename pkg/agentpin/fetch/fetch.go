// Package fetch gets discovery and revocation documents from the domains that
// publish them. Make a [Client] with [New]; it is a source of documents for a
// verifier.
//
// It promises that a domain is checked before it becomes an address, that only
// HTTPS is spoken, that no redirect is followed, that every body is capped and
// every request ends, and that no address of a private network is dialled, even
// if a public name leads there. Documents are kept as long as the server allows
// and the specification lets it.
package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

const (
	defaultTimeout = 10 * time.Second
	// The longest a document is kept, whatever its server says.
	keepDocument    = time.Hour
	keepRevocations = 5 * time.Minute
	// A document is fetched again for a missing key, but not for each of many
	// tokens that name keys which never were.
	refreshAfter = 10 * time.Second
)

// ErrStatus says that the server answered, but not with a document.
var ErrStatus = errors.New("the server has no such document")

// Options of a client. The zero value is the strict default.
type Options struct {
	Timeout      time.Duration                         // of one request in all; 0 means 10 s
	Roots        *x509.CertPool                        // nil: those of the system
	AllowPrivate bool                                  // dial private, loopback and link-local addresses too
	ConnectTo    map[string]string                     // domain to host:port, as curl's --connect-to
	Proxy        func(*http.Request) (*url.URL, error) // nil: none
	Now          func() time.Time                      // for the age of kept documents; nil: nothing is kept
	UserAgent    string

	// Warn is told what is odd about an answer that is used all the same. It
	// may be called by several goroutines at once; nil: nobody is.
	Warn func(message string)
}

// Client fetches documents. It may be used by several goroutines at once.
type Client struct {
	http      *http.Client
	options   Options
	documents keeper[*discovery.Document]
	revoked   keeper[*revocation.Document]
}

// New returns a client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	d := dialer{allowPrivate: o.AllowPrivate, connectTo: o.ConnectTo}
	transport := &http.Transport{
		DialContext:         d.dial,
		TLSClientConfig:     &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     o.Timeout,
	}
	if o.Proxy != nil {
		transport.Proxy = d.remember(o.Proxy)
	}
	return &Client{
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		options:   o,
		documents: keeper[*discovery.Document]{now: o.Now, most: keepDocument},
		revoked:   keeper[*revocation.Document]{now: o.Now, most: keepRevocations},
	}
}

// Document returns the document that a domain publishes.
func (c *Client) Document(ctx context.Context, domain string) (*discovery.Document, error) {
	if d, ok := c.documents.get(domain); ok {
		return d, nil
	}
	return c.fetchDocument(ctx, domain)
}

// Refresh fetches a document anew if the one that [Client.Document] gives has
// been kept for ten seconds; else it returns nil.
func (c *Client) Refresh(ctx context.Context, domain string) (*discovery.Document, error) {
	if !c.documents.stale(domain, refreshAfter) {
		return nil, nil
	}
	return c.fetchDocument(ctx, domain)
}

func (c *Client) fetchDocument(ctx context.Context, domain string) (*discovery.Document, error) {
	text, age, err := c.Text(ctx, domain)
	if err != nil {
		return nil, err
	}
	d, err := discovery.Parse(text)
	if err != nil {
		return nil, err
	}
	c.documents.put(domain, d, age)
	return d, nil
}

// Text returns the text of the document that a domain publishes, as it is, and
// for how long its server lets it be kept.
func (c *Client) Text(ctx context.Context, domain string) ([]byte, time.Duration, error) {
	if err := discovery.CheckDomain(domain); err != nil {
		return nil, 0, err
	}
	return c.get(ctx, discovery.URL(domain), discovery.Max)
}

// Revocations returns what the entity of a document revoked: from the endpoint
// that it names, else from the one that the specification names. Only the
// latter may be missing.
func (c *Client) Revocations(ctx context.Context, d *discovery.Document) (*revocation.Document, error) {
	address, err := revocationURL(d)
	if err != nil {
		return nil, err
	}
	if r, ok := c.revoked.get(address); ok {
		return r, nil
	}
	text, age, err := c.get(ctx, address, revocation.Max)
	var status *StatusError
	switch {
	case err == nil:
	case !errors.As(err, &status) || status.Status != http.StatusNotFound:
		return nil, err
	case d.RevocationEndpoint == nil:
		return nil, nil
	default:
		return nil, fmt.Errorf("%w; the discovery document names this address, so that the domain has to publish its revocations there, or to name none", err)
	}
	r, err := revocation.Parse(text)
	if err != nil {
		return nil, err
	}
	c.revoked.put(address, r, age)
	return r, nil
}

func revocationURL(d *discovery.Document) (string, error) {
	if d.RevocationEndpoint == nil {
		if err := discovery.CheckDomain(d.Entity); err != nil {
			return "", err
		}
		return discovery.RevocationURL(d.Entity), nil
	}
	u, err := url.Parse(*d.RevocationEndpoint)
	if err != nil || u.Scheme != "https" || u.Port() != "" || u.User != nil || u.Fragment != "" {
		return "", fmt.Errorf("the revocation endpoint %.80q is not a plain https address", *d.RevocationEndpoint)
	}
	if err := discovery.CheckDomain(u.Hostname()); err != nil {
		return "", fmt.Errorf("the revocation endpoint: %w", err)
	}
	return u.String(), nil
}

// StatusError is an answer that is no document. It is [ErrStatus].
type StatusError struct {
	URL    string
	Status int
}

// Error names address and status.
func (e *StatusError) Error() string {
	if e.Status >= 300 && e.Status < 400 {
		return fmt.Sprintf("fetch %s: a redirect (%d), which is not followed", e.URL, e.Status)
	}
	return fmt.Sprintf("fetch %s: %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Unwrap returns [ErrStatus], or [discovery.ErrUnreachable] when the server
// could not answer now.
func (e *StatusError) Unwrap() error {
	if e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests {
		return discovery.ErrUnreachable
	}
	return ErrStatus
}

// get returns a body and how long it may be kept.
func (c *Client) get(ctx context.Context, address string, most int64) ([]byte, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch %s: %w", address, err)
	}
	req.Header.Set("Accept", "application/json")
	if c.options.UserAgent != "" {
		req.Header.Set("User-Agent", c.options.UserAgent)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if errors.Is(err, ErrPrivate) {
			return nil, 0, fmt.Errorf("fetch %s: %w", address, err)
		}
		return nil, 0, fmt.Errorf("fetch %s: %w: %w", address, discovery.ErrUnreachable, inner(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
		return nil, 0, &StatusError{address, resp.StatusCode}
	}
	if kind := resp.Header.Get("Content-Type"); !isJSON(kind) && c.options.Warn != nil {
		c.options.Warn(fmt.Sprintf("%s has the content type %.40q, want application/json", address, kind))
	}
	body, err := safefile.ReadAll(resp.Body, most)
	switch {
	case errors.Is(err, safefile.ErrTooLong):
		return nil, 0, fmt.Errorf("fetch %s: %w", address, err)
	case err != nil:
		return nil, 0, fmt.Errorf("fetch %s: %w: %w", address, discovery.ErrUnreachable, err)
	}
	return body, maxAge(resp.Header), nil
}

// inner takes away the address that http puts in front of its errors.
func inner(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// maxAge reads how long an answer may be kept from now on: some of the time that
// its server allows it may have spent with a cache on the way. Without a word it
// may not be kept.
func maxAge(h http.Header) time.Duration {
	left := time.Duration(0)
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			left = seconds(strings.Trim(value, `"`))
		}
	}
	return max(left-seconds(h.Get("Age")), 0)
}

// seconds reads a number of them, 0 when it is none.
func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(text, 10, 31) // 31 bits are what caches have to understand
	switch {
	case errors.Is(err, strconv.ErrRange):
		n = math.MaxInt32
	case err != nil:
		return 0
	}
	return time.Duration(n) * time.Second
}
