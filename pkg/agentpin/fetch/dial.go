package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"time"
)

// ErrPrivate says that a name leads to an address that is not public.
var ErrPrivate = errors.New("the address is not public")

const dialTimeout = 5 * time.Second

// dialer opens connections. Proxies are chosen by the operator and may be
// anywhere; everything else has to be public.
type dialer struct {
	allowPrivate bool
	connectTo    map[string]string
	proxies      sync.Map // host:port of proxies that were chosen
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	nd := net.Dialer{Timeout: dialTimeout}
	if _, proxy := d.proxies.Load(address); !proxy {
		if host, _, err := net.SplitHostPort(address); err == nil && d.connectTo[host] != "" {
			address = d.connectTo[host]
		}
		if !d.allowPrivate {
			nd.ControlContext = guard
		}
	}
	return nd.DialContext(ctx, network, address)
}

// remember notes the addresses of the proxies that choose picks.
func (d *dialer) remember(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		if u != nil {
			port := u.Port()
			if port == "" {
				port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
			}
			d.proxies.Store(net.JoinHostPort(u.Hostname(), port), true)
		}
		return u, err
	}
}

// guard sees the address after the name was resolved, so that no second answer
// of a name server can slip in between.
func guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrPrivate, address)
	}
	if !Public(ap.Addr()) {
		return fmt.Errorf("%w: %s", ErrPrivate, ap.Addr())
	}
	return nil
}

// Public reports whether an address can belong to somebody on the internet: not
// private, loopback, link-local, multicast, unspecified, shared, reserved, nor
// an address of version 4 of such a kind inside one of version 6.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a.Zone() != "" {
		return false
	}
	if a.Is4() {
		return !in(a, "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4")
	}
	b := a.As16()
	switch {
	case in(a, "64:ff9b::/96"): // NAT64
		return Public(netip.AddrFrom4([4]byte(b[12:16])))
	case in(a, "2002::/16"): // 6to4
		return Public(netip.AddrFrom4([4]byte(b[2:6])))
	}
	// Nothing but 2000::/3 is global unicast; what is in it for other ends is not.
	return in(a, "2000::/3") && !in(a, "2001::/23", "2001:db8::/32", "3fff::/20")
}

func in(a netip.Addr, networks ...string) bool {
	return slices.ContainsFunc(networks, func(text string) bool { return netip.MustParsePrefix(text).Contains(a) })
}
