// Package card knows the AgentCards of the A2A protocol that carry an AgentPin
// key and signature. [New] and [Card.Sign] make one, [Parse] and [Card.Verify]
// check one, and [Card.Document] is the discovery document it stands for.
//
// It promises nothing about who made a card: the key is inside it, and the
// endpoint is outside the signature. Only [Card.From] ties a card to the domain
// it was fetched from.
package card

import (
	"crypto"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// Max is the size up to which a card is read, in bytes.
const Max = 1 << 20

// member is the name of the extension inside a card.
const member = "agentpin"

// Why a card is refused.
var (
	ErrNoExtension = errors.New("the card has no agentpin extension")
	ErrSignature   = errors.New("the signature of the card does not verify")
	ErrHost        = errors.New("the card belongs to another domain")
)

// Skill is one thing that an agent does.
type Skill struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description,omitempty"`
}

// Capabilities are those of the A2A protocol.
type Capabilities struct {
	Streaming         bool     `json:"streaming"`
	PushNotifications bool     `json:"pushNotifications"`
	AllowedDomains    []string `json:"allowed_domains,omitempty"` // empty: all
}

// Extension is what AgentPin adds to a card.
type Extension struct {
	Endpoint  string        `json:"agentpin_endpoint"` // URL of the discovery document
	Key       discovery.Key `json:"public_key_jwk"`
	Signature string        `json:"signature"`
}

// Card is an AgentCard. Members that no version knows are signed too, as the
// peers in Python and JavaScript do.
type Card struct {
	Name         string       `json:"name"`
	Description  *string      `json:"description,omitempty"`
	Version      *string      `json:"version,omitempty"`
	URL          string       `json:"url"`
	Capabilities Capabilities `json:"capabilities"`
	Skills       []Skill      `json:"skills"`
	Extension    *Extension   `json:"agentpin,omitempty"`

	value strictjson.Value // as it was read; the signature covers all of it
}

// New returns the card of a declared agent at a URL, not signed yet. Every
// capability becomes a skill.
func New(address string, a discovery.Agent) Card {
	c := Card{Name: a.Name, Description: a.Description, Version: a.Version, URL: address, Skills: []Skill{}}
	for _, capability := range a.Capabilities {
		c.Skills = append(c.Skills, Skill{ID: capability, Name: capability})
	}
	if a.Constraints != nil {
		c.Capabilities.AllowedDomains = a.Constraints.AllowedDomains
	}
	return c
}

// Sign returns the card with the extension of a key, whose document is at
// endpoint.
func (c Card) Sign(key crypto.Signer, kid, endpoint string) (Card, error) {
	c.Extension = nil
	text, err := discovery.EncodeJSON(c)
	if err != nil {
		return Card{}, fmt.Errorf("sign card: %w", err)
	}
	plain, err := Parse(text)
	if err != nil {
		return Card{}, fmt.Errorf("sign card: %w", err)
	}
	public, err := keys.PublicOf(key)
	if err != nil {
		return Card{}, fmt.Errorf("sign card: %w", err)
	}
	jwk, err := keys.NewJWK(public, kid)
	if err != nil {
		return Card{}, fmt.Errorf("sign card: %w", err)
	}
	signature, err := keys.SignDetached(key, plain.Canonical())
	if err != nil {
		return Card{}, fmt.Errorf("sign card: %w", err)
	}
	plain.Extension = &Extension{Endpoint: endpoint, Key: jwk, Signature: signature}
	return *plain, nil
}

// Parse reads a card, signed or not.
func Parse(data []byte) (*Card, error) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max})
	if err != nil {
		return nil, fmt.Errorf("parse card: %w", err)
	}
	c := Card{value: v, Skills: []Skill{}}
	err = v.Read(strictjson.Options{}, func(r *strictjson.Reader) {
		c.Name, c.URL = r.String("name"), r.String("url")
		c.Description, c.Version = r.OptString("description"), r.OptString("version")
		r.OptObject("capabilities", func(r *strictjson.Reader) {
			c.Capabilities.Streaming = isTrue(r.OptBool("streaming"))
			c.Capabilities.PushNotifications = isTrue(r.OptBool("pushNotifications"))
			c.Capabilities.AllowedDomains = r.OptStrings("allowed_domains")
		})
		r.OptObjects("skills", func(r *strictjson.Reader) {
			c.Skills = append(c.Skills, Skill{r.String("id"), r.String("name"), r.OptString("description")})
		})
		var e Extension
		if r.OptObject(member, func(r *strictjson.Reader) {
			e.Endpoint, e.Signature = r.String("agentpin_endpoint"), r.String("signature")
			r.Object("public_key_jwk", func(r *strictjson.Reader) { e.Key = keys.ReadNamedJWK(r) })
		}) {
			c.Extension = &e
		}
	})
	if err != nil {
		return nil, fmt.Errorf("parse card: %w", err)
	}
	return &c, nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// Verify checks that the card is as the holder of the key inside it signed it.
func (c *Card) Verify() error {
	if c.Extension == nil {
		return ErrNoExtension
	}
	public, err := c.Extension.Key.PublicKey()
	if err != nil {
		return fmt.Errorf("key of the card: %w", err)
	}
	for _, f := range []form{{without: member}, {without: member, nulls: true}} {
		if keys.VerifyDetached(public, f.append(nil, c.value), c.Extension.Signature) {
			return nil
		}
	}
	return ErrSignature
}

// From checks that the card names the domain that it was fetched from.
func (c *Card) From(domain string) error {
	named, err := c.Domain()
	if err != nil {
		return err
	}
	if named != domain {
		return fmt.Errorf("%w: it names %q, not %q", ErrHost, named, domain)
	}
	return nil
}

// Domain returns the domain that the card says it belongs to, which its
// signature does not cover.
func (c *Card) Domain() (string, error) {
	if c.Extension == nil {
		return "", ErrNoExtension
	}
	u, err := url.Parse(c.Extension.Endpoint)
	if err != nil || u.Scheme != "https" || u.Port() != "" || u.User != nil {
		return "", fmt.Errorf("%w: the endpoint %q is no https address", ErrHost, c.Extension.Endpoint)
	}
	if err := discovery.CheckDomain(u.Hostname()); err != nil {
		return "", fmt.Errorf("%w: %w", ErrHost, err)
	}
	return u.Hostname(), nil
}

// Canonical returns the text that is signed: the card without its extension,
// members sorted at every level, compact, without null members. A card that was
// not read has none.
func (c *Card) Canonical() []byte {
	return form{without: member}.append(nil, c.value)
}

// form is how a card is written to be signed.
type form struct {
	without string // the member that is left out
	nulls   bool   // whether null members stay, as the peer in JavaScript has it
}

func (f form) append(dst []byte, v strictjson.Value) []byte {
	inner := form{nulls: f.nulls}
	switch v.Kind() {
	case strictjson.Object:
		dst = append(dst, '{')
		first := true
		for _, m := range slices.SortedFunc(slices.Values(v.Members()), func(a, b strictjson.Member) int { return strings.Compare(a.Name, b.Name) }) {
			if m.Name == f.without || m.Value.Kind() == strictjson.Null && !f.nulls {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(strictjson.AppendString(dst, m.Name), ':')
			dst = inner.append(dst, m.Value)
		}
		return append(dst, '}')
	case strictjson.Array:
		dst = append(dst, '[')
		for i, item := range v.Items() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = inner.append(dst, item)
		}
		return append(dst, ']')
	case strictjson.Null, strictjson.Bool, strictjson.Number, strictjson.String:
	}
	return v.AppendJSON(dst)
}

// Document returns the discovery document that a card stands for. Upstream
// writes version 0.3 into it, which no verifier reads; here it is 0.1.
func (c *Card) Document(now time.Time) (*discovery.Document, error) {
	host, err := c.Domain()
	if err != nil {
		return nil, err
	}
	a := discovery.Agent{
		ID: "urn:agentpin:" + host + ":" + slug(c.Name), Name: c.Name, Description: c.Description, Version: c.Version,
		Capabilities: []string{}, Status: discovery.Active,
	}
	for _, s := range c.Skills {
		a.Capabilities = append(a.Capabilities, s.ID)
	}
	if len(c.Capabilities.AllowedDomains) > 0 {
		a.Constraints = &constraint.Set{AllowedDomains: c.Capabilities.AllowedDomains}
	}
	d := discovery.New(host, discovery.Both, now)
	d.RevocationEndpoint = nil // a card does not name any; the default one counts
	d.MaxDelegationDepth = 0
	d.A2AEndpoint = &c.Extension.Endpoint
	d.Keys, d.Agents = []discovery.Key{c.Extension.Key}, []discovery.Agent{a}
	return d, nil
}

// slug is the name of an agent inside a URN.
func slug(name string) string {
	lower := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, name)
	return strings.Trim(lower, "-")
}
