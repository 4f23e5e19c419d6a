package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// errTooLarge says that a body passed its cap.
var errTooLarge = errors.New("body exceeds the limit")

// htmlPage is the problem with a page for a browser.
const htmlPage = "an HTML page, not an answer of a runtime"

// readAll reads r up to most bytes and returns what it read in any case.
func readAll(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(b)) > most {
		return b[:most], fmt.Errorf("%w of %d bytes", errTooLarge, most)
	}
	return b, err
}

// decode reads the JSON of a reply. The type is the contract: members without
// omitzero are required, members it does not have are unknown.
func decode[T any](c *Client, p payload, got reply) (v T, broken []string, err error) {
	if got.isHTML() {
		return v, nil, c.badReply(p, got, htmlPage, nil)
	}
	if err := json.Unmarshal(got.body, &v); err != nil {
		return v, nil, c.badReply(p, got, "not the JSON that was expected", err)
	}
	if bytes.Equal(bytes.TrimSpace(got.body), []byte("null")) {
		return v, nil, c.badReply(p, got, "null where an object was expected", nil)
	}
	if name := lacking(got.body, v); name != "" {
		return v, nil, c.badReply(p, got, "lacks "+name+", without which it is no answer", nil)
	}
	if len(got.body) <= maxHeldTo || c.o.Strict {
		broken, err = breaks(got.body, v)
	}
	if err != nil {
		return v, nil, c.badReply(p, got, "cannot be compared with the contract", err)
	}
	if kind := got.header.Get("Content-Type"); !isJSON(kind) {
		broken = append(broken, fmt.Sprintf("content type %q", kind))
	}
	if len(broken) > 0 && c.o.Strict {
		return v, nil, c.badReply(p, got, "breaks the contract: "+strings.Join(broken, "; "), nil)
	}
	c.tolerated.Add(int64(len(broken)))
	return v, broken, nil
}

// empty is the checker of replies that have no body. An object is tolerated: a
// later runtime may say more. Anything else was said by somebody else.
func (c *Client) empty(p payload, got reply) ([]string, error) {
	if len(bytes.TrimSpace(got.body)) == 0 {
		return nil, nil
	}
	_, broken, err := decode[map[string]json.RawMessage](c, p, got)
	if err != nil {
		return nil, err
	}
	if said, _ := errorBody(got.body); said.Error != "" || said.Code != "" {
		return nil, c.badReply(p, got, "an error with the status of a success", nil)
	}
	const problem = "a body where none was expected"
	if c.o.Strict {
		return nil, c.badReply(p, got, problem, nil)
	}
	c.tolerated.Add(1)
	return append(broken, problem), nil
}

// breaks returns where JSON differs from what v, decoded from it, can hold.
func breaks(text []byte, v any) ([]string, error) {
	again, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var sent, held any
	if err := json.Unmarshal(text, &sent); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(again, &held); err != nil {
		return nil, err
	}
	return compare("", sent, held, maxCompared), nil
}

// maxHeldTo is the size of reply that is held to the contract in lenient mode too:
// that takes memory many times its size, and only work that others wrote makes a
// reply longer.
const maxHeldTo = 1 << 20

// maxCompared is how deep replies are held to the contract: none of its members
// lies deeper, only what others put into a reply.
const maxCompared = 16

// compare returns the members that only one of the two values has, so many
// levels deep.
func compare(at string, sent, held any, levels int) []string {
	var found []string
	if levels == 0 {
		return nil
	}
	switch s := sent.(type) {
	case map[string]any:
		h, ok := held.(map[string]any)
		if !ok {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(s)) {
			inner, known := h[name]
			switch {
			case known && s[name] == nil && inner != nil:
				found = append(found, "null in "+at+name)
			case known:
				found = append(found, compare(at+name+".", s[name], inner, levels-1)...)
			case s[name] != nil:
				found = append(found, "unknown member "+at+name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(h)) {
			if _, ok := s[name]; !ok {
				found = append(found, "no member "+at+name)
			}
		}
	case []any:
		h, ok := held.([]any)
		for i := 0; ok && i < min(len(s), len(h)); i++ {
			found = append(found, compare(at, s[i], h[i], levels-1)...)
		}
	}
	return found
}

// isJSON reports whether a content type is JSON.
func isJSON(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
}
