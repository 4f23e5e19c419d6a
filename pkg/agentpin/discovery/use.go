package discovery

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
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

// VerifyingKey is a key that may verify signatures.
type VerifyingKey struct {
	Kid        string
	Thumbprint string
	Public     *ecdsa.PublicKey
}

// judged is what a key of a document is worth. Finding that out costs as much
// as a tenth of a verification, so that it is done once.
type judged struct {
	key  Key
	from VerifyingKey
	err  error
}

func judge(k Key) judged {
	public, err := k.PublicKey()
	if err == nil && k.Use == "" { // which a key outside a document may lack
		err = errors.New("use is empty: want sig")
	}
	return judged{k, VerifyingKey{k.Kid, k.Thumbprint(), public}, err}
}

// judgeKeys prepares the keys of a document that was just read.
func (d *Document) judgeKeys() {
	d.judged = make(map[string]judged, len(d.Keys))
	for _, k := range d.Keys {
		d.judged[k.Kid] = judge(k)
	}
}

// same reports whether a key still is the one that was judged.
func (j judged) same(k Key) bool {
	return j.key.Kid == k.Kid && j.key.Kty == k.Kty && j.key.Crv == k.Crv && j.key.X == k.X && j.key.Y == k.Y &&
		j.key.Use == k.Use && slices.Equal(j.key.KeyOps, k.KeyOps) && (j.key.KeyOps == nil) == (k.KeyOps == nil)
}

// VerifyingKey returns the key called kid, judged for use after a time, of which
// only full seconds count: a key that expired before it, or whose expiry cannot
// be read, is [ErrKeyExpired], one that is unfit to verify is [ErrNoKey]. Expiry comes
// first, as it does with every peer.
func (d *Document) VerifyingKey(kid string, after time.Time) (VerifyingKey, error) {
	k, ok := d.Key(kid)
	if !ok || kid == "" {
		return VerifyingKey{}, fmt.Errorf("%w: %q", ErrNoKey, kid)
	}
	if err := alive(k, after); err != nil {
		return VerifyingKey{}, err
	}
	j := d.judged[kid]
	if !j.same(k) {
		j = judge(k)
	}
	if j.err != nil {
		return VerifyingKey{}, fmt.Errorf("%w that may be used: %q: %w", ErrNoKey, kid, j.err)
	}
	return j.from, nil
}

// alive returns [ErrKeyExpired] unless the key may be used after a time.
func alive(k Key, after time.Time) error {
	if k.Exp == nil {
		return nil
	}
	expiry, err := ParseTime(*k.Exp)
	switch {
	case err != nil:
		return fmt.Errorf("%w: the expiry of %q cannot be read: %w", ErrKeyExpired, k.Kid, err)
	case expiry.Before(after.Truncate(time.Second)):
		return fmt.Errorf("%w: %q at %s", ErrKeyExpired, k.Kid, *k.Exp)
	}
	return nil
}
