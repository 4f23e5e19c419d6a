package discovery

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"time"
)

// Why a verifier gets no document, or no key out of it.
var (
	ErrInvalid     = errors.New("the discovery document is not valid")
	ErrNotAtHand   = errors.New("no document of the domain is at hand")
	ErrUnreachable = errors.New("the document could not be asked for") // not an answer of the domain
	ErrNoKey       = errors.New("the document has no such key")
	ErrKeyExpired  = errors.New("the key has expired")
)

// VerifyingKey returns the key called kid, judged for use after a time: a
// key that expired before it, or whose expiry cannot be read, is
// [ErrKeyExpired], one that is unfit to verify is [ErrNoKey].
func (d *Document) VerifyingKey(kid string, after time.Time) (Key, *ecdsa.PublicKey, error) {
	k, ok := d.Key(kid)
	if !ok || kid == "" {
		return Key{}, nil, fmt.Errorf("%w: %q", ErrNoKey, kid)
	}
	public, err := k.PublicKey()
	if err != nil {
		return Key{}, nil, fmt.Errorf("%w that may be used: %q: %w", ErrNoKey, kid, err)
	}
	if k.Exp == nil {
		return k, public, nil
	}
	expiry, err := ParseTime(*k.Exp)
	if err != nil {
		return Key{}, nil, fmt.Errorf("%w: the expiry of %q cannot be read: %w", ErrKeyExpired, kid, err)
	}
	if expiry.Before(after) {
		return Key{}, nil, fmt.Errorf("%w: %q at %s", ErrKeyExpired, kid, *k.Exp)
	}
	return k, public, nil
}
