package dev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/loopback"
)

const maxYear = 2200 // times are kept in nanoseconds, which end in 2262

// deaf says why an address cannot be listened on.
func deaf(err error) error {
	var name *net.DNSError
	switch {
	case errors.As(err, &name), errors.Is(err, syscall.EADDRNOTAVAIL):
		return cli.Usagef("%v", err).WithHint("no network card of this machine has that address")
	case errors.Is(err, fs.ErrPermission):
		return cli.Usagef("%v", err).WithHint("ports below 1024 may be for administrators only")
	}
	return cli.Wrap(cli.CodeConflict, err).WithHint("another program listens there; --addr 127.0.0.1:0 takes a free port")
}

// check refuses values that no flag can have.
func (o upOptions) check(ctx context.Context) error {
	switch {
	case !(o.fail >= 0 && o.fail <= 1): // also what is no number
		return cli.Usagef("--fail wants a share from 0 to 1, not %v", o.fail)
	case o.latency < 0:
		return cli.Usagef("--latency wants a duration that is not negative, not %v", o.latency)
	case o.logFormat != "" && o.logFormat != "text" && o.logFormat != "json":
		return cli.Usagef("--log-format wants text or json, not %q", o.logFormat)
	}
	for _, origin := range o.origins {
		if u, err := url.Parse(origin); err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return cli.Usagef("--cors-origin wants pages such as http://localhost:3000, not %q", origin)
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, o.clock); o.clock != "" && (err != nil || t.Year() < 1970 || t.Year() > maxYear) {
		return cli.Usagef("--clock wants a time from 1970 to %d such as 2026-01-31T12:00:00Z, not %q", maxYear, o.clock)
	}
	if _, port, err := net.SplitHostPort(o.addr); err == nil {
		if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", port); err != nil {
			return cli.Usagef("--addr wants a port from 0 to 65535, not %q", port)
		}
	}
	return o.checkBind()
}

// checkBind refuses an address that others can reach.
func (o upOptions) checkBind() error {
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil {
		return cli.Usagef("--addr wants host:port, not %q", o.addr)
	}
	switch {
	case loopback.Host(host):
		return nil
	case o.noAuth, o.pprof:
		return cli.Usagef("--no-auth and --pprof are for loopback addresses only, not %q", host)
	case !o.insecureBind:
		return cli.Usagef("%q can be reached by others, in the clear", host).WithHint("listen on 127.0.0.1, or say --insecure-bind")
	}
	return nil
}

// sendable refuses a token that no client could send.
func sendable(from, token string) error {
	if strings.ContainsFunc(token, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Errorf("%s: the token has characters that no HTTP header can carry", from)
	}
	return nil
}
