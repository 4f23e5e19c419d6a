package client

import (
	"bytes"
	"io"
	"net/http"
	"slices"
)

// A shorter token could stand in a reply for itself.
const shortestMasked = 12

// mask replaces the token in everything that a server answers: a reply in a log
// or a file must not become the place where the token can be read.
func (c *Client) mask(resp *http.Response) {
	if len(c.o.Token) < shortestMasked {
		return
	}
	for _, values := range resp.Header {
		for i, v := range values {
			values[i] = string(c.hide([]byte(v)))
		}
	}
	resp.Body = &maskedBody{ReadCloser: resp.Body, secret: []byte(c.o.Token)}
}

// maskedBody replaces a secret in a stream.
type maskedBody struct {
	io.ReadCloser
	secret []byte
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
	text = bytes.ReplaceAll(text[:known+n], b.secret, []byte(set))
	keep := 0
	if b.err == nil {
		keep = b.begun(text)
	}
	b.clean = text[:len(text)-keep]
	b.doubt = slices.Clone(text[len(text)-keep:])
}

// begun is the length of the longest end of text with which the secret begins.
func (b *maskedBody) begun(text []byte) int {
	for n := min(len(text), len(b.secret)-1); n > 0; n-- {
		if bytes.HasPrefix(b.secret, text[len(text)-n:]) {
			return n
		}
	}
	return 0
}
