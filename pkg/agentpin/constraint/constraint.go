// Package constraint compares the restrictions of a credential with those its
// issuer declared for the agent. [Compare] lists where a credential is not
// equal or more restrictive, [Effective] is what holds after both, and
// [Set.Check] says what nobody could enforce.
//
// It promises the table of the AgentPin specification, sections 4 and 6.6, for
// all six constraints; a value that cannot be read never counts as tighter.
// Peers compare three of them and ignore what they cannot read.
package constraint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Set is the constraints of an agent or a credential. A nil member is absent
// and restricts nothing; an empty list is present.
type Set struct {
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	DeniedDomains  []string `json:"denied_domains,omitzero"`
	RateLimit      *string  `json:"rate_limit,omitzero"` // "100/hour"
	Classification *string  `json:"data_classification_max,omitzero"`
	IPAllowlist    []string `json:"ip_allowlist,omitzero"` // CIDR
	ValidHours     *Hours   `json:"valid_hours,omitzero"`

	Extra []strictjson.Member `json:"-"` // members that no version knows
}

// Hours is a daily window. One that ends before it starts goes over midnight.
type Hours struct {
	Start    string `json:"start"` // "HH:MM"
	End      string `json:"end"`
	Timezone string `json:"timezone"` // IANA name
}

// Classifications lists the levels of data, the least sensitive first.
func Classifications() []string {
	return []string{"public", "internal", "confidential", "restricted"}
}

// Read reads a set from r. Wrong types and unknown classifications are faults;
// everything else is left to [Compare] and [Set.Check].
func Read(r *strictjson.Reader) *Set {
	s := Set{
		AllowedDomains: r.OptStrings("allowed_domains"),
		DeniedDomains:  r.OptStrings("denied_domains"),
		RateLimit:      r.OptString("rate_limit"),
		Classification: r.OptString("data_classification_max"),
		IPAllowlist:    r.OptStrings("ip_allowlist"),
	}
	if c := s.Classification; c != nil && !slices.Contains(Classifications(), *c) {
		r.Failf("data_classification_max", "unknown classification %q", *c)
	}
	var h Hours
	if r.OptObject("valid_hours", func(r *strictjson.Reader) {
		h = Hours{r.String("start"), r.String("end"), r.String("timezone")}
	}) {
		s.ValidHours = &h
	}
	s.Extra = r.Rest()
	return &s
}

// Parse reads a set that somebody wrote by hand: a name nobody knows is an
// error, because a typo would drop the restriction, and so is a value that
// nobody could enforce.
func Parse(data []byte) (*Set, error) {
	var s *Set
	err := strictjson.ReadObject(data, strictjson.Options{Unknown: strictjson.Refuse}, func(r *strictjson.Reader) { s = Read(r) })
	if err != nil {
		return nil, fmt.Errorf("parse constraints: %w", err)
	}
	if problems := s.Check(); len(problems) > 0 {
		return nil, fmt.Errorf("parse constraints: %s", problems[0])
	}
	return s, nil
}

// Empty reports whether s restricts nothing.
func (s *Set) Empty() bool {
	return s == nil || s.AllowedDomains == nil && s.DeniedDomains == nil && s.RateLimit == nil &&
		s.Classification == nil && s.IPAllowlist == nil && s.ValidHours == nil && len(s.Extra) == 0
}

// MarshalJSON writes the members in the order in which every peer writes them.
func (s Set) MarshalJSON() ([]byte, error) {
	type plain Set
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain(s)); err != nil {
		return nil, err
	}
	return strictjson.Append(bytes.TrimSpace(text.Bytes()), s.Extra), nil
}

// Check lists the values that cannot be enforced because they cannot be read.
func (s *Set) Check() []string {
	if s == nil {
		return nil
	}
	var problems []string
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for name, patterns := range map[string][]string{"allowed_domains": s.AllowedDomains, "denied_domains": s.DeniedDomains} {
		for _, p := range patterns {
			if !validPattern(p) {
				problem("%s: %q is neither a domain nor *.domain", name, p)
			}
		}
	}
	if s.RateLimit != nil {
		if _, ok := perHour(*s.RateLimit); !ok {
			problem("rate_limit: %q is not COUNT/second, COUNT/minute or COUNT/hour", *s.RateLimit)
		}
	}
	for _, text := range s.IPAllowlist {
		if _, ok := network(text); !ok {
			problem("ip_allowlist: %q is not a network such as 10.0.0.0/8", text)
		}
	}
	if s.ValidHours != nil {
		if _, _, ok := s.ValidHours.window(); !ok {
			problem("valid_hours: want start and end as HH:MM")
		}
		if !validZone(s.ValidHours.Timezone) {
			problem("valid_hours: %q is not the name of a time zone", s.ValidHours.Timezone)
		}
	}
	slices.Sort(problems)
	return problems
}

// Violation is one constraint in which a credential is not equal or more
// restrictive.
type Violation struct {
	Constraint string `json:"constraint"`
	Reason     string `json:"reason"`
}

// String is the constraint and the reason.
func (v Violation) String() string { return v.Constraint + ": " + v.Reason }

// Compare lists the constraints in which asked, of a credential, is wider than
// declared, of its agent. A constraint that either side lacks is not compared:
// the declared one holds anyway. Both may be nil.
func Compare(declared, asked *Set) []Violation {
	if declared == nil || asked == nil {
		return nil
	}
	var all []Violation
	add := func(name, reason string) {
		if reason != "" {
			all = append(all, Violation{name, reason})
		}
	}
	if declared.AllowedDomains != nil && asked.AllowedDomains != nil {
		add("allowed_domains", compareAllowed(declared.AllowedDomains, asked.AllowedDomains))
	}
	if declared.DeniedDomains != nil && asked.DeniedDomains != nil {
		add("denied_domains", compareDenied(declared.DeniedDomains, asked.DeniedDomains))
	}
	if declared.RateLimit != nil && asked.RateLimit != nil {
		add("rate_limit", compareRate(*declared.RateLimit, *asked.RateLimit))
	}
	if declared.Classification != nil && asked.Classification != nil {
		add("data_classification_max", compareClassification(*declared.Classification, *asked.Classification))
	}
	if declared.IPAllowlist != nil && asked.IPAllowlist != nil {
		add("ip_allowlist", compareNetworks(declared.IPAllowlist, asked.IPAllowlist))
	}
	if declared.ValidHours != nil && asked.ValidHours != nil {
		add("valid_hours", compareHours(*declared.ValidHours, *asked.ValidHours))
	}
	return all
}

// Effective is what holds for an agent with a credential that [Compare] found
// in order: of each constraint that of the credential, or else the declared
// one, also of those that no version knows. What either denies is denied. It returns nil when nothing is restricted.
func Effective(declared, asked *Set) *Set {
	switch {
	case declared.Empty() && asked.Empty():
		return nil
	case declared == nil:
		return asked
	case asked == nil:
		return declared
	}
	s := Set{
		AllowedDomains: orElse(asked.AllowedDomains, declared.AllowedDomains),
		DeniedDomains:  union(asked.DeniedDomains, declared.DeniedDomains),
		RateLimit:      cmp.Or(asked.RateLimit, declared.RateLimit),
		Classification: cmp.Or(asked.Classification, declared.Classification),
		IPAllowlist:    orElse(asked.IPAllowlist, declared.IPAllowlist),
		ValidHours:     cmp.Or(asked.ValidHours, declared.ValidHours),
		Extra:          slices.Clone(asked.Extra),
	}
	there := map[string]bool{}
	for _, m := range asked.Extra {
		there[m.Name] = true
	}
	for _, m := range declared.Extra {
		if !there[m.Name] {
			s.Extra = append(s.Extra, m)
		}
	}
	return &s
}

func orElse(first, second []string) []string {
	if first != nil {
		return first
	}
	return second
}

func union(first, second []string) []string {
	all := slices.Clone(first)
	there := patternsOf(first)
	for _, s := range second {
		if !there[s] {
			there[s] = true
			all = append(all, s)
		}
	}
	return all
}
