package config

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/subosito/gotenv"
)

// readEnvFile adds the variables of a .env file below the environment.
func (s *Settings) readEnvFile(c *collector, raw content) {
	source := Source{Kind: FromEnvFile, File: raw.path}
	variables, problem := parseDotenv(raw.data)
	if problem != nil {
		problem.Source.Kind, problem.Source.File = source.Kind, source.File
		c.problems = append(c.problems, problem)
		return
	}
	c.readEnv(func(name string) (string, bool) { text, ok := variables[name]; return text, ok }, source)
	for _, sec := range c.env[FromEnvFile] {
		if sec.holdsSecret() {
			s.Warnings = append(s.Warnings, openToOthers(raw)...)
			break
		}
	}
	environment := s.env
	s.env = func(name string) (string, bool) {
		if text, ok := environment(name); ok && text != "" {
			return text, true
		}
		text, ok := variables[name]
		return text, ok
	}
}

// parseDotenv reads lines of the form NAME=value. Dollar signs are themselves:
// the library would replace variables from the environment of the process.
func parseDotenv(data []byte) (map[string]string, *Error) {
	switch {
	case len(data) > maxFile:
		return nil, &Error{Message: "the file is bigger than 1 MiB"}
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return nil, &Error{Message: "the file is not UTF-8 text"}
	}
	lines := &lineReader{rest: bytes.ReplaceAll(data, []byte("$"), []byte{0})}
	variables, err := gotenv.StrictParse(lines)
	if err != nil { // its text holds the line, which may be a secret
		return nil, &Error{Source: Source{Line: lines.read}, Message: "wants lines of the form NAME=value"}
	}
	for name, text := range variables {
		variables[name] = strings.ReplaceAll(text, "\x00", "$")
	}
	return variables, nil
}

// lineReader hands out one line at a time, so that read is the number of the
// line its reader is at.
type lineReader struct {
	rest  []byte
	read  int
	begun bool // the line was handed out in part
}

func (l *lineReader) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	if !l.begun {
		l.read++
	}
	end := len(l.rest)
	if i := bytes.IndexByte(l.rest, '\n'); i >= 0 {
		end = i + 1
	}
	n := copy(p, l.rest[:end])
	l.begun, l.rest = n < end, l.rest[n:]
	return n, nil
}
