package client

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Exchange is one request and what came of it, with secrets replaced by
// "[set]". Bodies are not in it.
type Exchange struct {
	Method         string
	URL            string
	RequestHeader  http.Header
	Attempt        int           // 1 is the first
	Status         int           // 0: no answer
	ResponseHeader http.Header   // nil: no answer
	Duration       time.Duration // until the header of the reply; 0 without a clock
	Err            error         // why there is no answer
	Tolerated      []string      // breaks of the contract in the body; never in lists
}

// set stands where a secret was.
const set = "[set]"

// redactHeader returns h with secrets replaced.
func redactHeader(h http.Header) http.Header {
	shown := h.Clone()
	for name := range shown {
		switch strings.ToLower(name) {
		case "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-hub-signature-256":
			shown[name] = []string{set}
		}
	}
	return shown
}

// redactURL returns u as text, with the values of query members that may be
// secret replaced.
func redactURL(u *url.URL) string {
	shown := *u
	shown.User = nil
	if shown.RawQuery == "" {
		return shown.String()
	}
	q := shown.Query()
	for name, values := range q {
		switch strings.ToLower(name) {
		case "public_key", "limit", "count", "page", "pagesize", "candidate", "evaluation", "approval":
		default:
			for i := range values {
				values[i] = set
			}
		}
	}
	shown.RawQuery = strings.ReplaceAll(q.Encode(), url.QueryEscape(set), set)
	return shown.String()
}
