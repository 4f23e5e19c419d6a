package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// act returns a hit that covers a command, with low confidence when the command
// is only named: a code span in a sentence that does not tell to run it, a
// string that nothing runs.
func (s *Scene) act(c Command) Hit {
	h := c.Hit()
	if !s.meant(c) {
		h.Confidence = Unlikely
	}
	return h
}

func (s *Scene) meant(c Command) bool {
	switch {
	case c.Run || !c.Quoted:
		return !s.Where.Has(text.Prose) || !inQuotes(s.Text, c.Pos) || c.Quoted
	case s.Where.Has(text.Prose | text.Comment | text.Frontmatter):
		before := s.Text[sentenceStart(s.Text, c.Pos):c.Pos]
		return strings.Trim(s.Text[:c.Pos], " \t`$>-*1234567890.)") == "" && strings.Trim(s.Text[c.End:], " \t`.") == "" || tellsToRun().MatchString(before)
	}
	return false
}

//nolint:gochecknoglobals // compiled on first use
var tellsToRun = lazy(`(?i)\b(?:run|execute|type|enter|paste|use|invoke|launch|issue|do|try|then|first|start|call|exec|perform)(?:s|ing)?\b|运行|执行|输入|实行|実行|실행|запусти|выполни|ejecuta|exécute|führe`)
