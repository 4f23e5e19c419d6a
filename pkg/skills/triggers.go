package skills

import (
	"bytes"
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// The rules that are not rules but the engine's own.
const (
	ignoreRule = -1 - iota // remarks of the authors of skills
	escapeRule             // escapes that hide text
)

// triggers finds the triggers of all rules in a text.
type triggers struct {
	set  *match.Set
	list []trigger // by literal of set
}

// trigger is a text that makes the engine ask a rule.
type trigger struct {
	size int // in bytes
	rule int
}

func newTriggers(list []*rules.Rule) (*triggers, error) {
	var t triggers
	var literals []string
	add := func(text string, rule int) {
		literals = append(literals, text)
		t.list = append(t.list, trigger{len(text), rule})
	}
	add(`\u00`, escapeRule)
	add("charcode(", escapeRule)
	add("symbi-ignore", ignoreRule)
	for i, r := range list {
		for _, text := range r.Triggers {
			add(text, i)
		}
	}
	var err error
	if t.set, err = match.New(literals); err != nil {
		return nil, fmt.Errorf("prepare triggers: %w", err)
	}
	return &t, nil
}

// finder is the memory of one worker for [triggers.find].
type finder struct {
	hits []match.Hit
	ends []int // by trigger: where it ended last
}

// find lists the triggers in text, in the order of their ends. Of occurrences of
// one trigger that overlap it lists the first. The list is good until the next
// call.
func (t *triggers) find(f *finder, text []byte) []match.Hit {
	if f.ends == nil {
		f.ends = make([]int, len(t.list))
	}
	f.hits = t.set.Scan(f.hits[:0], text)
	kept := f.hits[:0]
	for _, h := range f.hits {
		if h.End-t.list[h.Literal].size >= f.ends[h.Literal] {
			f.ends[h.Literal] = h.End
			kept = append(kept, h)
		}
	}
	for _, h := range kept {
		f.ends[h.Literal] = 0
	}
	return kept
}

// hasEscapes reports whether text holds escapes with two digits, a mark too
// short for a trigger.
func hasEscapes(text []byte) bool {
	return bytes.Contains(text, []byte(`\x`)) || bytes.Contains(text, []byte(`\X`))
}
