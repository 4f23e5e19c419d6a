package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrSyntax is what the runtime says of every fault of grammar.
var ErrSyntax = errors.New("DSL contains syntax errors")

// maxDepth bounds how deep expressions, types and blocks may lie in each other.
const maxDepth = 500

// parser recognises. A rule that does not fit sets failed, after which all
// tokens are of the kind end.
type parser struct {
	tokens []token
	next   int
	depth  int
	failed bool
	fault  int // offset of the token that did not fit

	found  Definition
	target *[]policy // where policies go: those of the file, or of an agent
}

// Parse reads a source. The error is [ErrSyntax], with the line of what did not
// fit.
func Parse(source string) (Definition, error) {
	p := &parser{tokens: scan(source), found: Definition{Metadata: map[string]string{}}}
	p.target = &p.found.policies
	for !p.failed && p.peek().kind != end {
		p.item()
	}
	if p.failed {
		return Definition{}, fmt.Errorf("%w: line %d", ErrSyntax, 1+strings.Count(source[:p.fault], "\n"))
	}
	return p.found, nil
}

func (p *parser) peek() token { return p.ahead(0) }

func (p *parser) ahead(n int) token {
	if p.failed || p.next+n >= len(p.tokens) {
		return token{}
	}
	return p.tokens[p.next+n]
}

func (p *parser) fail() {
	if !p.failed {
		p.failed, p.fault = true, p.tokens[min(p.next, len(p.tokens)-1)].at
	}
}

// name takes the next token, which has to be a word.
func (p *parser) name() token {
	t := p.peek()
	if t.kind != word {
		p.fail()
		return token{}
	}
	p.next++
	return t
}

// is reports whether the next token is a sign or a word.
func (p *parser) is(s string) bool {
	t := p.peek()
	return t.text == s && (t.kind == sign || t.kind == word)
}

// accept takes a sign or a word if it is next.
func (p *parser) accept(signs ...string) bool {
	if !slices.ContainsFunc(signs, p.is) {
		return false
	}
	p.next++
	return true
}

func (p *parser) expect(signs ...string) {
	if !p.accept(signs...) {
		p.fail()
	}
}

// until repeats a rule up to a sign, which it takes.
func (p *parser) until(closing string, rule func()) {
	for !p.failed && !p.accept(closing) {
		rule()
	}
}

// braces is a rule repeated in braces.
func (p *parser) braces(rule func()) {
	p.expect("{")
	p.until("}", rule)
}

// nest runs a rule one level deeper.
func (p *parser) nest(rule func()) {
	if p.depth++; p.depth > maxDepth {
		p.fail()
	}
	if !p.failed {
		rule()
	}
	p.depth--
}
