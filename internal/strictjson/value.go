package strictjson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is one of the six kinds of JSON values.
type Kind uint8

// The kinds of values. The zero Value is null.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String names the kind as error messages do.
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// Value is one JSON value. It shares memory with nothing the caller has.
type Value struct {
	kind Kind
	text string   // what a string says; what was written for numbers and booleans
	kids []Member // items have no name
}

// Member is a named value of an object.
type Member struct {
	Name  string
	Value Value
}

// Kind returns the kind of v.
func (v Value) Kind() Kind { return v.kind }

// Text returns the content of a string, or a number or boolean as it was
// written; "" for anything else.
func (v Value) Text() string { return v.text }

// Members returns the members of an object in the order of the document, nil
// for anything else. The caller does not change them.
func (v Value) Members() []Member {
	if v.kind != Object {
		return nil
	}
	return v.kids
}

// Items returns the items of an array, nil for anything else.
func (v Value) Items() []Value {
	if v.kind != Array {
		return nil
	}
	items := make([]Value, len(v.kids))
	for i, kid := range v.kids {
		items[i] = kid.Value
	}
	return items
}

// integer refuses every number that is not written as an integer, "-0" too.
func (v Value) integer() (int64, error) {
	switch {
	case v.kind != Number:
		return 0, fmt.Errorf("want an integer, got %v", v.kind)
	case strings.ContainsAny(v.text, ".eE"):
		return 0, fmt.Errorf("want an integer without fraction or exponent, got %s", shorten(v.text))
	case v.text == "-0":
		return 0, fmt.Errorf("want an integer, got -0")
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the integer %s does not fit 64 bits", shorten(v.text))
	}
	return n, nil
}

// AppendJSON appends v in compact form: members in their order, numbers as they
// were written, only quotes, backslashes and control characters escaped.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.kind {
	case Null:
		return append(dst, "null"...)
	case Bool, Number:
		return append(dst, v.text...)
	case String:
		return AppendString(dst, v.text)
	case Array, Object:
	}
	open, end := byte('['), byte(']')
	if v.kind == Object {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i, kid := range v.kids {
		if i > 0 {
			dst = append(dst, ',')
		}
		if v.kind == Object {
			dst = append(AppendString(dst, kid.Name), ':')
		}
		dst = kid.Value.AppendJSON(dst)
	}
	return append(dst, end)
}

// MarshalJSON returns v in compact form, so that a value can be kept and
// written back by encoding/json.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendString appends s as a JSON string with as few escapes as JSON allows:
// the quote, the backslash, and control characters below 0x20 in their shortest
// form. Everything else stays raw, DEL, U+2028, "<", ">" and "&" too.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0 // of what is not appended yet
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// Append adds members to the end of object, which is a JSON object as
// encoding/json writes it, so that what a reader did not know survives an edit.
func Append(object []byte, members []Member) []byte {
	if len(members) == 0 {
		return object
	}
	end := len(object) - len("}")
	out := object[:end:end]
	for i, m := range members {
		if i > 0 || len(object) > len("{}") {
			out = append(out, ',')
		}
		out = append(AppendString(out, m.Name), ':')
		out = m.Value.AppendJSON(out)
	}
	return append(out, '}')
}

// shorten keeps hostile text in messages short.
func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
