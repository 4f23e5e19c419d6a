package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Request is any request to the runtime. Path is a route below /api/v1, with or
// without that prefix, or one of the few outside it (/agents.md, /ws, /webhook,
// /swagger-ui, /api-docs, /.well-known), already escaped, with its query if
// there is one.
type Request struct {
	Method string
	Path   string
	Header http.Header // Authorization and User-Agent are the client's, whatever is here
	Body   []byte      // nil: none; sent as application/json unless Header says otherwise
}

// Response is what the runtime answered.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // at most 64 MiB
}

// Do sends r. For a status of 300 and more it returns the response and an
// error, *[APIError] in most cases. Repeats follow the same rules as for the
// other methods.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	p, query := rawPath(r.Path)
	ready, err := c.prepare(call{
		method: r.Method, path: p, query: query, body: rawBody(r.Body), header: r.Header,
		public: isPublic(p.full()), once: Consumes(p.full()),
		key: r.Header.Get(keyHeader), most: maxList,
	})
	if err != nil {
		return Response{}, err
	}
	got, err := c.do(ctx, ready)
	return Response{Status: got.status, Header: got.header, Body: got.body}, err
}

// isPublic reports whether a route works without a token.
func isPublic(full string) bool {
	switch full {
	case prefix + "/health", prefix + "/health/live", prefix + "/health/ready":
		return true
	}
	return false
}

// Consumes reports whether reading a path takes something away: the messages of an
// agent. It knows every spelling that a server may take for the route, escaped or
// with slashes behind it.
func Consumes(path string) bool {
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	plain = strings.TrimRight(plain, "/")
	return strings.HasSuffix(plain, "/messages") && strings.Contains(plain, "/agents/")
}

// rawBody keeps the absence of a body apart from an empty one.
func rawBody(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}
