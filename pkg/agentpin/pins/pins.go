// Package pins remembers which key a domain used first, so that another one is
// noticed. [Parse] reads a store in every form that peers write, [Store.Pin]
// checks a key and remembers it, and [File] does so on disk, under a lock.
//
// It promises that a domain which is known is never extended by looking at it,
// that a file is written back in the form it had, and that two processes lose
// nothing of each other. It refuses a file whose shape, level or uniqueness is
// wrong: a peer reads such a file as an empty store and trusts everybody.
package pins

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// Max is the size up to which a store is read, in bytes.
const Max = 16 << 20

// maxValues lets a store of this size hold what real stores hold.
const maxValues = 1 << 20

// Level is how a key came to be trusted.
type Level string

// The levels. A domain with a Pinned key takes further keys only by [Force].
const (
	TOFU     Level = "tofu" // seen first
	Verified Level = "verified"
	Pinned   Level = "pinned"
)

// Levels lists the levels, the weakest first.
func Levels() []Level { return []Level{TOFU, Verified, Pinned} }

// Pin is one key that a domain may use.
type Pin struct {
	Kid       string `json:"kid"`
	Hash      string `json:"public_key_hash"` // hex thumbprint
	FirstSeen string `json:"first_seen"`
	LastSeen  string `json:"last_seen"`
	Level     Level  `json:"trust_level"`

	extra []strictjson.Member
}

// Domain is what is remembered of one domain. Without pins every key is
// refused.
type Domain struct {
	Name string
	Pins []Pin

	extra []strictjson.Member
}

// Store is a set of pins in memory. The zero value is empty; it may be used by
// several goroutines at once.
type Store struct {
	mu      sync.Mutex
	domains []*Domain
	doubled bool // a JSON string that holds the array, as Symbiont writes it
}

// Status is what a store says of a key.
type Status string

// The statuses. Peers write FirstUse and Matched into their results.
const (
	FirstUse Status = "first_use"
	Matched  Status = "pinned"
	Changed  Status = "changed"
	NotKnown Status = "not_known" // only when first use is not allowed
)

// Use is a key that a domain used.
type Use struct {
	Domain, Kid, Hash string
	At                time.Time
	KnownOnly         bool // whether a domain that is not known is refused
}

// Outcome is what became of a [Use]. FirstSeen is empty unless Status is
// FirstUse or Matched.
type Outcome struct {
	Status    Status
	FirstSeen string
}

// Pin checks a key and remembers that it was used: a first key is kept, a known
// one gets a new date. It never fails; the context and the error are those of
// [File.Pin].
func (s *Store) Pin(_ context.Context, u Use) (Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.find(u.Domain)
	switch {
	case d == nil && u.KnownOnly:
		return Outcome{Status: NotKnown}, nil
	case d == nil:
		at := u.At.UTC().Format(discovery.TimeFormat)
		s.domains = append(s.domains, &Domain{Name: u.Domain, Pins: []Pin{{u.Kid, u.Hash, at, at, TOFU, nil}}})
		return Outcome{FirstUse, at}, nil
	}
	for i := range d.Pins {
		p := &d.Pins[i]
		if p.Hash != u.Hash {
			continue
		}
		if seen, err := discovery.ParseTime(p.LastSeen); err != nil || u.At.After(seen) {
			p.LastSeen = u.At.UTC().Format(discovery.TimeFormat)
		}
		return Outcome{Matched, p.FirstSeen}, nil
	}
	return Outcome{Status: Changed}, nil
}

// find compares names without case: a domain is the same in any.
func (s *Store) find(name string) *Domain {
	for _, d := range s.domains {
		if strings.EqualFold(d.Name, name) {
			return d
		}
	}
	return nil
}

// Domains returns a copy of everything, sorted by name.
func (s *Store) Domains() []Domain {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Domain, len(s.domains))
	for i, d := range s.domains {
		all[i] = Domain{Name: d.Name, Pins: slices.Clone(d.Pins)}
	}
	slices.SortFunc(all, func(a, b Domain) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Domain returns what is remembered of a domain, or false.
func (s *Store) Domain(name string) (Domain, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.find(name)
	if d == nil {
		return Domain{}, false
	}
	return Domain{Name: d.Name, Pins: slices.Clone(d.Pins)}, true
}

// Adding says which domains [Store.Add] may extend.
type Adding int

// The ways to add: to a domain that is not known, to one that has no Pinned
// key, to any.
const (
	NewOnly Adding = iota
	Extend
	Force
)

// ErrFull says that a store on disk has no room for another domain: with it,
// nobody could read the file.
var ErrFull = errors.New("the pin store is full")

// Why a key is not added.
var (
	ErrKnown  = errors.New("the domain is known with other keys")
	ErrPinned = errors.New("the domain has a key of level pinned and takes no other")
)

// Add adds a key that the caller trusts. It reports false when the domain has
// it already; its level is then raised to that of p if that is higher.
func (s *Store) Add(domain string, p Pin, how Adding) (bool, error) {
	if !slices.Contains(Levels(), p.Level) {
		return false, fmt.Errorf("add pin: unknown level %q, want %s, %s or %s", p.Level, TOFU, Verified, Pinned)
	}
	if err := discovery.CheckDomain(domain); err != nil {
		return false, fmt.Errorf("add pin: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.find(domain)
	if d == nil {
		s.domains = append(s.domains, &Domain{Name: domain, Pins: []Pin{p}})
		return true, nil
	}
	for i := range d.Pins {
		if d.Pins[i].Hash == p.Hash {
			if slices.Index(Levels(), p.Level) > slices.Index(Levels(), d.Pins[i].Level) {
				d.Pins[i].Level = p.Level
			}
			return false, nil
		}
	}
	switch pinned := slices.ContainsFunc(d.Pins, func(p Pin) bool { return p.Level == Pinned }); {
	case how == NewOnly:
		return false, fmt.Errorf("add pin of %s: %w", domain, ErrKnown)
	case how == Extend && pinned:
		return false, fmt.Errorf("add pin of %s: %w", domain, ErrPinned)
	}
	d.Pins = append(d.Pins, p)
	return true, nil
}

// Forget drops a domain, which may then be pinned anew. It reports whether it
// was known.
func (s *Store) Forget(domain string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.domains)
	s.domains = slices.DeleteFunc(s.domains, func(d *Domain) bool { return strings.EqualFold(d.Name, domain) })
	return len(s.domains) < n
}

// Remove drops the keys of a domain whose kid or hash is key, and returns how
// many. A domain without keys stays known, so that every key is refused.
func (s *Store) Remove(domain, key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.find(domain)
	if d == nil {
		return 0
	}
	n := len(d.Pins)
	d.Pins = slices.DeleteFunc(d.Pins, func(p Pin) bool { return p.Kid == key || p.Hash == key })
	return n - len(d.Pins)
}
