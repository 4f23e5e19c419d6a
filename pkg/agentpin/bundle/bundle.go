// Package bundle knows the file in which documents of many domains travel
// together, to verify without a network. [Parse] reads one, [Faults] lists what is
// wrong with one, [New] and [Bundle.Put] write one; a bundle answers a verifier by
// itself.
//
// It promises that what one document revoked no second document of the bundle
// can take back. It refuses a bundle as a whole when any part is unusable, or
// when two documents are about one entity: peers disagree which of them counts.
package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

const (
	// Version is the only version of bundles that any peer reads.
	Version = "0.1"
	// Max is the size up to which a bundle is read, in bytes.
	Max = 32 << 20
	// maxValues lets a bundle of this size hold what real documents hold.
	maxValues = 2 << 20
)

// ErrOld says that a bundle was made too long ago.
var ErrOld = errors.New("the bundle is too old")

// Bundle is a set of documents. It may be read by several goroutines at once.
type Bundle struct {
	CreatedAt string

	documents   []*discovery.Document
	revocations []*revocation.Document
	byEntity    map[string]*discovery.Document
	revoked     map[string]*revocation.Document
	extra       []strictjson.Member
}

// New returns a bundle of nothing.
func New(now time.Time) *Bundle {
	return &Bundle{
		CreatedAt: now.UTC().Format(discovery.TimeFormat),
		byEntity:  map[string]*discovery.Document{}, revoked: map[string]*revocation.Document{},
	}
}

// Parse reads a bundle. The error is about the first part that is unusable;
// [Faults] lists all.
func Parse(data []byte) (*Bundle, error) {
	b, faults := parse(data)
	if len(faults) > 0 {
		return nil, fmt.Errorf("parse trust bundle: %w", faults[0].under())
	}
	return b, nil
}

// Faults lists everything for which [Parse] refuses a bundle, or nothing.
func Faults(data []byte) []error {
	_, faults := parse(data)
	var all []error
	for _, f := range faults {
		all = append(all, f.each()...)
	}
	return all
}

// fault is why a part of a bundle is unusable.
type fault struct {
	part string // "documents[0]", "" for the bundle itself
	err  error
}

func (f fault) under() error {
	if f.part == "" {
		return f.err
	}
	return fmt.Errorf("%s: %w", f.part, f.err)
}

// each returns the faults of the text one by one.
func (f fault) each() []error {
	errs, ok := errors.AsType[strictjson.Errors](f.err)
	if !ok {
		return []error{f.under()}
	}
	all := make([]error, len(errs))
	for i, err := range errs {
		all[i] = fault{f.part, err}.under()
	}
	return all
}

func parse(data []byte) (*Bundle, []fault) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max, MaxValues: maxValues})
	if err != nil {
		return nil, []fault{{"", err}}
	}
	b := New(time.Time{})
	var faults []fault
	note := func(part string, i int, err error) {
		if err != nil {
			faults = append(faults, fault{fmt.Sprintf("%s[%d]", part, i), err})
		}
	}
	var documents, revocations []strictjson.Value
	err = v.Read(strictjson.Options{}, func(r *strictjson.Reader) {
		if version := r.String("agentpin_bundle_version"); version != Version {
			r.Failf("agentpin_bundle_version", "version %q is not supported, want %q", version, Version)
		}
		b.CreatedAt = r.String("created_at")
		if _, err := discovery.ParseTime(b.CreatedAt); err != nil {
			r.Failf("created_at", "%v", err)
		}
		documents = r.Array("documents")
		revocations = r.OptArray("revocations")
		b.extra = r.Rest()
	})
	if err != nil {
		faults = append(faults, fault{"", err})
	}
	for i, v := range documents {
		d, err := discovery.FromValue(v)
		if err == nil {
			err = b.Put(d)
		}
		note("documents", i, err)
	}
	for i, v := range revocations {
		d, err := revocation.FromValue(v)
		if err == nil {
			b.PutRevocations(d)
		}
		note("revocations", i, err)
	}
	return b, faults
}

// Put adds the document of an entity that has none in the bundle yet.
func (b *Bundle) Put(d *discovery.Document) error {
	if b.byEntity[d.Entity] != nil {
		return fmt.Errorf("a second document of %q", d.Entity)
	}
	b.byEntity[d.Entity] = d
	b.documents = append(b.documents, d)
	return nil
}

// Replace puts the document of an entity in the place of the one that is there,
// or adds it. It reports whether one was there.
func (b *Bundle) Replace(d *discovery.Document) bool {
	for i, old := range b.documents {
		if old.Entity == d.Entity {
			b.documents[i], b.byEntity[d.Entity] = d, d
			return true
		}
	}
	b.byEntity[d.Entity] = d
	b.documents = append(b.documents, d)
	return false
}

// PutRevocations adds the revocations of an entity to those that the bundle
// has.
func (b *Bundle) PutRevocations(d *revocation.Document) {
	if there := b.revoked[d.Entity]; there != nil {
		there.Merge(d)
		return
	}
	b.revoked[d.Entity] = d
	b.revocations = append(b.revocations, d)
}

// Documents returns the documents in the order of the bundle.
func (b *Bundle) Documents() []*discovery.Document { return slices.Clone(b.documents) }

// Document returns the document of a domain, or [discovery.ErrNotAtHand].
func (b *Bundle) Document(_ context.Context, domain string) (*discovery.Document, error) {
	if d := b.byEntity[domain]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("%w: the bundle does not hold %q", discovery.ErrNotAtHand, domain)
}

// Revocations returns what the entity of a document revoked, nil when the
// bundle says nothing of it.
func (b *Bundle) Revocations(_ context.Context, d *discovery.Document) (*revocation.Document, error) {
	return b.revoked[d.Entity], nil
}

// CheckAge returns [ErrOld] when the bundle was made more than most before now.
func (b *Bundle) CheckAge(now time.Time, most time.Duration) error {
	made, err := discovery.ParseTime(b.CreatedAt)
	if err != nil {
		return fmt.Errorf("age of the bundle: %w", err)
	}
	if age := now.Sub(made); age > most {
		return fmt.Errorf("%w: made %v ago, at most %v are allowed", ErrOld, age.Round(time.Second), most)
	}
	return nil
}

// Encode returns the text of the bundle: indented by two, with a final newline.
func (b *Bundle) Encode() ([]byte, error) { return discovery.EncodeJSON(b) }

// MarshalJSON writes the members in the order in which every peer writes them.
func (b *Bundle) MarshalJSON() ([]byte, error) {
	plain := struct {
		Version     string                 `json:"agentpin_bundle_version"`
		CreatedAt   string                 `json:"created_at"`
		Documents   []*discovery.Document  `json:"documents"`
		Revocations []*revocation.Document `json:"revocations"`
	}{Version, b.CreatedAt, b.documents, b.revocations}
	if plain.Documents == nil {
		plain.Documents = []*discovery.Document{}
	}
	if plain.Revocations == nil {
		plain.Revocations = []*revocation.Document{}
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain); err != nil {
		return nil, err
	}
	return strictjson.Append(bytes.TrimSpace(text.Bytes()), b.extra), nil
}
