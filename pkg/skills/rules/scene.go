package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Scene is what a judge sees: a unit of text, the document around it, and on
// demand the shell commands and addresses in it.
type Scene struct {
	*text.Unit

	spans     []Span
	commands  []Command
	parsed    bool
	addresses []host.Match
	found     bool
}

// NewScene returns the scene of a unit.
func NewScene(u *text.Unit) *Scene { return &Scene{Unit: u} }

// Spans returns what the rule's pattern matched.
func (s *Scene) Spans() []Span { return s.spans }

// Addresses returns the addresses with a scheme in the unit.
func (s *Scene) Addresses() []host.Match {
	if !s.found {
		s.addresses, s.found = host.Find(s.Text), true
	}
	return s.addresses
}

const maxAround = 2 << 10 // bytes of a neighbouring line that are looked at

// Around returns the text of the document from before lines above the unit to
// after lines below it. Of very long lines, which are data or generated, it
// takes the beginning; of the unit's own what the unit holds.
func (s *Scene) Around(before, after int) string {
	var b strings.Builder
	add := func(from, to int) {
		for i := max(0, from); i <= min(s.Doc.Lines()-1, to); i++ {
			line := s.Doc.Line(i)
			b.Write(line[:min(len(line), maxAround)])
			b.WriteByte('\n')
		}
	}
	add(s.First-before, s.First-1)
	b.WriteString(s.Text)
	b.WriteByte('\n')
	add(s.Last+1, s.Last+after)
	return b.String()
}
