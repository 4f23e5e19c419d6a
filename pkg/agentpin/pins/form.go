package pins

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Parse reads a store: the array that every library writes, or a JSON string
// that holds such an array, which is Symbiont's file.
func Parse(data []byte) (*Store, error) {
	s, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("parse pin store: %w", err)
	}
	return s, nil
}

func parse(data []byte) (*Store, error) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max, MaxValues: maxValues})
	if err != nil {
		return nil, err
	}
	var s Store
	if v.Kind() == strictjson.String {
		s.doubled = true
		if v, err = strictjson.Parse([]byte(v.Text()), strictjson.Options{MaxBytes: Max, MaxValues: maxValues}); err != nil {
			return nil, fmt.Errorf("inside the string: %w", err)
		}
	}
	if v.Kind() != strictjson.Array {
		return nil, fmt.Errorf("want an array of domains, got %v", v.Kind())
	}
	seen := map[string]bool{}
	for i, item := range v.Items() {
		d, err := readDomain(item)
		if err != nil {
			return nil, fmt.Errorf("domain %d: %w", i, err)
		}
		if name := strings.ToLower(d.Name); seen[name] {
			return nil, fmt.Errorf("domain %d: %q is listed twice", i, d.Name)
		}
		seen[strings.ToLower(d.Name)] = true
		s.domains = append(s.domains, d)
	}
	return &s, nil
}

func readDomain(v strictjson.Value) (*Domain, error) {
	d := Domain{Pins: []Pin{}}
	err := v.Read(strictjson.Options{}, func(r *strictjson.Reader) {
		d.Name = r.String("domain")
		r.Objects("pinned_keys", func(r *strictjson.Reader) {
			p := Pin{r.String("kid"), r.String("public_key_hash"), r.String("first_seen"), r.String("last_seen"), Level(r.String("trust_level")), nil}
			if !slices.Contains(Levels(), p.Level) {
				r.Failf("trust_level", "unknown level %q", p.Level)
			}
			p.extra = r.Rest()
			d.Pins = append(d.Pins, p)
		})
		d.extra = r.Rest()
	})
	return &d, err
}

// Encode returns the store in the form that [Parse] found, else as the array
// that every library reads: indented by two, no final newline.
func (s *Store) Encode() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	compact := []byte{'['}
	for i, d := range s.domains {
		if i > 0 {
			compact = append(compact, ',')
		}
		compact = append(compact, d.encode()...)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, append(compact, ']'), "", "  "); err != nil {
		return nil, fmt.Errorf("encode pin store: %w", err)
	}
	if s.doubled {
		return strictjson.AppendString(nil, text.String()), nil
	}
	return text.Bytes(), nil
}

func (d *Domain) encode() []byte {
	out := strictjson.AppendString([]byte(`{"domain":`), d.Name)
	out = append(out, `,"pinned_keys":[`...)
	for i, p := range d.Pins {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, p.encode()...)
	}
	return strictjson.Append(append(out, "]}"...), d.extra)
}

func (p Pin) encode() []byte {
	out := strictjson.AppendString([]byte(`{"kid":`), p.Kid)
	out = strictjson.AppendString(append(out, `,"public_key_hash":`...), p.Hash)
	out = strictjson.AppendString(append(out, `,"first_seen":`...), p.FirstSeen)
	out = strictjson.AppendString(append(out, `,"last_seen":`...), p.LastSeen)
	out = strictjson.AppendString(append(out, `,"trust_level":`...), string(p.Level))
	return strictjson.Append(append(out, '}'), p.extra)
}

// Imported counts what [Store.Import] did.
type Imported struct {
	Added   int      `json:"added"`
	Known   int      `json:"known"`
	Refused []string `json:"refused"` // domains that are known with other keys
}

// Import adds the domains that are not known yet. A domain that is known keeps
// its keys; with other ones it is refused.
func (s *Store) Import(from *Store) Imported {
	done := Imported{Refused: []string{}}
	domains := from.Domains()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range domains {
		there := s.find(d.Name)
		if there == nil {
			s.domains = append(s.domains, &d)
			done.Added += len(d.Pins)
			continue
		}
		for _, p := range d.Pins {
			if slices.ContainsFunc(there.Pins, func(q Pin) bool { return q.Hash == p.Hash }) {
				done.Known++
			} else if !slices.Contains(done.Refused, d.Name) {
				done.Refused = append(done.Refused, d.Name)
			}
		}
	}
	return done
}
