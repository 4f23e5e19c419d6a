package client

import (
	"context"
	"net/http"
)

// Request is any request to the runtime. Path is a route below /api/v1, with or
// without that prefix, or one of the few outside it (/agents.md, /ws/chat,
// /api-docs, …), already escaped, with its query if there is one.
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
// *[APIError]. Repeats follow the same rules as for the other methods: the
// route decides.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	_ = ctx
	_ = r
	panic("soon")
}
