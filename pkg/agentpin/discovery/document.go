// Package discovery knows the document in which a domain publishes its keys and
// agents. [Parse] reads one and refuses what no verifier may use, [Validate]
// lists every breach of the specification at once, [New] and [Document.Encode]
// write one that every peer reads.
//
// It promises that a parsed document has unique keys and agents, the right
// types everywhere, and no private key. It does not judge keys that are not
// used: a document may hold keys of a later version. Members it does not know
// survive an edit.
package discovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
)

const (
	// Version is the only version of documents that any peer reads.
	Version = "0.1"
	// Max is the size up to which a document is read, in bytes.
	Max = 1 << 20
	// MaxDepth is the longest delegation chain that a document may allow.
	MaxDepth = 3
	// DefaultTTL is the longest life of a credential, in seconds, of an agent
	// that declares none.
	DefaultTTL = 86400
	// TimeFormat is how times are written: peers in Python before 3.11 read
	// neither "Z" nor fractions of a second.
	TimeFormat = "2006-01-02T15:04:05-07:00"

	path            = "/.well-known/agent-identity.json"
	revocationsPath = "/.well-known/agent-identity-revocations.json"
)

// The states of an agent. Only an active one gets its credentials accepted.
const (
	Active     = "active"
	Suspended  = "suspended"
	Deprecated = "deprecated"
)

// What an entity is, and what an entry of a delegation chain acts as.
const (
	Maker    = "maker"
	Deployer = "deployer"
	Both     = "both" // of entities only
)

// Key is a public key of a document.
type Key = keys.JWK

// Member is a member that this version does not know.
type Member = strictjson.Member

// Document is what a domain publishes at [URL].
type Document struct {
	Version            string  `json:"agentpin_version"`
	Entity             string  `json:"entity"`
	EntityType         string  `json:"entity_type"`
	Keys               []Key   `json:"public_keys"`
	Agents             []Agent `json:"agents"`
	RevocationEndpoint *string `json:"revocation_endpoint,omitempty"`
	PolicyURL          *string `json:"policy_url,omitempty"`
	SchemaPinEndpoint  *string `json:"schemapin_endpoint,omitempty"`
	A2AEndpoint        *string `json:"a2a_endpoint,omitempty"`
	MaxDelegationDepth int     `json:"max_delegation_depth"`
	UpdatedAt          string  `json:"updated_at"`

	Extra []Member `json:"-"`

	judged map[string]judged // by kid; nil for a document that was not read
}

// Agent is one agent that the entity answers for.
type Agent struct {
	ID               string          `json:"agent_id"`
	Type             *string         `json:"agent_type,omitempty"`
	Name             string          `json:"name"`
	Description      *string         `json:"description,omitempty"`
	Version          *string         `json:"version,omitempty"`
	Capabilities     []string        `json:"capabilities"`
	Constraints      *constraint.Set `json:"constraints,omitempty"`
	MakerAttestation *string         `json:"maker_attestation,omitempty"`
	CredentialTTLMax *int64          `json:"credential_ttl_max,omitempty"` // seconds
	Status           string          `json:"status"`
	DirectoryListing *bool           `json:"directory_listing,omitempty"`

	Extra []Member `json:"-"`
}

// URL returns where the document of a domain is published.
func URL(domain string) string { return "https://" + domain + path }

// RevocationURL returns where a domain publishes its revocations unless its
// document says otherwise.
func RevocationURL(domain string) string { return "https://" + domain + revocationsPath }

// New returns a document of an entity without keys and agents.
func New(entity, entityType string, now time.Time) *Document {
	endpoint := RevocationURL(entity)
	return &Document{
		Version: Version, Entity: entity, EntityType: entityType, Keys: []Key{}, Agents: []Agent{},
		RevocationEndpoint: &endpoint, MaxDelegationDepth: 2, UpdatedAt: now.UTC().Format(TimeFormat),
	}
}

// Parse reads a document that a verifier may use. The error is [ErrInvalid] and
// names every fault of structure: a missing or mistyped member anywhere, a duplicate, an unknown
// state, a private key, another version. Whether the capabilities, keys and
// times say something sensible is not asked.
func Parse(data []byte) (*Document, error) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return FromValue(v)
}

// FromValue is [Parse] for a document inside another file.
func FromValue(v strictjson.Value) (*Document, error) {
	var d Document
	if err := v.Read(strictjson.Options{}, d.read); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	d.judgeKeys()
	return &d, nil
}

func (d *Document) read(r *strictjson.Reader) {
	d.Version = r.String("agentpin_version")
	d.Entity = r.String("entity")
	d.EntityType = r.String("entity_type")
	d.Keys, d.Agents = []Key{}, []Agent{}
	r.Objects("public_keys", func(r *strictjson.Reader) { d.Keys = append(d.Keys, keys.ReadNamedJWK(r)) })
	r.Objects("agents", func(r *strictjson.Reader) { d.Agents = append(d.Agents, readAgent(r)) })
	d.RevocationEndpoint = r.OptString("revocation_endpoint")
	d.PolicyURL = r.OptString("policy_url")
	d.SchemaPinEndpoint = r.OptString("schemapin_endpoint")
	d.A2AEndpoint = r.OptString("a2a_endpoint")
	depth := r.Int("max_delegation_depth")
	d.MaxDelegationDepth = int(depth)
	d.UpdatedAt = r.String("updated_at")
	d.Extra = r.Rest()

	check := func(ok bool, name, format string, args ...any) {
		if !ok {
			r.Failf(name, format, args...)
		}
	}
	check(d.Version == Version, "agentpin_version", "version %q is not supported, want %q", d.Version, Version)
	check(slices.Contains([]string{Maker, Deployer, Both}, d.EntityType), "entity_type", "unknown type %q", d.EntityType)
	check(len(d.Keys) > 0, "public_keys", "there is no key")
	check(depth >= 0 && depth <= MaxDepth, "max_delegation_depth", "%d is not between 0 and %d", depth, MaxDepth)
	duplicates(r, "public_keys", d.Keys, func(k Key) string { return k.Kid })
	duplicates(r, "agents", d.Agents, func(a Agent) string { return a.ID })
}

func readAgent(r *strictjson.Reader) Agent {
	a := Agent{
		ID: r.String("agent_id"), Type: r.OptString("agent_type"), Name: r.String("name"),
		Description: r.OptString("description"), Version: r.OptString("version"), Capabilities: r.Strings("capabilities"),
		MakerAttestation: r.OptString("maker_attestation"), CredentialTTLMax: r.OptInt("credential_ttl_max"),
		Status: r.String("status"), DirectoryListing: r.OptBool("directory_listing"),
	}
	r.OptObject("constraints", func(r *strictjson.Reader) { a.Constraints = constraint.Read(r) })
	a.Extra = r.Rest()
	if !slices.Contains([]string{Active, Suspended, Deprecated}, a.Status) {
		r.Failf("status", "unknown status %q", a.Status)
	}
	if ttl := a.CredentialTTLMax; ttl != nil && *ttl < 0 {
		r.Failf("credential_ttl_max", "%d is negative", *ttl)
	}
	return a
}

// duplicates notes every item that has the name of an earlier one.
func duplicates[T any](r *strictjson.Reader, list string, items []T, name func(T) string) {
	seen := make(map[string]bool, len(items))
	for _, item := range items {
		if n := name(item); seen[n] {
			r.Failf(list, "%q is listed twice", n)
		}
		seen[name(item)] = true
	}
}

// Key returns the key called kid, or false.
func (d *Document) Key(kid string) (Key, bool) {
	for _, k := range d.Keys {
		if k.Kid == kid {
			return k, true
		}
	}
	return Key{}, false
}

// Agent returns the agent with the id, or nil.
func (d *Document) Agent(id string) *Agent {
	for i := range d.Agents {
		if d.Agents[i].ID == id {
			return &d.Agents[i]
		}
	}
	return nil
}

// TTL returns the longest life of a credential of the agent, in seconds.
func (a *Agent) TTL() int64 {
	if a.CredentialTTLMax != nil {
		return *a.CredentialTTLMax
	}
	return DefaultTTL
}

// Encode returns the text to publish: every member in the order of the
// specification, indented by two, with a final newline.
func (d *Document) Encode() ([]byte, error) { return EncodeJSON(d) }

// MarshalJSON adds the members that this version does not know.
func (d Document) MarshalJSON() ([]byte, error) {
	type plain Document
	return withExtra(plain(d), d.Extra)
}

// MarshalJSON adds the members that this version does not know.
func (a Agent) MarshalJSON() ([]byte, error) {
	type plain Agent
	return withExtra(plain(a), a.Extra)
}

func withExtra(plain any, extra []Member) ([]byte, error) {
	text, err := marshal(plain)
	if err != nil {
		return nil, err
	}
	return strictjson.Append(text, extra), nil
}

// marshal is json.Marshal that leaves "<", ">" and "&" as they are.
func marshal(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// EncodeJSON writes a document of AgentPin as peers do: indented by two, with a
// final newline, "<", ">" and "&" not escaped.
func EncodeJSON(document any) ([]byte, error) {
	text, err := marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// ErrEntity says that a document is about another domain than the one it was
// asked for.
var ErrEntity = errors.New("the document is about another entity")

// CheckEntity returns [ErrEntity] unless the document is about the domain.
func (d *Document) CheckEntity(domain string) error {
	if d.Entity != domain {
		return fmt.Errorf("%w: it names %q, wanted is %q", ErrEntity, d.Entity, domain)
	}
	return nil
}
