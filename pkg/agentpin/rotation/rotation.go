// Package rotation replaces the key of a domain without a moment in which its
// credentials fail: [Prepare] makes the new key, [Apply] publishes it beside
// the old one, and [Complete] drops the old one, once no credential signed with
// it can be alive, and revokes it.
//
// It promises that a document always has a key that verifies what is issued.
package rotation

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

// Why a rotation does not go on.
var (
	ErrTooEarly = errors.New("credentials signed with the old key may be alive")
	ErrNoKey    = errors.New("the document has no such key")
	ErrKnownKey = errors.New("the document has this key already")
	ErrLastKey  = errors.New("it is the only key of the document")
)

// Plan is a new key that is not published yet.
type Plan struct {
	Private *ecdsa.PrivateKey
	Key     discovery.Key
}

// Prepare makes a new key. Its name is kid, or the hash of its SPKI form when
// kid is empty.
func Prepare(kid string) (Plan, error) {
	private, err := keys.Generate()
	if err != nil {
		return Plan{}, err
	}
	if kid == "" {
		if kid, err = keys.SPKIHash(&private.PublicKey); err != nil {
			return Plan{}, err
		}
	}
	k, err := keys.NewJWK(&private.PublicKey, kid)
	if err != nil {
		return Plan{}, err
	}
	return Plan{private, k}, nil
}

// Apply adds a key to a document.
func Apply(d *discovery.Document, k discovery.Key, now time.Time) error {
	for _, there := range d.Keys {
		if there.Kid == k.Kid || there.Thumbprint() == k.Thumbprint() {
			return fmt.Errorf("add key %q: %w, as %q", k.Kid, ErrKnownKey, there.Kid)
		}
	}
	if _, err := k.PublicKey(); err != nil {
		return fmt.Errorf("add key %q: %w", k.Kid, err)
	}
	d.Keys = append(d.Keys, k)
	d.UpdatedAt = now.UTC().Format(discovery.TimeFormat)
	return nil
}

// Due is when the old key may go: the longest life of any credential, and the
// difference of clocks, after the document was last changed. A document whose
// date cannot be read is due at once.
func Due(d *discovery.Document, skew time.Duration) time.Time {
	longest := int64(0)
	for i := range d.Agents {
		longest = max(longest, d.Agents[i].TTL())
	}
	changed, err := discovery.ParseTime(d.UpdatedAt)
	if err != nil {
		return time.Time{}
	}
	return changed.Add(time.Duration(min(longest, discovery.DefaultTTL))*time.Second + skew)
}

// Completion is what [Complete] needs beside the document.
type Completion struct {
	Kid    string // of the old key
	Reason string // one of revocation.Reasons
	Now    time.Time
	Skew   time.Duration
	Early  bool // do not wait until the old key is due
}

// Complete takes the old key out of a document and revokes it.
func Complete(d *discovery.Document, revoked *revocation.Document, c Completion) error {
	i := slices.IndexFunc(d.Keys, func(k discovery.Key) bool { return k.Kid == c.Kid })
	switch {
	case i < 0:
		return fmt.Errorf("drop key %q: %w", c.Kid, ErrNoKey)
	case len(d.Keys) == 1:
		return fmt.Errorf("drop key %q: %w", c.Kid, ErrLastKey)
	case revoked.Entity != d.Entity:
		return fmt.Errorf("drop key %q: the revocations are about %q, the document about %q", c.Kid, revoked.Entity, d.Entity)
	}
	if due := Due(d, c.Skew); !c.Early && c.Now.Before(due) {
		return fmt.Errorf("drop key %q: %w until %s", c.Kid, ErrTooEarly, due.UTC().Format(time.RFC3339))
	}
	if _, err := revoked.Add(revocation.Key, c.Kid, c.Reason, c.Now); err != nil {
		return err
	}
	d.Keys = slices.Delete(slices.Clone(d.Keys), i, i+1)
	d.UpdatedAt = c.Now.UTC().Format(discovery.TimeFormat)
	return nil
}
