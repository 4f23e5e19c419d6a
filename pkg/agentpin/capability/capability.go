// Package capability compares what an agent may do with what it asks for. A
// capability is "action:resource"; [Matches] says whether one covers another,
// [Excess] which of many are not covered, [Check] whether one may be issued,
// and [Hash] condenses a set for attestations.
//
// It promises the comparison of the AgentPin specification, section 10, byte by
// byte and without case folding. It refuses two things that peers let pass:
// empty actions and resources, and "admin:*", which covers nothing and is
// covered by nothing.
package capability

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

const (
	wildcard = "*"
	admin    = "admin" // the action that no wildcard gives
	maxSize  = 256     // bytes of a capability that may be issued
)

// Split returns the two parts of a capability. It reports false when one is
// empty or the colon is missing.
func Split(c string) (action, resource string, ok bool) {
	action, resource, _ = strings.Cut(c, ":")
	return action, resource, action != "" && resource != ""
}

// Matches reports whether declared covers requested: the same action, and
// either the same resource, or "*", or a resource below it, which is one that
// goes on with a point.
func Matches(declared, requested string) bool { return setOf([]string{declared}).covers(requested) }

// Excess returns the requested capabilities that no declared one covers, in
// their order. Nothing requested is nothing in excess.
func Excess(declared, requested []string) []string {
	have := setOf(declared)
	var excess []string
	for _, r := range requested {
		if !have.covers(r) {
			excess = append(excess, r)
		}
	}
	return excess
}

// set is capabilities that are declared. Whoever wrote them may be hostile: a
// look at each for each requested one would cost seconds.
type set map[string]bool

func setOf(declared []string) set {
	s := make(set, len(declared))
	for _, d := range declared {
		s[d] = true
	}
	return s
}

// covers looks for everything that covers requested.
func (s set) covers(requested string) bool {
	action, resource, ok := Split(requested)
	switch {
	case !ok || action == admin && resource == wildcard:
		return false
	case s[requested] || action != admin && s[action+":"+wildcard]:
		return true
	}
	for i := range len(resource) {
		above := resource[:i]
		if resource[i] == '.' && above != "" && (action != admin || above != wildcard) && s[action+":"+above] {
			return true
		}
	}
	return false
}

// Check returns why a capability should not be issued, or nil: every peer has
// to read it the same way, so it is narrower than what is accepted.
func Check(c string) error {
	action, resource, ok := Split(c)
	switch {
	case !ok:
		return fmt.Errorf("capability %q: want action:resource", c)
	case len(c) > maxSize:
		return fmt.Errorf("capability %.20q…: longer than %d bytes", c, maxSize)
	case !validAction(action):
		return fmt.Errorf("capability %q: want an action of lower-case letters, digits, hyphens and points", c)
	case action == admin && resource == wildcard:
		return errors.New(`capability "admin:*": admin has to name what it administers`)
	}
	for i := range len(resource) {
		if b := resource[i]; b <= ' ' || b >= 0x7f || strings.IndexByte(`,"'<>&\`, b) >= 0 {
			return fmt.Errorf("capability %q: want a resource of printable ASCII without blanks, commas, quotes, < > & and backslash", c)
		}
	}
	return nil
}

func validAction(action string) bool {
	for i, label := range strings.Split(action, ".") {
		if label == "" || i == 0 && (label[0] < 'a' || label[0] > 'z') {
			return false
		}
		for j := range len(label) {
			if b := label[j]; b != '-' && (b < '0' || b > '9') && (b < 'a' || b > 'z') {
				return false
			}
		}
	}
	return true
}

// Taxonomy returns why a capability is outside the list of the specification,
// or nil: its action is a core action, or has the form of a reversed domain.
// Such a capability works, but no other organisation knows what it means.
func Taxonomy(c string) error {
	action, resource, ok := strings.Cut(c, ":")
	switch {
	case !ok:
		return fmt.Errorf("capability %q: want action:resource", c)
	case action == admin && resource == wildcard:
		return errors.New(`capability "admin:*": admin has to name what it administers`)
	case slices.Contains([]string{"read", "write", "execute", admin, "delegate", "delete"}, action):
		return nil
	}
	labels := strings.Split(action, ".")
	if len(labels) < 2 || slices.Contains(labels, "") {
		return fmt.Errorf("capability %q: the action is no core action and not written like com.example.%s", c, strings.Trim(action, "."))
	}
	return nil
}

// Hash returns the lower-case hex SHA-256 of a set: the sorted strings as a
// compact JSON array. Duplicates count.
func Hash(set []string) string { return hash(set, strictjson.AppendString) }

// Hashes returns every hash that a peer may have computed for a set, the
// reference form first. They differ only for text beyond printable ASCII.
func Hashes(set []string) []string {
	return slices.Compact([]string{Hash(set), hash(set, appendASCII)})
}

func hash(set []string, appendString func([]byte, string) []byte) string {
	sorted := slices.Sorted(slices.Values(set)) // by bytes, which is by code points
	text := []byte{'['}
	for i, c := range sorted {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendString(text, c)
	}
	sum := sha256.Sum256(append(text, ']'))
	return hex.EncodeToString(sum[:])
}

// appendASCII writes a JSON string as Python does: everything beyond printable
// ASCII is an escape.
func appendASCII(dst []byte, s string) []byte {
	for _, r := range string(strictjson.AppendString(nil, s)) {
		if r >= ' ' && r <= '~' {
			dst = append(dst, byte(r))
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			dst = fmt.Appendf(dst, `\u%04x`, unit)
		}
	}
	return dst
}
