package text

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	minEncoded  = 24       // characters of the shortest run that is decoded
	maxDecoded  = 1 << 20  // bytes one payload may become
	maxPayloads = 4096     // payloads of one text
	maxCodes    = 16 << 10 // bytes of one list of character codes
)

// Hidden is text that was encoded in another text.
type Hidden struct {
	Pos, End int    // byte offsets of the encoded run
	Encoding string // "base64", "hex", "gzip in base64" …
	Text     []byte
}

// Payloads decodes what looks encoded in data and turns out to be text: base64
// (both alphabets), hexadecimal, escapes such as \x63 and \u0063, lists of
// character codes; and gzip or zlib inside those. It looks at runs of at least
// 24 characters and stops after 4,096 payloads.
func Payloads(data []byte) []Hidden {
	var out []Hidden
	for pos := 0; pos+minEncoded <= len(data) && len(out) < maxPayloads; {
		start := pos + minEncoded - 1 // in every run that is long enough and begins before
		if !encodes(data[start]) {
			pos = start + 1
			continue
		}
		end := start + 1
		for start > pos && encodes(data[start-1]) {
			start--
		}
		for end < len(data) && encodes(data[end]) {
			end++
		}
		if end-start >= minEncoded && !embedded(data, start) {
			if h, ok := decodeRun(data[start:end]); ok {
				h.Pos, h.End = start, end
				out = append(out, h)
			}
		}
		pos = end
	}
	return append(out, escapes(data)...)
}

func encodes(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=' || c == '-' || c == '_'
}

// embedded reports whether the run at pos is the body of a data URI for a
// picture or font, or a hash: both are common and never text.
func embedded(data []byte, pos int) bool {
	before := data[max(0, pos-48):pos]
	for _, mark := range []string{"data:image/", "data:font/", "data:application/font", "data:audio/"} {
		if bytes.Contains(before, []byte(mark)) {
			return true
		}
	}
	return false
}

func decodeRun(run []byte) (Hidden, bool) {
	if looksLikeWords(run) {
		return Hidden{}, false
	}
	if isHex(run) && len(run)%2 == 0 {
		if raw, err := hex.DecodeString(string(run)); err == nil {
			if h, ok := asText(raw, "hex"); ok {
				return h, true
			}
		}
	}
	s := strings.TrimRight(string(run), "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		encoding = base64.RawURLEncoding
	}
	raw, err := encoding.DecodeString(s)
	if err != nil && len(s)%4 == 1 {
		raw, err = encoding.DecodeString(s[:len(s)-1])
	}
	if err != nil {
		return Hidden{}, false
	}
	return asText(raw, "base64")
}

func isHex(run []byte) bool {
	for _, c := range run {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// looksLikeWords takes paths, identifiers and long words out before the costly
// part: encoded text mixes cases or digits within every dozen characters.
func looksLikeWords(run []byte) bool {
	if isHex(run) {
		return false
	}
	changes := 0
	for i := 1; i < len(run); i++ {
		if class(run[i]) != class(run[i-1]) {
			changes++
		}
	}
	return changes*5 < len(run)
}

func class(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return 0
	case c >= 'A' && c <= 'Z':
		return 1
	case c >= '0' && c <= '9':
		return 2
	}
	return 3
}

// asText accepts raw when it is text, or a compressed stream of text.
func asText(raw []byte, name string) (Hidden, bool) {
	switch {
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
		if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
			raw, name = inflate(z), "gzip in "+name
		}
	case len(raw) > 2 && raw[0] == 0x78 && (raw[1] == 0x01 || raw[1] == 0x9c || raw[1] == 0xda):
		if z, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
			raw, name = inflate(z), "zlib in "+name
		}
	}
	if enc := Detect(raw); enc == UTF16LE && len(raw) > 16 {
		raw = ToUTF8(raw, enc)
		name = "UTF-16 in " + name
	}
	if !readable(raw) {
		return Hidden{}, false
	}
	return Hidden{Encoding: name, Text: raw}, true
}

func inflate(r io.Reader) []byte {
	out, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	if err != nil && len(out) == 0 {
		return nil
	}
	return out
}

// readable reports whether b is text that a person or a shell could have
// written: valid UTF-8, hardly any control characters, and some ASCII letters.
func readable(b []byte) bool {
	if len(b) < 6 || !utf8.Valid(b) {
		return false
	}
	letters, bad := 0, 0
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		case c < 0x20 && c != '\n' && c != '\r' && c != '\t', c == 0x7f:
			bad++
		}
	}
	return bad*50 <= len(b) && letters*3 >= len(b)
}

// escapes decodes runs of \xNN and \uNNNN escapes and of character codes.
func escapes(data []byte) []Hidden {
	var out []Hidden
	for pos := 0; pos < len(data) && len(out) < maxPayloads; {
		n := bytes.IndexByte(data[pos:], '\\')
		if n < 0 {
			break
		}
		start := pos + n
		text, end := escapeRun(data, start)
		if len(text) >= 6 && readable(text) {
			out = append(out, Hidden{start, end, "escapes", text})
		}
		pos = max(end, start+1)
	}
	return append(out, charCodes(data)...)
}

func escapeRun(data []byte, pos int) (text []byte, end int) {
	for pos+3 < len(data) && data[pos] == '\\' {
		digits := 2
		if data[pos+1] == 'u' {
			digits = 4
		} else if data[pos+1] != 'x' {
			break
		}
		if pos+2+digits > len(data) {
			break
		}
		v, err := strconv.ParseUint(string(data[pos+2:pos+2+digits]), 16, 32)
		if err != nil {
			break
		}
		text = utf8.AppendRune(text, codePoint(v))
		pos += 2 + digits
	}
	return text, pos
}

// charCodes decodes the argument lists of fromCharCode and of chr() chains.
func charCodes(data []byte) []Hidden {
	var out []Hidden
	for pos := 0; len(out) < maxPayloads; {
		n := bytes.Index(data[pos:], []byte("CharCode("))
		if n < 0 {
			return out
		}
		start := pos + n + len("CharCode(")
		end := start
		var text []byte
		for field := range strings.SplitSeq(string(data[start:min(len(data), start+maxCodes)]), ",") {
			code, rest, closed := strings.Cut(field, ")")
			v, err := strconv.ParseUint(strings.TrimSpace(code), 0, 21)
			if err != nil {
				break
			}
			text = utf8.AppendRune(text, codePoint(v))
			end += len(field) + 1 - len(rest)
			if closed {
				break
			}
		}
		if readable(text) {
			out = append(out, Hidden{start, min(end, len(data)), "character codes", text})
		}
		pos = start
	}
	return out
}
