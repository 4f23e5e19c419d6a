// Package loopback tells this machine from all others, in one way for whoever
// sends a secret or listens. Start with [Host].
//
// It looks at spelling only and asks no name server: a name that leads here but
// is not localhost could lead elsewhere tomorrow.
package loopback

import (
	"net"
	"net/netip"
	"strings"
)

// Host reports whether a host, with or without a port or brackets, is localhost
// or an address of the loopback interface.
func Host(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
