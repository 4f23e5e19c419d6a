package strictjson

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The caps that zero [Options] mean.
const (
	DefaultMaxBytes  = 1 << 20
	DefaultMaxDepth  = 32
	DefaultMaxValues = 1 << 18
)

// fewMembers is the size up to which comparing every pair of names is cheaper
// than a map.
const fewMembers = 16

// mostRoom caps the members that room is made for before any was read.
const mostRoom = 64

// Options limit what is read. The zero value takes the default caps and ignores
// members that nobody asked for.
type Options struct {
	MaxBytes int // longest text, in bytes; 0 means DefaultMaxBytes
	MaxDepth int // deepest nesting of arrays and objects; 0 means DefaultMaxDepth
	// MaxValues is the most values of all kinds, at any depth; 0 means
	// DefaultMaxValues. One takes two bytes of text and 72 in memory.
	MaxValues int
	Unknown   Unknown
}

// Unknown says what becomes of members that the reader does not know.
type Unknown uint8

// What to do with unknown members. One that differs from a known name only in
// the case of its letters is refused by both.
const (
	Ignore Unknown = iota
	Refuse
)

// Parse reads the one value that data holds. The error is an [Errors] of one.
func Parse(data []byte, o Options) (Value, error) {
	v, err := parse(data, o)
	if err != nil {
		return Value{}, Errors{err}
	}
	return v, nil
}

func parse(data []byte, o Options) (Value, *Error) {
	if most := orDefault(o.MaxBytes, DefaultMaxBytes); len(data) > most {
		return Value{}, &Error{Reason: fmt.Sprintf("the text has %d bytes, more than %d", len(data), most), Offset: -1}
	}
	p := parser{src: string(data), depth: orDefault(o.MaxDepth, DefaultMaxDepth), values: orDefault(o.MaxValues, DefaultMaxValues)}
	p.stack = make([]Member, 0, min(strings.Count(p.src, ",")+1, mostRoom))
	if strings.HasPrefix(p.src, "\ufeff") {
		return Value{}, p.fault("the text starts with a byte order mark")
	}
	if !utf8.ValidString(p.src) {
		return Value{}, &Error{Reason: "the text is not UTF-8", Offset: -1}
	}
	v, err := p.value()
	if err != nil {
		return Value{}, err
	}
	if p.skip(); p.pos < len(p.src) {
		return Value{}, p.fault("something follows the value")
	}
	return v, nil
}

func orDefault(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}

// parser walks src from pos. Finished containers leave stack, so that each
// costs one allocation of its exact size.
type parser struct {
	src    string
	pos    int
	depth  int // levels that may still be opened
	values int // that may still be read
	stack  []Member
}

func (p *parser) fault(format string, args ...any) *Error {
	return &Error{Reason: fmt.Sprintf(format, args...), Offset: p.pos}
}

func (p *parser) skip() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// next returns the next byte that is not a blank, 0 at the end.
func (p *parser) next() byte {
	if p.skip(); p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) value() (Value, *Error) {
	if p.values--; p.values < 0 {
		return Value{}, p.fault("too many values")
	}
	switch c := p.next(); {
	case c == '{':
		return p.container(Object, '}')
	case c == '[':
		return p.container(Array, ']')
	case c == '"':
		text, err := p.str()
		return Value{kind: String, text: text}, err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return p.word("true", Bool)
	case c == 'f':
		return p.word("false", Bool)
	case c == 'n':
		return p.word("null", Null)
	case p.pos == len(p.src):
		return Value{}, p.fault("the text ends where a value should be")
	}
	return Value{}, p.fault("no value can start with %q", p.rune())
}

func (p *parser) rune() rune {
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return r
}

func (p *parser) word(word string, kind Kind) (Value, *Error) {
	if !strings.HasPrefix(p.src[p.pos:], word) {
		return Value{}, p.fault("no value can start with %q", p.rune())
	}
	p.pos += len(word)
	if kind == Null {
		return Value{}, nil
	}
	return Value{kind: kind, text: word}, nil
}

// container reads an array or an object that starts at pos.
func (p *parser) container(kind Kind, end byte) (Value, *Error) {
	if p.depth == 0 {
		return Value{}, p.fault("nested too deep")
	}
	p.depth--
	defer func() { p.depth++ }()
	p.pos++
	start := len(p.stack)
	for first := true; ; first = false {
		switch c := p.next(); {
		case c == end:
			p.pos++
			kids := append([]Member(nil), p.stack[start:]...)
			p.stack = p.stack[:start]
			return Value{kind: kind, kids: kids}, duplicate(kids, kind)
		case first:
		case c != ',':
			return Value{}, p.fault("want ',' or %q", end)
		default:
			p.pos++
			if p.next() == end {
				return Value{}, p.fault("a comma without anything after it")
			}
		}
		kid, err := p.kid(kind, len(p.stack)-start)
		if err != nil {
			return Value{}, err
		}
		p.stack = append(p.stack, kid)
	}
}

// kid reads one item, or one member with its name.
func (p *parser) kid(kind Kind, i int) (kid Member, err *Error) {
	if kind == Object {
		if c := p.next(); c != '"' {
			return kid, p.fault("want the name of a member in quotes")
		}
		if kid.Name, err = p.str(); err != nil {
			return kid, err
		}
		if p.next() != ':' {
			return kid, p.fault("want ':' after the name %s", segment(kid.Name))
		}
		p.pos++
	}
	if kid.Value, err = p.value(); err == nil {
		return kid, nil
	}
	if kind == Object {
		return kid, err.under(segment(kid.Name))
	}
	return kid, err.under(index(i))
}

// duplicate finds a name that occurs twice.
func duplicate(kids []Member, kind Kind) *Error {
	if kind != Object {
		return nil
	}
	if len(kids) <= fewMembers {
		for i := range kids {
			for j := range i {
				if kids[i].Name == kids[j].Name {
					return twice(kids[i].Name)
				}
			}
		}
		return nil
	}
	seen := make(map[string]bool, len(kids))
	for _, kid := range kids {
		if seen[kid.Name] {
			return twice(kid.Name)
		}
		seen[kid.Name] = true
	}
	return nil
}

func twice(name string) *Error {
	return &Error{Path: segment(name), Reason: "the member occurs twice", Offset: -1}
}
