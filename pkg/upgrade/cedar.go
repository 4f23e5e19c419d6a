package upgrade

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkCedar reads policies in outline: comments, texts, brackets, and of each
// statement its annotations, its scope, its conditions and its end. What stands
// in the braces of a condition is not read. The error is what no Cedar engine
// takes; its line is counted from 1.
func checkCedar(text string) (line int, err error) {
	p := &cedar{rest: text, line: 1}
	p.next()
	for p.token != "" && p.err == nil {
		p.statement()
	}
	return p.at, p.err
}

// cedar reads tokens. A text is the token `"`, a name is itself.
type cedar struct {
	rest  string
	line  int
	token string // "" at the end
	at    int    // line of token
	err   error
}

func (p *cedar) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.token, p.rest = "", ""
}

// skip passes over blanks and comments.
func (p *cedar) skip() {
	for {
		trimmed := strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		p.line += strings.Count(p.rest[:len(p.rest)-len(trimmed)], "\n")
		p.rest = trimmed
		if !strings.HasPrefix(p.rest, "//") {
			return
		}
		end := strings.IndexByte(p.rest, '\n')
		if end < 0 {
			end = len(p.rest)
		}
		p.rest = p.rest[end:]
	}
}

func (p *cedar) next() {
	p.skip()
	p.at, p.token = p.line, ""
	if p.rest == "" || p.err != nil {
		return
	}
	n, err := tokenLength(p.rest)
	if err != nil {
		p.fail("%w", err)
		return
	}
	if p.token = p.rest[:n]; p.token[0] == '"' {
		p.line += strings.Count(p.token, "\n")
		p.token = `"`
	}
	p.rest = p.rest[n:]
}

func tokenLength(s string) (int, error) {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case first == '"':
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
		return 0, errors.New("a text has no end")
	case first == '_' || unicode.IsLetter(first) || unicode.IsDigit(first):
		n := strings.IndexFunc(s, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if n < 0 {
			n = len(s)
		}
		return n, nil
	case strings.HasPrefix(s, "::"), strings.HasPrefix(s, "=="), strings.HasPrefix(s, "!="), strings.HasPrefix(s, "<="), strings.HasPrefix(s, ">="), strings.HasPrefix(s, "&&"), strings.HasPrefix(s, "||"):
		return 2, nil
	case strings.ContainsRune("@()[]{}.,;:<>!+-*?", first):
		return size, nil
	}
	return 0, fmt.Errorf("%q is no part of the language", first)
}

// expect takes a token.
func (p *cedar) expect(token string) {
	if p.token != token {
		p.fail("%s is missing before %s", named(token), named(p.token))
		return
	}
	p.next()
}

func named(token string) string {
	switch token {
	case "":
		return "the end"
	case `"`:
		return "a text"
	}
	return fmt.Sprintf("%q", token)
}

func (p *cedar) statement() {
	for p.token == "@" {
		p.next()
		p.name()
		if p.token == "(" {
			p.next()
			p.expect(`"`)
			p.expect(")")
		}
	}
	if p.token != "permit" && p.token != "forbid" {
		p.fail("a policy begins with permit or forbid, not with %s", named(p.token))
		return
	}
	p.next()
	p.expect("(")
	p.scope("principal")
	p.expect(",")
	p.scope("action")
	p.expect(",")
	p.scope("resource")
	if p.token == "," {
		p.next()
	}
	p.expect(")")
	for p.token == "when" || p.token == "unless" {
		p.next()
		p.condition()
	}
	p.expect(";")
}

func (p *cedar) scope(variable string) {
	p.expect(variable)
	switch p.token {
	case "==":
		p.next()
		p.entity()
	case "is":
		p.next()
		p.path()
		if p.token == "in" {
			p.next()
			p.entity()
		}
	case "in":
		p.next()
		if variable != "action" || p.token != "[" {
			p.entity()
			return
		}
		for p.next(); p.token != "]" && p.err == nil; {
			p.entity()
			if p.token != "]" {
				p.expect(",")
			}
		}
		p.expect("]")
	}
}

// entity takes a type and an id, or a slot of a template.
func (p *cedar) entity() {
	if p.token == "?" {
		p.next()
		p.name()
		return
	}
	for p.name(); p.err == nil; p.name() {
		p.expect("::")
		if p.token == `"` {
			p.next()
			return
		}
	}
}

func (p *cedar) path() {
	p.name()
	for p.token == "::" {
		p.next()
		p.name()
	}
}

func (p *cedar) name() {
	if first, _ := utf8.DecodeRuneInString(p.token); first != '_' && !unicode.IsLetter(first) {
		p.fail("a name is missing before %s", named(p.token))
		return
	}
	p.next()
}

// condition takes braces and what is in them, of which only the brackets count.
func (p *cedar) condition() {
	closing := map[string]string{"(": ")", "[": "]", "{": "}"}
	if p.token != "{" {
		p.expect("{")
		return
	}
	open := []string{"}"}
	p.next()
	if p.token == "}" {
		p.fail("a condition is empty")
	}
	for len(open) > 0 && p.err == nil {
		switch p.token {
		case "(", "[", "{":
			open = append(open, closing[p.token])
		case ")", "]", "}", "":
			if p.token != open[len(open)-1] {
				p.fail("%s is missing before %s", named(open[len(open)-1]), named(p.token))
				return
			}
			open = open[:len(open)-1]
		}
		p.next()
	}
}
