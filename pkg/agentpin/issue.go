package agentpin

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// DefaultTTL is how long a credential lives unless its request says otherwise.
const DefaultTTL = time.Hour

// maxKid is the longest name of a key, in bytes.
const maxKid = 128

// Issuer signs credentials of one domain with one key.
type Issuer struct {
	Domain string
	Kid    string        // the name of the key in the domain's document
	Key    crypto.Signer // ECDSA on P-256; it may be in a token or a remote service
}

// Request is what a credential should say.
type Request struct {
	AgentID      string
	Audience     string // the domain of the verifier, AnyAudience, or "" for none
	Capabilities []string
	Constraints  *constraint.Set
	Chain        []delegation.Entry
	Nonce        string
	NotBefore    time.Time     // zero for none
	TTL          time.Duration // 0 means DefaultTTL
	AllowLongTTL bool          // more than DefaultMaxLifetime
}

// Issue returns a token that every peer accepts, valid from now on. It refuses
// what a verifier would refuse, and what peers would read in different ways.
func (i Issuer) Issue(r Request, now time.Time) (string, error) {
	if r.TTL == 0 {
		r.TTL = DefaultTTL
	}
	if err := i.check(r, now); err != nil {
		return "", fmt.Errorf("issue credential: %w", err)
	}
	id, err := newID()
	if err != nil {
		return "", fmt.Errorf("issue credential: %w", err)
	}
	claims := Claims{
		Issuer: i.Domain, Subject: r.AgentID, IssuedAt: now.Unix(), Expires: now.Unix() + seconds(r.TTL), ID: id, Version: Version,
		Capabilities: r.Capabilities, Chain: r.Chain,
	}
	if !r.Constraints.Empty() {
		claims.Constraints = r.Constraints
	}
	if r.Audience != "" {
		claims.Audience = &r.Audience
	}
	if r.Nonce != "" {
		claims.Nonce = &r.Nonce
	}
	if !r.NotBefore.IsZero() {
		claims.NotBefore = new(r.NotBefore.Unix())
	}
	return i.sign(claims)
}

func (i Issuer) check(r Request, now time.Time) error {
	if err := discovery.CheckDomain(i.Domain); err != nil {
		return err
	}
	switch {
	case i.Kid == "" || len(i.Kid) > maxKid:
		return fmt.Errorf("the kid has %d bytes, want 1 to %d", len(i.Kid), maxKid)
	case r.AgentID == "":
		return errors.New("the agent is not named")
	case !discovery.BelongsTo(r.AgentID, i.Domain):
		return fmt.Errorf("the agent %q does not belong to %q", r.AgentID, i.Domain)
	case len(r.Capabilities) == 0:
		return errors.New("no capability is asked for")
	case len(r.Capabilities) > MaxCapabilities:
		return fmt.Errorf("%d capabilities, more than %d", len(r.Capabilities), MaxCapabilities)
	case len(r.Chain) > discovery.MaxDepth:
		return fmt.Errorf("the delegation chain has %d entries, more than %d", len(r.Chain), discovery.MaxDepth)
	case r.TTL < time.Second || r.TTL%time.Second != 0:
		return fmt.Errorf("a lifetime of %v is not a number of seconds", r.TTL)
	case r.TTL > DefaultMaxLifetime && !r.AllowLongTTL:
		return fmt.Errorf("a lifetime of %v is more than the %v that verifiers allow", r.TTL, DefaultMaxLifetime)
	case !r.NotBefore.IsZero() && r.NotBefore.Unix() >= now.Unix()+seconds(r.TTL):
		return errors.New("the credential would expire before it is valid")
	}
	for _, c := range r.Capabilities {
		if err := capability.Check(c); err != nil {
			return err
		}
	}
	if err := i.checkTexts(r); err != nil {
		return err
	}
	if problems := r.Constraints.Check(); len(problems) > 0 {
		return fmt.Errorf("constraints: %s", problems[0])
	}
	return nil
}

// checkTexts refuses what would be another text for whoever reads the token.
func (i Issuer) checkTexts(r Request) error {
	for _, t := range []struct{ name, text string }{{"kid", i.Kid}, {"agent", r.AgentID}, {"audience", r.Audience}, {"nonce", r.Nonce}} {
		switch {
		case !utf8.ValidString(t.text):
			return fmt.Errorf("the %s %q is not UTF-8", t.name, t.text)
		case t.name != "kid" && strings.ContainsFunc(t.text, func(c rune) bool { return c <= ' ' || c == 0x7f }):
			return fmt.Errorf("the %s %q holds a blank or a control character", t.name, t.text)
		}
	}
	return nil
}

// sign writes claims in the order in which the reference writes them, and the
// header as every peer has it.
func (i Issuer) sign(claims Claims) (string, error) {
	var payload bytes.Buffer
	enc := json.NewEncoder(&payload)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(claims); err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	header := strictjson.AppendString([]byte(`{"alg":"`+Algorithm+`","typ":"`+Type+`","kid":`), i.Kid)
	header = append(header, '}')
	b64 := base64.RawURLEncoding
	token := b64.AppendEncode(nil, header)
	token = b64.AppendEncode(append(token, '.'), bytes.TrimSuffix(payload.Bytes(), []byte("\n")))
	signature, err := sign(i.Key, token)
	if err != nil {
		return "", err
	}
	token = b64.AppendEncode(append(token, '.'), signature)
	if len(token) > MaxToken {
		return "", fmt.Errorf("the token would have %d bytes, more than %d", len(token), MaxToken)
	}
	return string(token), nil
}

// newID returns a UUID of version 4.
func newID() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	id := hex.AppendEncode(make([]byte, 0, 36), b[:4])
	for _, part := range [][]byte{b[4:6], b[6:8], b[8:10], b[10:]} {
		id = hex.AppendEncode(append(id, '-'), part)
	}
	return string(id), nil
}

// Renew returns a token that says what an old one says, with the same lifetime,
// a new id, and times from now on; a nonce belongs to one exchange and is left
// out. The old token has to be signed by the
// issuer's own key or by one of the document's, expired or not: whoever can
// only write to the file of a token must not get anything signed.
func (i Issuer) Renew(old string, published *discovery.Document, now time.Time) (string, error) {
	c, err := Parse(old)
	if err != nil {
		return "", fmt.Errorf("renew credential: %w", err)
	}
	if err := i.own(old, c, published); err != nil {
		return "", fmt.Errorf("renew credential: %w", err)
	}
	claims := c.Claims
	r := Request{
		AgentID: claims.Subject, Capabilities: claims.Capabilities, Constraints: claims.Constraints, Chain: claims.Chain,
		TTL: claims.Lifetime(), AllowLongTTL: true,
	}
	if claims.Audience != nil {
		r.Audience = *claims.Audience
	}
	return i.Issue(r, now)
}

// own checks that a token was signed by the issuer.
func (i Issuer) own(token string, c *Credential, published *discovery.Document) error {
	if c.Claims.Issuer != i.Domain {
		return fmt.Errorf("the token was issued by %q", c.Claims.Issuer)
	}
	public, err := keys.PublicOf(i.Key)
	if err != nil {
		return err
	}
	if verifySignature(token, public) == nil {
		return nil
	}
	if published != nil && published.Entity == i.Domain {
		if k, err := published.VerifyingKey(c.Kid, time.Time{}); err == nil && verifySignature(token, k.Public) == nil {
			return nil
		}
	}
	return errors.New("the token was not signed by this key, nor by a published one")
}

// Due reports whether at a time less than a share of a credential's life is
// left.
func (c Claims) Due(share float64, now time.Time) bool {
	left := float64(c.Expires - now.Unix())
	return left < share*float64(c.Expires-c.IssuedAt)
}
