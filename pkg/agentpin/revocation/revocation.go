// Package revocation knows the document in which a domain takes back
// credentials, agents and keys. [Parse] reads one, [Document.Find] says whether
// something is revoked, [New] and [Document.Add] write one.
//
// It promises to fail closed: a document of another version or with an entry
// that names nothing is unusable, an unknown reason or date revokes all the
// same. It does not decide which document counts; that is the verifier's work.
package revocation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

const (
	// Version is the only version of documents that any peer reads.
	Version = "0.1"
	// Max is the size up to which a document is read, in bytes.
	Max = 4 << 20
)

// Kind is what can be revoked.
type Kind string

// The kinds, called as the member that names one.
const (
	Credential Kind = "jti"
	Agent      Kind = "agent_id"
	Key        Kind = "kid"
)

// kinds are in the order in which they are checked and written.
func kinds() []Kind { return []Kind{Credential, Agent, Key} }

func (k Kind) list() string {
	switch k {
	case Agent:
		return "revoked_agents"
	case Key:
		return "revoked_keys"
	case Credential:
	}
	return "revoked_credentials"
}

// Reasons lists the reasons that may be given. Others are understood when read.
func Reasons() []string {
	return []string{"key_compromise", "affiliation_changed", "superseded", "cessation_of_operation", "privilege_withdrawn", "policy_violation"}
}

// Entry is one thing that is revoked.
type Entry struct {
	Kind      Kind
	ID        string
	RevokedAt string // RFC 3339 as it was written; never compared
	Reason    string // one of [Reasons], or what somebody else wrote

	extra []strictjson.Member
}

// Document is the revocations of one entity. Make one with [New] or [Parse].
type Document struct {
	Entity    string
	UpdatedAt string

	entries map[Kind][]Entry
	index   map[Kind]map[string]int
	odd     []string // reasons that are unknown
	extra   []strictjson.Member
}

// mostOdd caps how many unknown reasons are kept.
const mostOdd = 10

// New returns a document that revokes nothing.
func New(entity string, now time.Time) *Document {
	d := empty()
	d.Entity, d.UpdatedAt = entity, now.UTC().Format(discovery.TimeFormat)
	return d
}

func empty() *Document {
	d := &Document{entries: map[Kind][]Entry{}, index: map[Kind]map[string]int{}}
	for _, k := range kinds() {
		d.index[k] = map[string]int{}
	}
	return d
}

// Parse reads a document that a verifier may use.
func Parse(data []byte) (*Document, error) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max})
	if err == nil {
		var d *Document
		if d, err = FromValue(v); err == nil {
			return d, nil
		}
	}
	return nil, fmt.Errorf("parse revocation document: %w", err)
}

// FromValue is [Parse] for a document inside another file.
func FromValue(v strictjson.Value) (*Document, error) {
	d := empty()
	err := v.Read(strictjson.Options{}, func(r *strictjson.Reader) {
		if version := r.String("agentpin_version"); version != Version {
			r.Failf("agentpin_version", "version %q is not supported, want %q", version, Version)
		}
		d.Entity = r.String("entity")
		d.UpdatedAt = text(r.OptString("updated_at"))
		for _, kind := range kinds() {
			r.OptObjects(kind.list(), func(r *strictjson.Reader) { d.put(readEntry(r, kind)) })
		}
		d.extra = r.Rest()
		for _, m := range d.extra {
			// Its lists may be missing, so that the other document of a domain
			// would pass for one that revokes nothing.
			if m.Name == "public_keys" || m.Name == "agents" {
				r.Failf(m.Name, "a discovery document where revocations are wanted")
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func readEntry(r *strictjson.Reader, kind Kind) Entry {
	return Entry{
		Kind: kind, ID: r.String(string(kind)), RevokedAt: text(r.OptString("revoked_at")), Reason: text(r.OptString("reason")),
		extra: r.Rest(),
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// put adds an entry; the first of several with one id is the one that is found.
func (d *Document) put(e Entry) {
	if _, there := d.index[e.Kind][e.ID]; !there {
		d.index[e.Kind][e.ID] = len(d.entries[e.Kind])
	}
	d.entries[e.Kind] = append(d.entries[e.Kind], e)
	if !slices.Contains(Reasons(), e.Reason) && !slices.Contains(d.odd, e.Reason) && len(d.odd) < mostOdd {
		d.odd = append(d.odd, e.Reason)
	}
}

// Find returns the entry that revokes id, or false.
func (d *Document) Find(kind Kind, id string) (Entry, bool) {
	i, ok := d.index[kind][id]
	if !ok {
		return Entry{}, false
	}
	return d.entries[kind][i], true
}

// Entries returns everything that is revoked: credentials, agents, keys, each
// in the order of the document.
func (d *Document) Entries() []Entry {
	var all []Entry
	for _, kind := range kinds() {
		all = append(all, d.entries[kind]...)
	}
	return all
}

// UnknownReasons returns the reasons in the document that the specification does
// not have, each once. They revoke all the same, but not every peer can read
// the document.
func (d *Document) UnknownReasons() []string { return slices.Clone(d.odd) }

// Add revokes something at a time for one of [Reasons]. It reports false when
// that was revoked already; the document is then unchanged.
func (d *Document) Add(kind Kind, id, reason string, now time.Time) (bool, error) {
	switch {
	case id == "":
		return false, fmt.Errorf("revoke: the %s is empty", kind)
	case !slices.Contains(Reasons(), reason):
		return false, fmt.Errorf("revoke %s: unknown reason %q, want one of %s", id, reason, strings.Join(Reasons(), ", "))
	}
	if _, there := d.Find(kind, id); there {
		return false, nil
	}
	at := now.UTC().Format(discovery.TimeFormat)
	d.put(Entry{Kind: kind, ID: id, RevokedAt: at, Reason: reason})
	d.UpdatedAt = at
	return true, nil
}

// Merge adds everything that other revokes: of two documents about one entity,
// neither can take back what the other revoked.
func (d *Document) Merge(other *Document) {
	for _, e := range other.Entries() {
		if _, there := d.Find(e.Kind, e.ID); !there {
			d.put(e)
		}
	}
}

// Encode returns the text to publish.
func (d *Document) Encode() ([]byte, error) { return discovery.EncodeJSON(d) }

// MarshalJSON writes the members in the order in which every peer writes them.
func (d *Document) MarshalJSON() ([]byte, error) {
	out := []byte(`{"agentpin_version":`)
	out = append(strictjson.AppendString(out, Version), `,"entity":`...)
	out = append(strictjson.AppendString(out, d.Entity), `,"updated_at":`...)
	out = strictjson.AppendString(out, d.UpdatedAt)
	for _, kind := range kinds() {
		out = append(strictjson.AppendString(append(out, ','), kind.list()), ":["...)
		for i, e := range d.entries[kind] {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, e.encode()...)
		}
		out = append(out, ']')
	}
	return strictjson.Append(append(out, '}'), d.extra), nil
}

func (e Entry) encode() []byte {
	out := append(strictjson.AppendString([]byte{'{'}, string(e.Kind)), ':')
	out = append(strictjson.AppendString(out, e.ID), `,"revoked_at":`...)
	out = append(strictjson.AppendString(out, e.RevokedAt), `,"reason":`...)
	out = strictjson.AppendString(out, e.Reason)
	return strictjson.Append(append(out, '}'), e.extra)
}

// FindKey reports whether the key called kid in a document is revoked, under
// this name or another one: a revoked key must not come back with a new name.
// It returns the name that was revoked.
func (d *Document) FindKey(published *discovery.Document, kid string) (string, bool) {
	if _, found := d.Find(Key, kid); found || len(d.entries[Key]) == 0 {
		return kid, found
	}
	used, ok := published.Key(kid)
	if !ok {
		return "", false
	}
	for _, k := range published.Keys {
		if _, found := d.Find(Key, k.Kid); found && k.Thumbprint() == used.Thumbprint() {
			return k.Kid, true
		}
	}
	return "", false
}
