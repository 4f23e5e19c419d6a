package agentpin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
)

const (
	// Version is the only version of credentials that any peer reads.
	Version = "0.1"
	// Algorithm is the only one a header may name.
	Algorithm = "ES256"
	// Type is the only one a header may name.
	Type = "agentpin-credential+jwt"
	// MaxToken is the size up to which a token is read, in bytes.
	MaxToken = 64 << 10
	// MaxCapabilities is how many capabilities a credential may ask for.
	MaxCapabilities = 1024
	// AnyAudience as audience fits every verifier.
	AnyAudience = "*"
)

// Credential is what a token says. Nothing of it is true until a [Verifier]
// says so.
type Credential struct {
	Kid    string `json:"kid"`
	Claims Claims `json:"claims"`

	warnings []string
}

// Claims is the payload of a token. Times are in seconds since 1970.
type Claims struct {
	Issuer       string             `json:"iss"` // the domain
	Subject      string             `json:"sub"` // the agent
	Audience     *string            `json:"aud,omitempty"`
	IssuedAt     int64              `json:"iat"`
	Expires      int64              `json:"exp"`
	NotBefore    *int64             `json:"nbf,omitempty"`
	ID           string             `json:"jti"`
	Version      string             `json:"agentpin_version"`
	Capabilities []string           `json:"capabilities"`
	Constraints  *constraint.Set    `json:"constraints,omitempty"`
	Chain        []delegation.Entry `json:"delegation_chain,omitempty"`
	Nonce        *string            `json:"nonce,omitempty"`
}

// Lifetime is how long the credential is valid in all.
func (c Claims) Lifetime() time.Duration { return time.Duration(c.Expires-c.IssuedAt) * time.Second }

// Parse reads a token without trusting it: form, header, and the type of every
// claim. Whatever it refuses, a verifier refuses as [AlgorithmRejected].
func Parse(token string) (*Credential, error) {
	if len(token) > MaxToken {
		return nil, fmt.Errorf("the token has %d bytes, more than %d", len(token), MaxToken)
	}
	parts, err := split(token)
	if err != nil {
		return nil, err
	}
	var c Credential
	header, err := keys.DecodeBase64URL(parts[0])
	if err != nil {
		return nil, errors.New("the header is not base64url")
	}
	if err := strictjson.ReadObject(header, strictjson.Options{}, c.readHeader); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	payload, err := keys.DecodeBase64URL(parts[1])
	if err != nil {
		return nil, errors.New("the payload is not base64url")
	}
	if err := strictjson.ReadObject(payload, strictjson.Options{}, c.Claims.read); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	return &c, nil
}

// split returns the three parts of a token.
func split(token string) ([3]string, error) {
	if token == "" {
		return [3]string{}, errors.New("there is no token: it is empty")
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(signature, ".") {
		return [3]string{}, errors.New("want three parts with a dot between them")
	}
	return [3]string{header, payload, signature}, nil
}

func (c *Credential) readHeader(r *strictjson.Reader) {
	if alg := r.String("alg"); alg != Algorithm {
		r.Failf("alg", "the algorithm %q is not %s", alg, Algorithm)
	}
	if typ := r.String("typ"); typ != Type {
		r.Failf("typ", "the type %q is not %s", typ, Type)
	}
	c.Kid = r.String("kid")
	if r.Has("crit") {
		r.Failf("crit", "extensions are not understood")
	}
	for _, m := range r.Rest() {
		if slices.Contains([]string{"jwk", "jku", "x5u", "x5c"}, m.Name) {
			c.warnings = append(c.warnings, fmt.Sprintf("The header brings a key of its own (%s); it was ignored.", m.Name))
		}
	}
}

func (c *Claims) read(r *strictjson.Reader) {
	c.Issuer = r.String("iss")
	c.Subject = r.String("sub")
	c.Audience = r.OptString("aud")
	c.IssuedAt = r.Int("iat")
	c.Expires = r.Int("exp")
	c.NotBefore = r.OptInt("nbf")
	c.ID = r.String("jti")
	c.Version = r.String("agentpin_version")
	c.Capabilities = r.Strings("capabilities")
	r.OptObject("constraints", func(r *strictjson.Reader) { c.Constraints = constraint.Read(r) })
	r.OptObjects("delegation_chain", func(r *strictjson.Reader) { c.Chain = append(c.Chain, delegation.Read(r)) })
	c.Nonce = r.OptString("nonce")
	if c.ID == "" {
		r.Failf("jti", "a credential without id cannot be revoked")
	}
	if c.Version != Version {
		r.Failf("agentpin_version", "version %q is not supported, want %q", c.Version, Version)
	}
	if n := len(c.Capabilities); n > MaxCapabilities {
		r.Failf("capabilities", "%d of them, more than %d", n, MaxCapabilities)
	}
	if n := len(c.Chain); n > delegation.Max {
		r.Failf("delegation_chain", "%d entries, more than %d", n, delegation.Max)
	}
}
