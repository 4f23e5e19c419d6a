package client

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// path is an escaped path, or why there is none.
type path struct {
	escaped string
	root    bool // not below the prefix
	err     error
}

// full returns p with the prefix.
func (p path) full() string {
	if p.root {
		return p.escaped
	}
	return prefix + p.escaped
}

// segments builds a path below the prefix from segments, each escaped. A
// segment that is empty, "." or "..", or holds a slash or a control character
// is refused: no id of a runtime is like that, and servers disagree on what it
// means.
func segments(parts ...string) path {
	var b strings.Builder
	for _, p := range parts {
		if problem := badSegment(p); problem != "" {
			return path{err: &RequestError{Problem: "id " + strconv.Quote(p) + ": " + problem}}
		}
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return path{escaped: b.String()}
}

// badSegment returns why s cannot be a segment of a path, or "".
func badSegment(s string) string {
	switch {
	case s == "":
		return "must not be empty"
	case s == "." || s == "..":
		return "must not be a dot segment"
	case strings.ContainsAny(s, `/\`):
		return "must not hold a slash"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "must not hold control characters"
	}
	return ""
}

// rawPath reads a path as a person types it, escaped, with or without the
// prefix, and with a query. Each segment follows the rules of [segments]; one
// slash may stand at the end.
func rawPath(text string) (path, url.Values) {
	refuse := func(problem string) path {
		return path{err: &RequestError{Problem: "path " + strconv.Quote(text) + ": " + problem}}
	}
	if strings.Contains(text, "://") || strings.HasPrefix(text, "//") {
		return refuse("must not name a host"), nil
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' || r == '\\' }) {
		return refuse("has characters that need escaping"), nil
	}
	escaped, query, _ := strings.Cut(text, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return refuse("query cannot be read"), nil
	}
	if query == "" {
		values = nil
	}
	if !strings.HasPrefix(escaped, "/") {
		escaped = "/" + escaped
	}
	root := outsidePrefix(escaped)
	for !root && (escaped == prefix || strings.HasPrefix(escaped, prefix+"/")) {
		escaped = strings.TrimPrefix(escaped, prefix)
	}
	for s := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/"), "/") {
		plain, err := url.PathUnescape(s)
		if err != nil {
			return refuse("has a bad escape"), nil
		}
		if problem := badSegment(plain); problem != "" {
			return refuse("a segment " + problem), nil
		}
	}
	return path{escaped: escaped, root: root}, values
}

// outsidePrefix reports whether a path is one of the few that do not stand
// below the prefix.
func outsidePrefix(escaped string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(escaped, "/"), "/")
	switch first {
	case "agents.md", ".well-known", "ws", "swagger-ui", "api-docs", "webhook":
		return true
	}
	return false
}
