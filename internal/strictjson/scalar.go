package strictjson

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func (p *parser) number() (Value, *Error) {
	start := p.pos
	if p.at() == '-' {
		p.pos++
	}
	switch c := p.at(); {
	case c == '0':
		p.pos++
	case c >= '1' && c <= '9':
		p.digits()
	default:
		return Value{}, p.fault("want a digit")
	}
	if p.at() == '.' {
		p.pos++
		if !p.digits() {
			return Value{}, p.fault("want a digit after the point")
		}
	}
	if c := p.at(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.at(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return Value{}, p.fault("want a digit in the exponent")
		}
	}
	return Value{kind: Number, text: p.src[start:p.pos]}, nil
}

func (p *parser) at() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) digits() bool {
	start := p.pos
	for c := p.at(); c >= '0' && c <= '9'; c = p.at() {
		p.pos++
	}
	return p.pos > start
}

// str reads the string that starts at pos. Text without escapes is not copied.
func (p *parser) str() (string, *Error) {
	p.pos++
	start := p.pos
	for ; p.pos < len(p.src); p.pos++ {
		switch c := p.src[p.pos]; {
		case c == '"':
			p.pos++
			return p.src[start : p.pos-1], nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fault("a control character stands in a string")
		}
	}
	return "", p.fault("the string does not end")
}

// escaped goes on with a string that started at start and has its first escape
// at pos.
func (p *parser) escaped(start int) (string, *Error) {
	var b strings.Builder
	b.WriteString(p.src[start:p.pos])
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.pos++
			return b.String(), nil
		case c < 0x20:
			return "", p.fault("a control character stands in a string")
		case c != '\\':
			b.WriteByte(c)
			p.pos++
			continue
		}
		p.pos++
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		b.WriteRune(r)
	}
	return "", p.fault("the string does not end")
}

// escape reads what follows a backslash.
func (p *parser) escape() (rune, *Error) {
	const letters, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	c := p.at()
	if i := strings.IndexByte(letters, c); i >= 0 {
		p.pos++
		return rune(meanings[i]), nil
	}
	if c != 'u' {
		return 0, p.fault("there is no such escape")
	}
	p.pos++
	first, err := p.hex4()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	if !strings.HasPrefix(p.src[p.pos:], `\u`) {
		return 0, p.fault("half of a surrogate pair")
	}
	p.pos += len(`\u`)
	second, err := p.hex4()
	if err != nil {
		return 0, err
	}
	r := utf16.DecodeRune(first, second)
	if r == utf8.RuneError {
		return 0, p.fault("half of a surrogate pair")
	}
	return r, nil
}

func (p *parser) hex4() (rune, *Error) {
	var r rune
	for range 4 {
		c := p.at() | 0x20 // lower case; digits stay
		switch {
		case p.at() >= '0' && p.at() <= '9':
			r = r<<4 + rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 + rune(c-'a'+10)
		default:
			return 0, p.fault(`want four hexadecimal digits after \u`)
		}
		p.pos++
	}
	return r, nil
}
