package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// act returns a hit that covers a command, with low confidence when the command
// is only named: a code span in a sentence that does not tell to run it, a
// string that nothing runs.
func (s *Scene) act(c Command) Hit {
	h := c.Hit()
	if !s.meant(c) || s.aboutDefence() && (c.Quoted || s.Where.Has(text.Prose|text.Fence|text.Data|text.Frontmatter)) {
		h.Confidence, h.Reason = Unlikely, "the command is named or studied here, not run"
	}
	return h
}

func (s *Scene) meant(c Command) bool {
	switch {
	case s.Where.Has(text.Data):
		first, _, _ := strings.Cut(strings.TrimLeft(s.Text, " \t-"), " ")
		if c.Quoted {
			return runsValue().MatchString(s.Text[max(0, c.Pos-60):c.Pos])
		}
		return !strings.ContainsAny(first, `"':{[`)
	case s.Where.Has(text.Prose | text.Comment | text.Frontmatter):
		if !c.Quoted && !inQuotes(s.Text, c.Pos) {
			return true
		}
		before := s.Text[sentenceStart(s.Text, c.Pos):c.Pos]
		alone := strings.Trim(s.Text[:c.Pos], " \t`$>1234567890.)") == "" && strings.Trim(s.Text[c.End:], " \t`.") == ""
		return alone || tellsToRun().MatchString(before)
	}
	return c.Run() || !c.Quoted
}

// commandLine writes the words of a command with blanks between them.
func commandLine(c shell.Call) string {
	var b strings.Builder
	b.WriteString(c.Name)
	for _, w := range c.Args {
		b.WriteByte(' ')
		b.WriteString(w.Text)
	}
	return b.String()
}

// wordAfter returns the argument that follows the given one, "" when there is
// none.
func wordAfter(c shell.Call, flag string) string {
	for i, w := range c.Args[:max(0, len(c.Args)-1)] {
		if w.Text == flag {
			return c.Args[i+1].Text
		}
	}
	return ""
}

//nolint:gochecknoglobals // compiled on first use
var tellsToRun = lazy(`(?i)\b(?:run|execute|type|enter|paste|use|invoke|launch|issue|do|try|then|first|start|call|exec|perform)(?:s|ing)?\b|运行|输入|実行|실행|запусти|выполни|ejecuta|exécute|führe`)
