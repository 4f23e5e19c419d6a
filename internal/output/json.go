package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// EncodeJSON returns v as JSON, indented by two spaces and ended by a line
// feed. HTML is not escaped. Code points that [Sanitize] would replace are
// written as \u escapes, so the text is safe to show and still says the same;
// only bytes that are not UTF-8 are lost: they become U+FFFD.
func EncodeJSON(v any) ([]byte, error) { return encodeJSON(v, "  ") }

// EncodeJSONLine is [EncodeJSON] on one line.
func EncodeJSONLine(v any) ([]byte, error) { return encodeJSON(v, "") }

func encodeJSON(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode the result: %w", err)
	}
	return escapeJSON(buf.Bytes()), nil
}

// escapeJSON replaces the unsafe code points of a JSON text. They can only
// stand inside strings, where an escape means the same.
func escapeJSON(data []byte) []byte {
	if !hasBytesAbove(data, 0x7e) {
		return data
	}
	out := make([]byte, 0, len(data)+len(data)/8)
	prev := rune(0)
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r > 0x7e && isUnsafe(prev, r) {
			out = appendEscape(out, r)
			prev = 0
		} else {
			out = append(out, data[i:i+size]...)
			prev = r
		}
		i += size
	}
	return out
}

func appendEscape(out []byte, r rune) []byte {
	if r <= 0xffff {
		return fmt.Appendf(out, `\u%04x`, r)
	}
	high, low := utf16.EncodeRune(r)
	return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
}

func hasBytesAbove(data []byte, limit byte) bool {
	for _, b := range data {
		if b > limit {
			return true
		}
	}
	return false
}

// generic returns what a JSON reader sees of v: maps, slices, strings, bools,
// nil, and json.Number, which keeps every digit.
func generic(v any) (any, error) {
	data, err := EncodeJSONLine(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("read the result back: %w", err)
	}
	return doc, nil
}
