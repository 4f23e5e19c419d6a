package rules

import (
	"strings"
	"sync"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Command is a piece of the unit that reads as shell.
type Command struct {
	Pipelines []shell.Pipeline
	Pos, End  int  // where its text stands in the unit
	Quoted    bool // a string literal of another language, or a value of a settings file

	runs func() bool

	source   string // what is parsed, when it is not the text as it stands
	sentence bool   // running text, in which code is marked by backticks
}

// Run reports whether the command is handed to something that runs it, or is a
// line of shell.
func (c Command) Run() bool { return c.runs != nil && c.runs() }

func always() bool { return true }

const maxCommands = 16 // pieces of one unit that are parsed

// Commands returns what reads as shell in the unit: the text itself, inline
// code spans, and strings of other languages.
func (s *Scene) Commands() []Command {
	if s.parsed {
		return s.commands
	}
	s.parsed = true
	switch {
	case s.Where.Has(text.Prose | text.Comment | text.Frontmatter):
		s.addCodeSpans()
		s.addSentences()
	case shellLike(s.Lang):
		s.addWhole(always)
	case s.Where.Has(text.Data):
		s.addLiterals(sync.OnceValue(func() bool { return runsValue().MatchString(s.Text) }))
		s.addWhole(nil)
	default:
		runs := sync.OnceValue(func() bool { return executes().MatchString(s.Around(2, 0)) })
		s.addLists(runs)
		s.addLiterals(runs)
		if s.Where.Has(text.Fence) {
			s.addWhole(nil)
		}
	}
	return s.commands
}

func shellLike(lang string) bool {
	switch lang {
	case "shell", "dockerfile", "makefile", "powershell", "batch", "", "text", "txt", "plaintext":
		return true
	}
	return false
}

func (s *Scene) addCodeSpans() {
	for _, m := range inlineCode().FindAllStringSubmatchIndex(s.Text, 32) {
		for k := 2; k+1 < len(m); k += 2 {
			if m[k] >= 0 {
				s.addQuoted(Span{m[k], m[k+1]}, nil)
			}
		}
	}
}

func (s *Scene) addLiterals(runs func() bool) {
	for _, span := range literalsIn(s.Text, 32) {
		s.addQuoted(span, runs)
	}
}

// addLists adds lists of strings that begin with the name of a program, which
// is how other languages pass a command without a shell.
func (s *Scene) addLists(runs func() bool) {
	for _, m := range stringList().FindAllStringIndex(s.Text, 8) {
		list := s.Text[m[0]:m[1]]
		var words []string
		for _, span := range literalsIn(list, 16) {
			words = append(words, list[span.Pos:span.End])
		}
		if len(words) < 2 || !namesProgram(words[0]) {
			continue
		}
		for i, w := range words {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		s.add(Command{Pos: m[0], End: m[1], Quoted: true, runs: runs, source: strings.Join(words, " ")})
	}
}

func (s *Scene) addQuoted(span Span, runs func() bool) {
	if span.End-span.Pos > 3 {
		s.add(Command{Pos: span.Pos, End: span.End, Quoted: true, runs: runs})
	}
}

// added reports whether pos lies in a code span, or begins a line, that was
// added already.
func (s *Scene) added(pos int) bool {
	for _, c := range s.commands {
		if c.Pos == pos || c.Quoted && c.Pos <= pos && pos < c.End {
			return true
		}
	}
	return false
}

// addWhole adds the unit without the marks that stand before a command in
// documents.
func (s *Scene) addWhole(runs func() bool) {
	pos := beforeCommand(s.Text)
	s.add(Command{Pos: pos, End: len(s.Text), runs: runs, source: s.withAssignments(pos)})
	for _, m := range keptCommand().FindAllStringSubmatchIndex(s.Text, 4) {
		value := Span{max(m[4], m[6]), max(m[5], m[7])}
		if s.evaluates(s.Text[m[2]:m[3]]) {
			s.addQuoted(value, always)
		}
	}
}

// withAssignments returns the text from pos behind the assignments above it,
// when the name of a command in it is a variable; otherwise "".
func (s *Scene) withAssignments(pos int) string {
	if !s.Where.Has(text.Script | text.Fence | text.Payload) {
		return ""
	}
	if m := pipedName().FindStringSubmatch(s.Text[pos:]); m != nil {
		if body := s.definition(m[1]); body != "" {
			return body + "\n" + s.Text[pos:]
		}
	}
	if !strings.Contains(s.Text[pos:], "$") || !variableCommand().MatchString(s.Text[pos:]) {
		return ""
	}
	assignments := assignmentLine().FindAllString(s.Around(30, 0), 16)
	if len(assignments) == 0 {
		return ""
	}
	return strings.Join(assignments, "\n") + "\n" + s.Text[pos:]
}

// definition returns the function or alias of a name that the document defines
// above the unit, or "".
func (s *Scene) definition(name string) string {
	above := s.Around(30, 0)
	above = above[:max(0, len(above)-len(s.Text)-1)]
	if at := strings.LastIndex("\n"+above, "\nalias "+name+"="); at >= 0 {
		line, _, _ := strings.Cut(above[at:], "\n")
		return line
	}
	for _, head := range []string{name + "()", name + " ()", "function " + name} {
		if at := strings.LastIndex(above, head); at >= 0 {
			if end := strings.Index(above[at:], "}"); end >= 0 && strings.Contains(above[at:at+end], "{") {
				return above[at : at+end+1]
			}
		}
	}
	return ""
}

func (s *Scene) add(c Command) {
	if len(s.commands) == maxCommands {
		return
	}
	source := s.Text[c.Pos:c.End]
	switch {
	case c.source != "":
		source = c.source
	case c.Quoted:
		source = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(source)
	}
	if c.sentence && strings.Contains(source, "`") && !beginsWithProgram(source) {
		source = withoutSpans(source)
	}
	if c.Pipelines = shell.Parse(source); len(c.Pipelines) > 0 {
		s.commands = append(s.commands, c)
	}
}

// EachPipeline calls visit for every pipeline of every command, nested ones
// too.
func (s *Scene) EachPipeline(visit func(Command, shell.Pipeline)) {
	for _, c := range s.Commands() {
		shell.Each(c.Pipelines, func(p shell.Pipeline) { visit(c, p) })
	}
}

// Hit returns a hit that covers the command.
func (c Command) Hit() Hit { return Hit{Pos: c.Pos, End: c.End} }

//nolint:gochecknoglobals // compiled on first use
var (
	variableCommand = lazy(`(?m)(?:^|[|;&(]\s*)\s*["']?\$\{?[A-Za-z_]`)
	keptCommand     = lazy(`(?m)(?:^|[;&|]\s*|\bexport\s+|\blocal\s+|\breadonly\s+)(\w+)=(?:"((?:[^"\\\n]|\\.)*\s(?:[^"\\\n]|\\.)*)"|'([^'\n]*\s[^'\n]*)')`)
	pipedName       = lazy(`^\s*([A-Za-z_]\w{0,40})(?:\s[^|\n]{0,80})?\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b`)
	assignmentLine  = lazy(`(?m)^\s*(?:export\s+)?\w+=["']?[\w./:+=-]+["']?\s*$`)
	stringList      = lazy(`[\[(]\s*(?:"[^"\n]*"|'[^'\n]*')(?:\s*,\s*\[?\s*(?:"[^"\n]*"|'[^'\n]*'))+`)
	proseTail       = lazy(`\b(?:(?:ba|z|da|k)?sh|python3?|node|perl|ruby)\b(?:\s+-)?([)."'*]*(?:\s+(?:to|and|then|for|in|on|or|which|from|as|if|when|before|after|it|will|that)\b|[.,;:!]?$))`)
	inlineCode      = lazy("``([^\n]+?)``|`([^`\n]+)`")
	executes        = lazy(`(?i)\b(?:os\.system|popen|subprocess|check_output|check_call|child_process|exec(?:Sync|File|FileSync|a)?\s*\(|spawn(?:Sync)?\s*\(|shell_exec|passthru|proc_open|system\s*\(|run(?:Command|Script)?\s*\(|shell\s*=\s*True|sh\s*\(|zx|\$\x60|Deno\.Command|Bun\.spawn|ProcessBuilder|Runtime\.getRuntime|do shell script|onclick|onload|onerror|Command::new|exec\.Command)`)
	runsValue       = lazy(`(?i)["']?(?:run|script|scripts|command|cmd|pre\w*|post\w*|install|prepare|setup|start|build|test|entrypoint|exec|hook|shell|args|before_script|after_script)["']?\s*[:=]|^\s*-\s+(?:run|script|command):`)
	commandStart    = lazy(`^\s*(?:[>$#%❯➜]\s+|PS [^>]*>\s*|(?:[-*+]|\d+[.)])\s+|@|-@?|RUN\s+|CMD\s+|ENTRYPOINT\s+|[Rr]un:?\s+|(?:- )?run:\s*\|?\s*|[\w-]+\s*:\s+)?`)
)
