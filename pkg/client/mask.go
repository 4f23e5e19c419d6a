package client

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// A shorter secret could stand in a reply for itself.
const shortestMasked = 12

// secret is text that is shown nowhere: the token, or the credential of a call.
type secret []byte

// secrets are those of a call with this body.
func (c *Client) secrets(content []byte) []secret {
	var all []secret
	for _, text := range []string{c.o.Token, Credential(content)} {
		if text != "" {
			all = append(all, secret(text))
		}
	}
	return all
}

// mask replaces the secrets of a call in everything that a server answers: a reply
// in a log or a file must not become the place where they can be read.
func (p payload) mask(resp *http.Response) {
	for _, s := range p.secrets {
		if len(s) < shortestMasked {
			continue
		}
		for _, values := range resp.Header {
			for i, v := range values {
				values[i] = string(s.hide([]byte(v)))
			}
		}
		resp.Body = &maskedBody{ReadCloser: resp.Body, secret: s}
	}
}

// hide replaces the secrets of a call, however short, in a text that will be shown.
func (p payload) hide(text []byte) []byte {
	for _, s := range p.secrets {
		text = s.hide(text)
	}
	return text
}

// hideError is [payload.hide] for the text of an error, which stays what it is.
func (p payload) hideError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if hidden := string(p.hide([]byte(text))); hidden != text {
		return &hiddenError{text: hidden, err: err}
	}
	return err
}

// hiddenError is an error whose text held a secret.
type hiddenError struct {
	text string
	err  error
}

// Error returns the text without the secret.
func (e *hiddenError) Error() string { return e.text }

// Unwrap returns the error.
func (e *hiddenError) Unwrap() error { return e.err }

// hide replaces s in a whole text.
func (s secret) hide(text []byte) []byte {
	clean, rest := s.replace(text)
	return append(clean, rest...)
}

// replace replaces s in text. What may be the beginning of s at the end of text is
// returned apart.
func (s secret) replace(text []byte) (clean, doubt []byte) {
	kept := 0
	for at := 0; at < len(text); at++ {
		if text[at] != s[0] && text[at] != '\\' {
			continue
		}
		n, cut := s.spelled(text[at:])
		if cut {
			return append(clean, text[kept:at]...), text[at:]
		}
		if n > 0 {
			clean = append(append(clean, text[kept:at]...), set...)
			kept = at + n
			at = kept - 1
		}
	}
	return append(clean, text[kept:]...), nil
}

// spelled returns how many bytes of text, from its beginning, are s: as it is, or
// as JSON may write it, where any letter may have backslashes before it or be an
// escape. Cut says that text ends before that is known.
func (s secret) spelled(text []byte) (n int, cut bool) {
	if bytes.HasPrefix(text, s) {
		return len(s), false
	}
	at := 0
	for _, want := range s {
		n := letter(text[at:], want)
		if n == 0 {
			return 0, mayBegin(text[at:], want)
		}
		at += n
	}
	return at, false
}

const (
	escape  = len("u0000") // behind its backslash
	mostEsc = 4            // backslashes before a letter, where a text is quoted in another
)

// backslashes counts those that text begins with.
func backslashes(text []byte) int {
	n := 0
	for n < min(len(text), mostEsc) && text[n] == '\\' {
		n++
	}
	return n
}

// letter returns how many bytes of text, from its beginning, spell one letter, or 0.
func letter(text []byte, want byte) int {
	n := backslashes(text)
	rest := text[n:]
	switch {
	case want == '\\':
		return min(n, 2)
	case n > 0 && len(rest) >= escape && rest[0] == 'u' && bytes.EqualFold(rest[1:escape], code(want)):
		return n + escape
	case len(rest) > 0 && rest[0] == want:
		return n + 1
	}
	return 0
}

// mayBegin reports whether text ends before it can be told that it does not spell
// a letter.
func mayBegin(text []byte, want byte) bool {
	n := backslashes(text)
	rest := text[n:]
	if len(rest) == 0 {
		return n < mostEsc
	}
	return n > 0 && len(rest) < escape && rest[0] == 'u' && bytes.EqualFold(rest[1:], code(want)[:len(rest)-1])
}

// code is how an escape of JSON names a letter.
func code(letter byte) []byte { return fmt.Appendf(nil, "%04x", letter) }

// maskedBody replaces a secret in a stream.
type maskedBody struct {
	io.ReadCloser
	secret secret
	clean  []byte // to be given out
	doubt  []byte // what may be the beginning of the secret
	err    error
}

// Read gives out what arrived, except what may be the beginning of the secret.
func (b *maskedBody) Read(into []byte) (int, error) {
	for len(b.clean) == 0 && b.err == nil {
		b.fill(len(into))
	}
	n := copy(into, b.clean)
	b.clean = b.clean[n:]
	if n > 0 {
		return n, nil
	}
	return 0, b.err
}

func (b *maskedBody) fill(most int) {
	known := len(b.doubt)
	text := slices.Grow(b.doubt, most)[:known+most]
	var n int
	n, b.err = b.ReadCloser.Read(text[known:])
	clean, doubt := b.secret.replace(text[:known+n])
	if b.err != nil {
		clean, doubt = append(clean, doubt...), nil
	}
	b.clean, b.doubt = clean, slices.Clone(doubt)
}
