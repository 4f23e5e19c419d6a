package discovery

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

const (
	urnPrefix = "urn:agentpin:"
	maxDomain = 253
	maxLabel  = 63
)

// CheckDomain returns why a domain must not reach a URL or a file name, or nil.
// A domain is lower-case, has at least one dot, and holds no port, path, user
// or address.
func CheckDomain(domain string) error {
	labels := strings.Split(domain, ".")
	switch {
	case domain == "" || len(domain) > maxDomain:
		return fmt.Errorf("domain %.40q: want 1 to %d characters", domain, maxDomain)
	case len(labels) < 2:
		return fmt.Errorf("domain %.40q: want at least one dot", domain)
	}
	for _, label := range labels {
		if !validLabel(label) {
			return fmt.Errorf("domain %.40q: want labels of lower-case letters, digits and inner hyphens", domain)
		}
	}
	if _, err := netip.ParseAddr(domain); err == nil || !strings.ContainsAny(labels[len(labels)-1], "abcdefghijklmnopqrstuvwxyz") {
		return fmt.Errorf("domain %.40q: want a name, not an address", domain)
	}
	return nil
}

func validLabel(label string) bool {
	if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		if b := label[i]; b != '-' && (b < '0' || b > '9') && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}

// IsURN reports whether an agent id is written as a URN of AgentPin.
func IsURN(agentID string) bool { return strings.HasPrefix(agentID, urnPrefix) }

// URNDomain returns the domain in the URN of an agent, or an error when the id
// has not the form urn:agentpin:DOMAIN:NAME.
func URNDomain(agentID string) (string, error) {
	rest, ok := strings.CutPrefix(agentID, urnPrefix)
	domain, name, _ := strings.Cut(rest, ":")
	if !ok || domain == "" || name == "" {
		return "", errors.New("want urn:agentpin:DOMAIN:NAME")
	}
	return domain, nil
}

// BelongsTo reports whether an agent id may be used by a domain: a URN has to
// name it, any other id, such as a UUID, names none. The beginning of a URN is the
// same in capitals (RFC 8141 §3.1), but nobody writes AgentPin's so: such an id is
// no one's, so that it is not read as the agent of another domain.
func BelongsTo(agentID, domain string) bool {
	if !IsURN(agentID) {
		n := len(urnPrefix)
		return len(agentID) < n || !strings.EqualFold(agentID[:n], urnPrefix)
	}
	named, err := URNDomain(agentID)
	return err == nil && named == domain
}
