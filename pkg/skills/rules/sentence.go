package rules

import (
	"strings"
	"unicode/utf8"
)

// addSentences adds each line of running text, and what follows the name of a
// program in it, to the end of the line: documents show commands without any
// mark. Words that go on after an interpreter ("| bash to install it") are not
// its arguments.
func (s *Scene) addSentences() {
	for pos := 0; pos < len(s.Text); {
		end := s.LineEnd(pos)
		if start := pos + beforeCommand(s.Text[pos:end]); canBeCommand(s.Text[start:end]) {
			s.addSentence(start, end)
		}
		pos = end + 1
	}
	done := 0
	for _, pos := range programStarts(s.Text, 16) {
		if pos >= done && !s.added(pos) && s.addSentence(pos, s.LineEnd(pos)) {
			done = s.LineEnd(pos)
		}
	}
}

// beforeCommand returns how much of a text are marks that stand before a command.
// Most texts have none and are not worth an expression.
func beforeCommand(t string) int {
	said := strings.TrimLeft(t, "\t\n\f\r ")
	if first := firstWord(said); first != "" && said[0] != '-' && (said[0] < '0' || said[0] > '9') && !strings.Contains(said, ":") {
		switch first {
		case "PS", "RUN", "CMD", "ENTRYPOINT", "Run", "run":
		default:
			return len(t) - len(said)
		}
	}
	return commandStart().FindStringIndex(t)[1]
}

// firstWord returns the letters, digits, underscores and hyphens that t begins
// with.
func firstWord(t string) string {
	end := strings.IndexFunc(t, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-'
	})
	if end < 0 {
		return t
	}
	return t[:end]
}

// canBeCommand reports whether a line of running text can be a command as a
// whole. A line that begins like a sentence and holds nothing that joins
// commands is none.
func canBeCommand(line string) bool {
	if line == "" {
		return false
	}
	if strings.ContainsAny(line, "|&;<>$`(=\\") {
		return true
	}
	first, _, _ := strings.Cut(line, " ")
	return (first[0] < 'A' || first[0] > 'Z') && first[0] < utf8.RuneSelf || strings.Contains(first, "-")
}

// addSentence reports whether there was anything to add.
func (s *Scene) addSentence(pos, end int) bool {
	if tail := proseTail().FindStringSubmatchIndex(s.Text[pos:end]); tail != nil && !closes(s.Text[pos:end], tail[2]) {
		end = pos + tail[2]
	}
	before := len(s.commands)
	if pos < end {
		s.add(Command{Pos: pos, End: end, sentence: true})
	}
	return len(s.commands) > before
}

// closes reports whether a quote at position at ends one that was opened
// before, so that text must not be cut there.
func closes(t string, at int) bool {
	return at < len(t) && (t[at] == '\'' || t[at] == '"') && strings.Count(t[:at], t[at:at+1])%2 == 1
}

// beginsWithProgram reports whether running text is a command itself, so that
// backticks in it are substitutions.
func beginsWithProgram(sentence string) bool {
	starts := programStarts(sentence, 1)
	return len(starts) > 0 && starts[0] == 0
}

// withoutSpans blanks the code spans of running text: they are commands of
// their own, not substitutions of a shell.
func withoutSpans(sentence string) string {
	blanked := inlineCode().ReplaceAllStringFunc(sentence, func(span string) string { return strings.Repeat(" ", len(span)) })
	return strings.ReplaceAll(blanked, "`", " ") // one that nothing closes
}
