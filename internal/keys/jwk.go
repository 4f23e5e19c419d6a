package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// coordinate is the size of a coordinate of a point on P-256, in bytes.
const coordinate = 32

// JWK is a public key as documents publish it. What it says may be wrong until
// [JWK.PublicKey] has judged it.
type JWK struct {
	Kid    string   `json:"kid"`
	Kty    string   `json:"kty"`
	Crv    string   `json:"crv"`
	X      string   `json:"x"`
	Y      string   `json:"y"`
	Use    string   `json:"use"`
	KeyOps []string `json:"key_ops,omitempty"`
	Exp    *string  `json:"exp,omitempty"` // RFC 3339, nil when the key does not expire

	Extra []strictjson.Member `json:"-"` // members of other standards, kept when written
}

// NewJWK returns the JWK of a public key under a name.
func NewJWK(public *ecdsa.PublicKey, kid string) (JWK, error) {
	if public.Curve != elliptic.P256() {
		return JWK{}, fmt.Errorf("write JWK of a key on %s: %w", public.Curve.Params().Name, ErrUnsupported)
	}
	point, err := public.Bytes()
	if err != nil {
		return JWK{}, fmt.Errorf("write JWK: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return JWK{
		Kid: kid, Kty: "EC", Crv: "P-256", X: encode(point[1 : 1+coordinate]), Y: encode(point[1+coordinate:]),
		Use: "sig", KeyOps: []string{"verify"},
	}, nil
}

// ReadJWK reads a JWK of any origin from r: kid and use may be missing.
// Members of a private key are noted as faults.
func ReadJWK(r *strictjson.Reader) JWK {
	return readJWK(r, func(name string) string {
		if s := r.OptString(name); s != nil {
			return *s
		}
		return ""
	})
}

// ReadNamedJWK is ReadJWK for keys of a document, where kid and use have to be
// there.
func ReadNamedJWK(r *strictjson.Reader) JWK { return readJWK(r, r.String) }

func readJWK(r *strictjson.Reader, label func(string) string) JWK {
	k := JWK{
		Kid: label("kid"), Kty: r.String("kty"), Crv: r.String("crv"), X: r.String("x"), Y: r.String("y"), Use: label("use"),
		KeyOps: r.OptStrings("key_ops"), Exp: r.OptString("exp"),
	}
	k.Extra = r.Rest()
	for _, m := range k.Extra {
		if slices.Contains([]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}, m.Name) {
			r.Failf(m.Name, "a published key holds a secret")
		}
	}
	return k
}

// MarshalJSON writes the members in the order in which every peer writes them.
func (k JWK) MarshalJSON() ([]byte, error) {
	type plain JWK
	text, err := json.Marshal(plain(k))
	if err != nil {
		return nil, err
	}
	return strictjson.Append(text, k.Extra), nil
}

// PublicKey returns the key if it may verify signatures: EC on P-256, both
// coordinates of 32 bytes, a point on the curve, and use and key_ops that allow
// it where they are given.
func (k JWK) PublicKey() (*ecdsa.PublicKey, error) {
	switch {
	case k.Kty != "EC":
		return nil, fmt.Errorf("kty %q: %w", k.Kty, ErrUnsupported)
	case k.Crv != "P-256":
		return nil, fmt.Errorf("crv %q: %w", k.Crv, ErrUnsupported)
	case k.Use != "" && k.Use != "sig":
		return nil, fmt.Errorf("use %q: want sig", k.Use)
	case k.KeyOps != nil && !slices.Contains(k.KeyOps, "verify"):
		return nil, fmt.Errorf("key_ops %q: want verify among them", k.KeyOps)
	}
	point := []byte{4} // uncompressed
	for _, text := range []string{k.X, k.Y} {
		c, err := DecodeBase64URL(text)
		if err != nil || len(c) != coordinate {
			return nil, errors.New("a coordinate is not base64url of 32 bytes")
		}
		point = append(point, c...)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, errors.New("the point is not on the curve")
	}
	return public, nil
}

// Thumbprint returns the lower-case hex form of the RFC 7638 thumbprint, made
// of the coordinates as they are written.
func (k JWK) Thumbprint() string {
	text := []byte(`{"crv":`)
	text = append(strictjson.AppendString(text, k.Crv), `,"kty":`...)
	text = append(strictjson.AppendString(text, k.Kty), `,"x":`...)
	text = append(strictjson.AppendString(text, k.X), `,"y":`...)
	text = append(strictjson.AppendString(text, k.Y), '}')
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Thumbprint returns the RFC 7638 thumbprint of a public key. Pins and DNS
// records write it in hex, JOSE in base64url.
func Thumbprint(public *ecdsa.PublicKey) ([]byte, error) {
	jwk := jose.JSONWebKey{Key: public}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("thumbprint: %w", err)
	}
	return sum, nil
}

// SPKIHash returns the lower-case hex SHA-256 of the SPKI form, which peers use
// as kid.
func SPKIHash(public *ecdsa.PublicKey) (string, error) {
	der, err := spki(public)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}

// DecodeBase64URL decodes the unpadded base64url of JOSE and nothing else: no
// padding, no blanks, no line feeds, no bits left over.
func DecodeBase64URL(text string) ([]byte, error) {
	return strict(base64.RawURLEncoding, text)
}
