// Package host tells what kind of place an address points to: a known vendor's
// download site, a forge, a paste site, a request bin, a bare IP address. It
// judges by the name alone and opens no connection.
//
// [Parse] reads one address, [Find] lists those in a text.
package host

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Class is a kind of place.
type Class string

// The classes, from the most to the least trusted.
const (
	Local     Class = "local"       // loopback and private addresses
	Example   Class = "example"     // reserved for documentation, or a placeholder
	Vendor    Class = "vendor"      // publishes software of its own; the list is curated
	Registry  Class = "registry"    // a package registry
	Forge     Class = "forge"       // repositories of anybody
	Unknown   Class = "unknown"     // none of the others
	Cloud     Class = "cloud"       // files and apps of anybody, under a provider's name
	FileShare Class = "file share"  // files of anybody, often short-lived
	Shortener Class = "shortener"   // hides where it leads
	Tunnel    Class = "tunnel"      // leads to somebody's own machine
	Paste     Class = "paste site"  // text of anybody
	Bin       Class = "request bin" // records what is sent to it
	RawIP     Class = "bare IP address"
)

// Address is one parsed address.
type Address struct {
	URL    string
	Scheme string // lower case, "" when none was written
	Host   string // lower case, without port and user
	Port   string
	Path   string // with the query, "" or beginning with "/"
	Class  Class
}

// Parse reads an address as a person writes it: a scheme is not needed. Host is
// empty when there is none.
func Parse(url string) Address {
	a := Address{URL: url}
	rest := url
	if scheme, after, ok := strings.Cut(url, "://"); ok {
		a.Scheme, rest = strings.ToLower(scheme), after
	}
	end := strings.IndexAny(rest, "/?#\\")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	a.Path = rest[end:]
	if _, after, ok := strings.Cut(authority, "@"); ok {
		authority = after
	}
	a.Host, a.Port = splitPort(strings.ToLower(authority))
	a.Class = classify(a)
	return a
}

func splitPort(authority string) (host, port string) {
	if inner, ok := strings.CutPrefix(authority, "["); ok {
		host, port, _ = strings.Cut(inner, "]")
		return host, strings.TrimPrefix(port, ":")
	}
	host, port, _ = strings.Cut(authority, ":")
	return strings.TrimSuffix(host, "."), port
}

// Match is an address found in a text.
type Match struct {
	Pos, End int
	Address
}

// Find lists the addresses with a scheme in text, left to right.
func Find(text string) []Match {
	var out []Match
	for _, m := range urlPattern().FindAllStringIndex(text, -1) {
		url := strings.TrimRight(balanced(text[m[0]:m[1]]), ".,;:!?*_`'\"]}>")
		out = append(out, Match{m[0], m[0] + len(url), Parse(url)})
	}
	return out
}

// balanced cuts an address at a bracket that was opened before it, as in
// Markdown links.
func balanced(url string) string {
	open := 0
	for i, c := range url {
		switch c {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return url[:i]
			}
		}
	}
	return url
}

//nolint:gochecknoglobals // compiled on first use, so that start-up does not pay for it
var urlPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?i)\\b(?:https?|ftps?|wss?|tcp|udp|ssh|git|s3|gs)://[^\\s<>\"'`|\\\\^{}，。；：、（）【】「」『』《》！？\u3000\\p{Han}\\p{Hiragana}\\p{Katakana}]+")
})

func classify(a Address) Class {
	h := a.Host
	switch {
	case h == "" || strings.ContainsAny(h, "$<>{}%[]*") || strings.Contains(h, "…"):
		return Example
	case h == "localhost", strings.HasSuffix(h, ".localhost"), strings.HasSuffix(h, ".local"), strings.HasSuffix(h, ".internal"), h == "host.docker.internal":
		return Local
	}
	if ip, ok := parseIP(h); ok {
		if ip.IsPrivate() || ip.IsLoopback() || ip.IsUnspecified() || ip.IsLinkLocalUnicast() {
			return Local
		}
		if slices.Contains(madeUpIPs(), ip.String()) {
			return Example
		}
		return RawIP
	}
	switch {
	case strings.Trim(h, ".-_") == "":
		return Example
	case !strings.Contains(h, "."):
		return Local
	case strings.HasSuffix(h, ".gov"):
		return Vendor
	}
	for _, c := range []struct {
		class Class
		list  []string
	}{{Bin, bins()}, {Paste, pastes()}, {Tunnel, tunnels()}, {Shortener, shorteners()}, {FileShare, fileShares()}, {Registry, registries()}, {Forge, forges()}, {Vendor, vendors()}, {Cloud, clouds()}, {Example, examples()}} {
		for _, name := range c.list {
			if in(a, name) {
				return c.class
			}
		}
	}
	if placeholder(h) {
		return Example
	}
	return Unknown
}

// placeholder reports whether a host was made up for an example: it calls
// itself the reader's own, or evil. Reserved names that stand for real ones are
// not placeholders.
func placeholder(h string) bool {
	if strings.HasSuffix(h, ".invalid") {
		return false
	}
	for _, mark := range []string{"your-", "yourdomain", "your_", "my-server", "malicious", "attacker", "evil", "sketchy", "badsite", "hacker-", "phish", "xxx.", "<"} {
		if strings.HasPrefix(h, mark) || strings.Contains(h, "."+mark) || strings.Contains(h, "-"+mark) {
			return true
		}
	}
	return false
}

// in reports whether a lies under name: the host itself or a sub-domain, and
// below the path when name has one.
func in(a Address, name string) bool {
	domain, path, hasPath := strings.Cut(name, "/")
	if a.Host != domain && !strings.HasSuffix(a.Host, "."+domain) {
		return false
	}
	return !hasPath || strings.HasPrefix(strings.ToLower(a.Path), "/"+path)
}

// parseIP reads an IP address in every spelling that clients accept: dotted,
// one decimal number, hexadecimal, octal.
func parseIP(h string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(h); err == nil {
		return ip, true
	}
	parts := strings.Split(h, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var value uint64
	for i, p := range parts {
		n, ok := number(p)
		if !ok {
			return netip.Addr{}, false
		}
		width := 8
		if i == len(parts)-1 {
			width = 8 * (4 - i)
		}
		if n >= 1<<width || len(parts) == 1 && n < 1<<24 {
			return netip.Addr{}, false
		}
		value = value<<width | n
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}

func number(s string) (uint64, bool) {
	base, digits := uint64(10), s
	switch {
	case strings.HasPrefix(s, "0x"):
		base, digits = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base, digits = 8, s[1:]
	}
	if digits == "" || len(digits) > 12 {
		return 0, false
	}
	var n uint64
	for _, c := range digits {
		d := strings.IndexRune("0123456789abcdef", c)
		if d < 0 || uint64(d) >= base {
			return 0, false
		}
		n = n*base + uint64(d)
	}
	return n, true
}

// Domain returns the registrable part of a host: its last two labels, or three
// below a two-letter suffix such as co.uk.
func Domain(h string) string {
	labels := strings.Split(h, ".")
	n := 2
	if len(labels) > 2 && len(labels[len(labels)-1]) == 2 && len(labels[len(labels)-2]) <= 3 {
		n = 3
	}
	return strings.Join(labels[max(0, len(labels)-n):], ".")
}
