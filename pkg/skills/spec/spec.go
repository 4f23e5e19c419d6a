// Package spec finds Agent Skills, reads their frontmatter and checks them
// against the Agent Skills specification (agentskills.io).
//
// Start with [Discover], which lists the skills of a tree, [Parse], which reads
// one SKILL.md, and [LintTree], which checks a whole tree; [Lint] checks one
// skill. [Checks] is the list of everything that is checked.
//
// The package promises that no input makes it fail: what is broken in a skill is
// a [Problem] with a place, never an error. A problem has level [Error] only
// where the specification is broken. It reads at most 1 MiB of a file, opens
// nothing that is not a regular file, and does not follow links in its search. A
// file that a skill refers to may still lie behind a linked folder: the file
// system of an [os.Root] keeps that inside the tree.
package spec

import (
	"cmp"
	"fmt"
)

// Level says how much a problem matters.
type Level int

// The levels, in rising order.
const (
	Info    Level = iota + 1 // works, but not everywhere, or could be better
	Warning                  // agents that are strict, or a reader, will stumble
	Error                    // not a skill as the specification defines it
)

// Levels lists every level from the highest to the lowest.
func Levels() []Level { return []Level{Error, Warning, Info} }

// String returns the lower-case name used in reports and settings.
func (l Level) String() string {
	switch l {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return "none"
}

// MarshalText writes the name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a name as [ParseLevel] does.
func (l *Level) UnmarshalText(b []byte) error {
	v, err := ParseLevel(string(b))
	if err != nil {
		return err
	}
	*l = v
	return nil
}

// ParseLevel reads a level by its name.
func ParseLevel(name string) (Level, error) {
	for _, l := range Levels() {
		if l.String() == name {
			return l, nil
		}
	}
	return 0, fmt.Errorf("unknown level %q: want error, warning or info", name)
}

// Pos is a place in a file. Line and Column count from 1, columns in
// characters; the zero Pos means the file as a whole.
type Pos struct {
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// Problem is one thing that is wrong with a skill.
type Problem struct {
	ID      string `json:"id"` // the Check that found it
	Level   Level  `json:"level"`
	Message string `json:"message"`         // one sentence, quoted text is escaped
	Fix     string `json:"fix,omitempty"`   // what to do about it
	Skill   string `json:"skill,omitempty"` // the skill's ID, empty from Parse
	Path    string `json:"path,omitempty"`  // slash path in the tree, empty from Parse
	Pos
}

// Where returns path:line:column, as far as they are known.
func (p Problem) Where() string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d:%d", p.Path, p.Line, p.Column)
}

// before orders problems by place, then by check, so that reports are stable.
func before(a, b Problem) int {
	return cmp.Or(
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Message, b.Message),
	)
}

// Check is one rule of the lint.
type Check struct {
	ID    string `json:"id"`
	Level Level  `json:"level"`
	Title string `json:"title"`
	Why   string `json:"why"`
	Fix   string `json:"fix"`

	// find reports where a skill breaks the rule. It is nil for the checks that
	// need more than one skill.
	find func(*subject) []hit
}

// hit is one place where a check applies. An empty file means the skill file,
// an empty fix the check's own.
type hit struct {
	Pos
	file    string
	message string
	fix     string
}

// at makes a hit with a formatted message.
func at(p Pos, format string, args ...any) hit {
	return hit{Pos: p, message: fmt.Sprintf(format, args...)}
}

// maxHits is how many problems one check reports for one skill, so that a file
// made to drown a report cannot.
const maxHits = 50

// problems turns hits into problems of the skill id, whose file is path.
func (c Check) problems(id, path string, hits []hit) []Problem {
	more := len(hits) > maxHits
	if more {
		hits = hits[:maxHits]
	}
	all := make([]Problem, 0, len(hits))
	for _, h := range hits {
		all = append(all, c.problem(id, path, h))
	}
	if more {
		all[maxHits-1].Message += " (more were not listed)"
	}
	return all
}

func (c Check) problem(id, path string, h hit) Problem {
	return Problem{
		ID: c.ID, Level: c.Level, Message: h.message, Fix: cmp.Or(h.fix, c.Fix),
		Skill: id, Path: cmp.Or(h.file, path), Pos: h.Pos,
	}
}

// Checks lists every check, in the order of the documentation: the skill file,
// its frontmatter, the fields, the body, what it refers to, the tree.
func Checks() []Check {
	var all []Check
	for _, group := range [][]Check{
		fileChecks(), frontmatterChecks(), nameChecks(), descriptionChecks(), optionalChecks(),
		toolChecks(), bodyChecks(), linkChecks(), treeChecks(),
	} {
		all = append(all, group...)
	}
	return all
}
