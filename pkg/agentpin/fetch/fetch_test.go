package fetch_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/fetch"
)

const document = `{"agentpin_version":"0.1","entity":"example.com","entity_type":"maker","public_keys":[{"kid":"k","kty":"EC","crv":"P-256","x":"","y":"","use":"sig"}],"agents":[],"max_delegation_depth":2,"updated_at":"2026-01-15T00:00:00Z"}`

const revocations = `{"agentpin_version":"0.1","entity":"example.com","revoked_keys":[{"kid":"old"}]}`

// serve starts a server for example.com and returns options that reach it.
func serve(t *testing.T, h http.HandlerFunc) fetch.Options {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	return fetch.Options{Roots: roots, AllowPrivate: true, ConnectTo: map[string]string{"example.com": srv.Listener.Addr().String()}}
}

func answer(text string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		fmt.Fprint(w, text)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var path, accept string
	c := fetch.New(serve(t, func(w http.ResponseWriter, r *http.Request) {
		path, accept = r.Host+r.URL.Path, r.Header.Get("Accept")
		answer(document)(w, r)
	}))
	d, err := c.Document(t.Context(), "example.com")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"example.com/.well-known/agent-identity.json", "application/json", "example.com"}, []string{path, accept, d.Entity}); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		is      error
		want    string
	}{
		"missing":  {http.NotFound, fetch.ErrStatus, "fetch https://example.com/.well-known/agent-identity.json: 404 Not Found"},
		"failing":  {status(503), discovery.ErrUnreachable, "fetch https://example.com/.well-known/agent-identity.json: 503 Service Unavailable"},
		"busy":     {status(429), discovery.ErrUnreachable, "fetch https://example.com/.well-known/agent-identity.json: 429 Too Many Requests"},
		"redirect": {http.RedirectHandler("https://example.com/x", http.StatusFound).ServeHTTP, fetch.ErrStatus, "fetch https://example.com/.well-known/agent-identity.json: a redirect (302), which is not followed"},
		"too long": {answer(strings.Repeat(" ", discovery.Max+1)), nil, "fetch https://example.com/.well-known/agent-identity.json: too long: more than 1048576 bytes"},
		"invalid":  {answer("{}"), discovery.ErrInvalid, "the discovery document is not valid: agentpin_version: the member is missing (and 9 more)"},
		"bomb":     {bomb, nil, "fetch https://example.com/.well-known/agent-identity.json: too long: more than 1048576 bytes"},
		"cut off":  {answer(document, "Content-Length", "9999"), discovery.ErrUnreachable, "fetch https://example.com/.well-known/agent-identity.json: the document could not be asked for: unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fetch.New(serve(t, tc.handler)).Document(t.Context(), "example.com")
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("error %v is not %v", err, tc.is)
			}
			if tc.is == nil && errors.Is(err, discovery.ErrUnreachable) {
				t.Errorf("error %v is ErrUnreachable", err)
			}
		})
	}
}

// bomb answers with 100 MiB that travel as 100 KiB.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	blank := make([]byte, 1<<20)
	for range 100 {
		if _, err := z.Write(blank); err != nil {
			return // the client has had enough
		}
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestOddContentTypeIsTold(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"application/json; charset=utf-8": "", "application/x+json": "",
		"text/plain": `https://example.com/.well-known/agent-identity.json has the content type "text/plain", want application/json`,
	} {
		told := ""
		o := serve(t, answer(document, "Content-Type", kind))
		o.Warn = func(message string) { told += message }
		if _, err := fetch.New(o).Document(t.Context(), "example.com"); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

func TestNothingIsSentToBadDomains(t *testing.T) {
	t.Parallel()
	o := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	for _, domain := range []string{"", "localhost", "127.0.0.1", "example.com:443", "user@example.com", "example.com/x", "EXAMPLE.com", "../x.y"} {
		if _, err := fetch.New(o).Document(t.Context(), domain); err == nil {
			t.Errorf("%q is accepted", domain)
		}
	}
}

func TestPrivateAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	o := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	o.AllowPrivate = false
	_, err := fetch.New(o).Document(t.Context(), "example.com")
	if !errors.Is(err, fetch.ErrPrivate) || errors.Is(err, discovery.ErrUnreachable) {
		t.Errorf("error %v, want ErrPrivate", err)
	}
}

func TestOwnProxyMayBePrivate(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := fetch.New(fetch.Options{Proxy: http.ProxyURL(u)})
	if _, err := c.Document(t.Context(), "example.com"); !errors.Is(err, discovery.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff("CONNECT example.com:443", asked.Load()); diff != "" {
		t.Errorf("the proxy was asked (-want +got):\n%s", diff)
	}
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	o := serve(t, answer(document))
	o.Roots = x509.NewCertPool()
	if _, err := fetch.New(o).Document(t.Context(), "example.com"); !errors.Is(err, discovery.ErrUnreachable) {
		t.Errorf("error %v, want ErrUnreachable", err)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	o := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := fetch.New(o).Document(ctx, "example.com"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	o := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	o.Timeout = 20 * time.Millisecond
	_, err := fetch.New(o).Document(t.Context(), "example.com")
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, discovery.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
}

func TestRevocations(t *testing.T) {
	t.Parallel()
	at := func(address string) *discovery.Document {
		d := &discovery.Document{Entity: "example.com"}
		if address != "" {
			d.RevocationEndpoint = &address
		}
		return d
	}
	const own = "https://example.com/revoked.json"
	for name, tc := range map[string]struct {
		document *discovery.Document
		handler  http.HandlerFunc
		found    bool
		want     string
	}{
		"named":             {at(own), answer(revocations), true, ""},
		"default":           {at(""), answer(revocations), true, ""},
		"default, missing":  {at(""), http.NotFound, false, ""},
		"named, missing":    {at(own), http.NotFound, false, "fetch https://example.com/revoked.json: 404 Not Found; the discovery document names this address, so that the domain has to publish its revocations there, or to name none"},
		"default, redirect": {at(""), status(302), false, "fetch https://example.com/.well-known/agent-identity-revocations.json: a redirect (302), which is not followed"},
		"invalid":           {at(own), answer("{}"), false, "parse revocation document: agentpin_version: the member is missing (and 2 more)"},
		"http":              {at("http://example.com/r"), answer(revocations), false, `the revocation endpoint "http://example.com/r" is not a plain https address`},
		"port":              {at("https://example.com:444/r"), answer(revocations), false, `the revocation endpoint "https://example.com:444/r" is not a plain https address`},
		"user":              {at("https://a@example.com/r"), answer(revocations), false, `the revocation endpoint "https://a@example.com/r" is not a plain https address`},
		"address":           {at("https://169.254.169.254/r"), answer(revocations), false, `the revocation endpoint: domain "169.254.169.254": want a name, not an address`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fetch.New(serve(t, tc.handler)).Revocations(t.Context(), tc.document)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(tc.want, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if (got != nil) != tc.found {
				t.Errorf("document %v, want one: %v", got, tc.found)
			}
		})
	}
}

func TestKeeping(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"": 0, "no-store": 0, "max-age=60, no-cache": 0, "max-age=junk": 0, "max-age=-1": 0, "Max-Age=60": time.Minute, "public, max-age=99999": time.Hour,
		"max-age=1h5": 0, "max-age=9.5": 0, "max-age=0": 0, `max-age="60"`: time.Minute, "max-age=9999999999": time.Hour, "max-age=60;no-store": 0,
		"max-age=60;Age: 20": 40 * time.Second, "max-age=60;Age: 60": 0, "max-age=60;Age: 99": 0, "max-age=60;Age: junk": time.Minute,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
			o := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				for line := range strings.SplitSeq(header, ";") {
					name, value, ok := strings.Cut(line, ": ")
					if !ok {
						name, value = "Cache-Control", line
					}
					w.Header().Add(name, value)
				}
				answer(document)(w, r)
			})
			o.Now = func() time.Time { return at }
			c := fetch.New(o)
			get := func() int32 {
				if _, err := c.Document(t.Context(), "example.com"); err != nil {
					t.Error(err)
				}
				return requests.Load()
			}
			get()
			at = at.Add(max(want-time.Second, 0))
			if kept := get() == 1; kept != (want > 0) {
				t.Errorf("kept %v, want %v", kept, want > 0)
			}
			at = at.Add(time.Second)
			before := requests.Load()
			if get() == before {
				t.Errorf("kept longer than %v", want)
			}
		})
	}
}

// TestKeepingIsBounded holds that tokens of many domains do not fill the
// memory with documents.
func TestKeepingIsBounded(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer(strings.Replace(document, "example.com", r.Host, 1), "Cache-Control", "max-age=60")(w, r)
	})
	o.Now = func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }
	const domains = 300
	names := make([]string, domains)
	for i := range names {
		names[i] = fmt.Sprintf("d%d.example.com", i)
		o.ConnectTo[names[i]] = o.ConnectTo["example.com"]
	}
	c := fetch.New(o)
	for range 2 {
		for _, name := range names {
			if _, err := c.Document(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := requests.Load(); n == domains || n == 2*domains {
		t.Errorf("%d requests for %d domains asked twice: want some kept, and not all", n, domains)
	}
}

// TestRefresh holds that a missing key fetches a document that was kept, and
// that tokens with invented keys do not fetch it again and again.
func TestRefresh(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	o := serve(t, answer(document, "Cache-Control", "max-age=60"))
	o.Now = func() time.Time { return at }
	c := fetch.New(o)
	refresh := func(when string, want bool) {
		t.Helper()
		if d, err := c.Refresh(t.Context(), "example.com"); (d != nil) != want || err != nil {
			t.Errorf("%s: %v, %v", when, d, err)
		}
	}
	refresh("nothing kept", false)
	if _, err := c.Document(t.Context(), "example.com"); err != nil {
		t.Fatal(err)
	}
	refresh("just fetched", false)
	at = at.Add(10 * time.Second)
	refresh("kept for a while", true)
	refresh("fetched anew", false)
	at = at.Add(time.Minute)
	refresh("kept too long", false)
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"} {
		if !fetch.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is not public", text)
		}
	}
	for _, text := range []string{
		"0.0.0.0", "10.1.2.3", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1",
		"::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "100::1", "2001::1", "3fff::1", "4000::1", "5f00::1", "fec0::1",
	} {
		if fetch.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is public", text)
		}
	}
	if fetch.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func Example() {
	c := fetch.New(fetch.Options{})
	_, err := c.Document(context.Background(), "trusted.com@evil.example")
	fmt.Println(err)
	// Output: domain "trusted.com@evil.example": want labels of lower-case letters, digits and inner hyphens
}
