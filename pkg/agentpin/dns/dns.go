// Package dns knows the TXT record by which a domain says in DNS which key it
// publishes. [Parse] reads one, [Check] compares what DNS holds with a
// discovery document, [Text] writes one.
//
// It promises that a record can only take trust away: an absent one changes
// nothing, one that is malformed or names no key of the document refuses it.
package dns

import (
	"errors"
	"fmt"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

const (
	version = "agentpin1"
	prefix  = "sha256:"
)

// ErrMismatch says that no key of a document is the one in the record.
var ErrMismatch = errors.New("the record matches no key of the document")

// Record is what a TXT record says.
type Record struct {
	Kid         *string `json:"kid"`         // nil when the record names none
	Fingerprint string  `json:"fingerprint"` // "sha256:" and the hex thumbprint, lower case
}

// Name returns where the record of a domain is.
func Name(domain string) string { return "_agentpin." + strings.TrimRight(domain, ".") }

// Text returns the record of a key. A kid that a record cannot hold is left out,
// since the fingerprint says enough.
func Text(k discovery.Key) string {
	kid := "kid=" + k.Kid + "; "
	if strings.Contains(k.Kid, ";") || strings.TrimSpace(k.Kid) != k.Kid {
		kid = ""
	}
	return fmt.Sprintf("v=%s; %sfp=%s%s", version, kid, prefix, k.Thumbprint())
}

// Parse reads a record. Unknown fields are ignored, of several with one name
// the last counts.
func Parse(text string) (Record, error) {
	fields := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return Record{}, fmt.Errorf("parse DNS record: %q has no '='", part)
		}
		fields[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	v, ok := fields["v"]
	switch fp, named := fields["fp"]; {
	case !ok:
		return Record{}, errors.New("parse DNS record: there is no version")
	case v != version:
		return Record{}, fmt.Errorf("parse DNS record: version %q is not supported, want %q", v, version)
	case !named:
		return Record{}, errors.New("parse DNS record: there is no fingerprint")
	case !strings.HasPrefix(strings.ToLower(fp), prefix):
		return Record{}, fmt.Errorf("parse DNS record: the fingerprint %q does not start with %s", fp, prefix)
	}
	r := Record{Fingerprint: strings.ToLower(fields["fp"])}
	if kid, ok := fields["kid"]; ok {
		r.Kid = &kid
	}
	return r, nil
}

// Find returns the record among the texts of a name: the first that says it is
// one. It returns nil when there is none.
func Find(texts []string) (*Record, error) {
	for _, text := range texts {
		if strings.Contains(text, "v="+version) {
			r, err := Parse(text)
			return &r, err
		}
	}
	return nil, nil
}

// Match returns [ErrMismatch] unless some key of the document is the one in the
// record.
func (r Record) Match(d *discovery.Document) error {
	for _, k := range d.Keys {
		if prefix+k.Thumbprint() == r.Fingerprint && (r.Kid == nil || *r.Kid == "" || *r.Kid == k.Kid) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrMismatch, r.Fingerprint)
}

// Check compares a document with the texts of its name in DNS.
func Check(d *discovery.Document, texts []string) error {
	r, err := Find(texts)
	if err != nil || r == nil {
		return err
	}
	return r.Match(d)
}
