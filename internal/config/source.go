package config

import (
	"fmt"
	"strconv"
	"strings"
)

// SourceKind says what sort of place a value comes from.
type SourceKind string

// The places a value can come from.
const (
	FromFlag    SourceKind = "flag"
	FromEnv     SourceKind = "environment"
	FromEnvFile SourceKind = "env_file"
	FromFile    SourceKind = "file"
	FromDefault SourceKind = "default"
)

// Source is the place a value comes from.
type Source struct {
	Kind    SourceKind `json:"kind"`
	Name    string     `json:"name,omitempty"` // flag or variable
	File    string     `json:"file,omitempty"`
	Line    int        `json:"line,omitempty"` // from 1, 0 when unknown
	Profile string     `json:"profile,omitempty"`
	Project bool       `json:"project,omitempty"` // the file is a project's
}

// String names the place in one line: "flag --output", "environment
// SYMBIONT_OUTPUT", "/home/ann/.symbiont.yaml:3 profile prod" or "default".
func (s Source) String() string {
	switch s.Kind {
	case FromFile:
		if s.Profile != "" {
			return s.position() + " profile " + s.Profile
		}
		return s.position()
	case FromEnvFile:
		return strings.TrimSpace(s.position() + " " + s.Name)
	case FromDefault:
		return string(FromDefault)
	default:
		return strings.TrimSpace(string(s.Kind) + " " + s.Name)
	}
}

func (s Source) position() string {
	if s.Line == 0 {
		return s.File
	}
	return s.File + ":" + strconv.Itoa(s.Line)
}

// Error is a setting that is not allowed: an unknown key, a wrong type, a
// broken file. It never quotes the value of a secret or of an address.
type Error struct {
	Source  Source
	Key     string // may be empty
	Message string
	Hint    string // what to do, may be empty
	More    int    // how many further problems there are
}

// Error returns place, key and message.
func (e *Error) Error() string {
	var parts []string
	for _, part := range []string{e.Source.String(), e.Key, e.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, ": ")
	if e.More > 0 {
		text += fmt.Sprintf(" (and %d more)", e.More)
	}
	return text
}

// Candidate is one value of a key, shown as text, and its place.
type Candidate struct {
	Value  string `json:"value"`
	Source Source `json:"source"`
}

// Explanation is the value a key has, and the candidates that lost against it
// in order of precedence. The value of a secret shows as "[set]". Note says
// why a secret is not handed out, and is empty when it is.
type Explanation struct {
	Key string `json:"key"`
	Candidate
	Losers []Candidate `json:"losers"`
	Note   string      `json:"note,omitempty"`
}

// value is one candidate before it is shown. Parsed has the type of the field
// in Config, or is a Secret.
type value struct {
	parsed any
	source Source
}

func (v value) show() Candidate {
	return Candidate{Value: fmt.Sprint(v.parsed), Source: v.source}
}
