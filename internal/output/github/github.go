// Package github writes annotations as workflow commands, which GitHub Actions
// turns into marks on the lines of a pull request. Start with [Write].
//
// It promises one line an annotation: no text can end its own command, add a
// property to it, or begin another.
package github

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// MaxPerStep is how many annotations of each level GitHub shows for a step.
const MaxPerStep = 10

// Level is the kind of mark.
type Level string

// The levels.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Notice  Level = "notice"
)

// Annotation is one mark. Lines and columns count from 1, 0 means unknown; File
// is relative to the root of the repository.
type Annotation struct {
	Level             Level // [Notice] when empty
	File              string
	Line, EndLine     int
	Column, EndColumn int
	Title, Message    string
}

// Write writes one line for each annotation.
func Write(w io.Writer, annotations ...Annotation) error {
	var b strings.Builder
	for _, a := range annotations {
		line, err := a.command()
		if err != nil {
			return err
		}
		b.WriteString(line)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

func (a Annotation) command() (string, error) {
	switch a.Level {
	case "":
		a.Level = Notice
	case Error, Warning, Notice:
	default:
		return "", fmt.Errorf("no annotation level %q", a.Level)
	}
	var properties []string
	for _, p := range []struct{ name, value string }{
		{"file", a.File},
		{"line", number(a.Line)},
		{"endLine", number(a.EndLine)},
		{"col", number(a.Column)},
		{"endColumn", number(a.EndColumn)},
		{"title", a.Title},
	} {
		if p.value != "" {
			properties = append(properties, p.name+"="+escapeProperty(p.value))
		}
	}
	command := "::" + string(a.Level)
	if len(properties) > 0 {
		command += " " + strings.Join(properties, ",")
	}
	return command + "::" + escapeData(a.Message) + "\n", nil
}

func number(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// escapeData keeps line feeds, which annotations may have; all other control
// characters are visible escapes before they get here.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(output.Sanitize(s))
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(output.SanitizeLine(s))
}
