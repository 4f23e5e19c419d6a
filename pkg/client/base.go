package client

import (
	"net/url"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/loopback"
)

// prefix stands before the path of nearly every route.
const prefix = "/api/v1"

// base is where a runtime is.
type base struct {
	scheme, host string
	root         string // path before the prefix, "" in most cases
	socket       string // path of a unix socket
	local        bool   // "local:"
}

// String returns the URL with exactly one prefix.
func (b base) String() string { return b.scheme + "://" + b.host + b.root + prefix }

// loopback reports whether the host is this machine.
func (b base) loopback() bool { return loopback.Host(b.host) }

// parseBase reads a base URL in any of the spellings of Options.BaseURL.
func parseBase(text string) (base, error) {
	if text == "local:" || text == "local" {
		return base{scheme: "http", host: "localhost", local: true}, nil
	}
	if path, ok := strings.CutPrefix(text, "unix://"); ok && path != "" {
		return base{scheme: "http", host: "localhost", socket: path}, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return base{}, badOption("base URL: not a URL") // the text may hold a secret
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return base{}, badOption("base URL: scheme must be http, https or unix")
	case u.Hostname() == "":
		return base{}, badOption("base URL: has no host")
	case u.User != nil:
		return base{}, badOption("base URL: must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return base{}, badOption("base URL: must not have a query or fragment")
	}
	root := strings.TrimRight(u.EscapedPath(), "/")
	for {
		shorter, ok := strings.CutSuffix(root, prefix)
		if !ok {
			break
		}
		root = strings.TrimRight(shorter, "/")
	}
	return base{scheme: u.Scheme, host: u.Host, root: root}, nil
}
