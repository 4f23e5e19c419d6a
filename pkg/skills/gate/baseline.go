package gate

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

const (
	baselineVersion = 1
	maxBaseline     = 64 << 20 // bytes
)

// Baseline lists findings that were there before, so that only new ones count.
type Baseline struct {
	Version  int             `json:"version"`
	RuleSet  string          `json:"rule_set"` // that found them; findings of another set are not comparable
	Created  time.Time       `json:"created"`
	Findings []BaselineEntry `json:"findings"`
}

// BaselineEntry stands for Count findings of a rule with the same text in the
// same file. Fingerprint is that of the first of them.
type BaselineEntry struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Path        string `json:"path"`
	Count       int    `json:"count"`
}

// Comparison is what a baseline says about findings.
type Comparison struct {
	Known []bool          // for each finding: it is in the baseline
	Stale []BaselineEntry // with the number of findings that are gone
}

// NewBaseline makes a baseline of findings.
func NewBaseline(ruleSet string, created time.Time, findings []Finding) *Baseline {
	b := &Baseline{Version: baselineVersion, RuleSet: ruleSet, Created: created.UTC().Truncate(time.Second), Findings: []BaselineEntry{}}
	index := map[string]int{}
	for _, f := range findings {
		id := Fingerprint(f.Rule, f.Path, f.Matched, 0)
		at, known := index[id]
		if !known {
			at, index[id] = len(b.Findings), len(b.Findings)
			b.Findings = append(b.Findings, BaselineEntry{Fingerprint: id, Rule: f.Rule, Path: f.Path})
		}
		b.Findings[at].Count++
	}
	slices.SortFunc(b.Findings, func(a, b BaselineEntry) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return b
}

// Apply compares findings with the baseline. Of equal findings the first ones
// are the known ones. A nil baseline knows nothing.
func (b *Baseline) Apply(findings []Finding) Comparison {
	c := Comparison{Known: make([]bool, len(findings))}
	if b == nil {
		return c
	}
	left := make(map[string]int, len(b.Findings))
	for _, e := range b.Findings {
		left[e.Fingerprint] = e.Count
	}
	for i, f := range findings {
		id := Fingerprint(f.Rule, f.Path, f.Matched, 0)
		if left[id] > 0 {
			left[id]--
			c.Known[i] = true
		}
	}
	for _, e := range b.Findings {
		if e.Count = left[e.Fingerprint]; e.Count > 0 {
			c.Stale = append(c.Stale, e)
		}
	}
	return c
}

// Write writes the baseline as JSON, the same bytes for the same baseline.
func (b *Baseline) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(b)
}

// LoadBaseline reads what [Baseline.Write] wrote. Another version, unknown or
// repeated keys, repeated entries, entries without sense, and anything after the
// end are errors: a baseline that is half understood would let findings pass.
func LoadBaseline(r io.Reader) (*Baseline, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxBaseline {
		return nil, fmt.Errorf("bigger than %d bytes", maxBaseline)
	}
	var form struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &form); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if form.Version != baselineVersion {
		return nil, fmt.Errorf("version %d is not known: want %d", form.Version, baselineVersion)
	}
	if err := checkKeys(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	b := &Baseline{}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Baseline) check() error {
	if b.RuleSet == "" || b.Findings == nil {
		return errors.New("rule_set or findings is missing")
	}
	seen := make(map[string]bool, len(b.Findings))
	for i, e := range b.Findings {
		sum, err := hex.DecodeString(e.Fingerprint)
		switch {
		case err != nil || len(sum) != 32 || strings.ToLower(e.Fingerprint) != e.Fingerprint:
			return fmt.Errorf("finding %d: %.80q is not a fingerprint", i+1, e.Fingerprint)
		case e.Rule == "" || e.Path == "" || e.Count < 1:
			return fmt.Errorf("finding %d: rule, path or count is missing", i+1)
		case seen[e.Fingerprint]:
			return fmt.Errorf("finding %d: the fingerprint %s is there twice", i+1, e.Fingerprint)
		}
		seen[e.Fingerprint] = true
	}
	return nil
}

// checkKeys reads one JSON value, known to be well-formed. It refuses a key that
// a baseline does not have in exactly this spelling, and one that an object has
// twice: encoding/json would take the one for another, and the last for all.
func checkKeys(dec *json.Decoder) error {
	tok, err := dec.Token()
	if err != nil || tok != json.Delim('{') && tok != json.Delim('[') {
		return err
	}
	known := []string{"version", "rule_set", "created", "findings", "fingerprint", "rule", "path", "count"}
	seen := map[json.Token]bool{}
	for dec.More() {
		if tok == json.Delim('{') {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			if name, _ := key.(string); !slices.Contains(known, name) || seen[key] {
				return fmt.Errorf("the key %.60q is not known, or there twice", name)
			}
			seen[key] = true
		}
		if err := checkKeys(dec); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the end of the object or array
	return err
}
