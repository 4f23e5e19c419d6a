// Package replay tells a recorded story of HTTP exchanges to another server and
// says where the answers differ. A story (Load) is a file of exchanges with a
// real runtime; a Player sends the requests in order, puts the ids that the new
// server made in the place of those that the recorded one made, and compares
// status, the headers that a client can depend on, the shape of the body (names
// and JSON types), and the few values that decide what a client does next. It
// does not compare texts, times, ids and figures.
package replay

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Exchange is one request that was sent and the answer that came.
type Exchange struct {
	N        int      `json:"n"`
	Slug     string   `json:"slug"`
	Server   string   `json:"server"` // which of the story's servers was asked
	Request  Request  `json:"request"`
	Response Response `json:"response"`
}

// Request is what was sent. Body is absent, a text to send as it is, or JSON.
type Request struct {
	Method  string                     `json:"method"`
	Path    string                     `json:"path"`
	Headers map[string]json.RawMessage `json:"headers"` // a string or a list of them
	Body    json.RawMessage            `json:"body"`
}

// Response is what came: JSON in Body, or a text, or nothing.
type Response struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
	Text    *string           `json:"body_text"`
}

// Area is a part of the story that the project has to tell as it was recorded.
type Area struct {
	Name     string
	From, To int // numbers of exchanges, both included
}

// Areas lists the parts of the story that belong to agents, runs, messages and
// workflows, with the frame around them.
func Areas() []Area {
	return []Area{
		{"start-up and public routes", 1, 14},
		{"authentication and transport", 15, 43},
		{"agents", 44, 98},
		{"execute and history", 99, 143},
		{"audit of runs", 144, 152},
		{"heartbeat and events", 153, 172},
		{"messages", 173, 204},
		{"workflows", 205, 227},
		{"metrics and status", 406, 409},
		{"scoped keys", 509, 557},
		{"calls of the SDKs that no runtime serves", 573, 586},
		{"rate limit", 587, 594},
		{"the end of agents", 595, 616},
		{"after a restart", 617, 631},
	}
}

// Select keeps the exchanges of a, without those about approvals, schedules,
// improvements and HTTP Input, which are no part of it.
func (a Area) Select(story []Exchange) []Exchange {
	var mine []Exchange
	for _, e := range story {
		other := slices.ContainsFunc([]string{"approvals-", "restart-approvals", "restart-schedule", "restart-improvement", "restart-webhook"},
			func(prefix string) bool { return strings.HasPrefix(e.Slug, prefix) })
		if e.N >= a.From && e.N <= a.To && !other {
			mine = append(mine, e)
		}
	}
	return mine
}

// Load reads a story, one exchange a line.
func Load(r io.Reader) ([]Exchange, error) {
	var story []Exchange
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var e Exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("exchange %d: %w", len(story)+1, err)
		}
		story = append(story, e)
	}
	return story, lines.Err()
}

// header returns the request's headers as a client sends them.
func (r Request) header() (http.Header, error) {
	h := make(http.Header)
	for name, raw := range r.Headers {
		var one string
		if json.Unmarshal(raw, &one) == nil {
			h.Set(name, one)
			continue
		}
		var many []string
		if err := json.Unmarshal(raw, &many); err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
		h[http.CanonicalHeaderKey(name)] = many
	}
	return h, nil
}

// body returns what was sent, with what the recording describes written out.
// The second value tells no body from an empty one.
func (r Request) body() (string, bool) {
	if r.Body == nil {
		return "", false
	}
	var text string
	if json.Unmarshal(r.Body, &text) != nil {
		text = string(r.Body)
	}
	return described(text), true
}

// described writes out "<300 x n>" and "<bytes ff fe>".
func described(text string) string {
	repeated := regexp.MustCompile(`<(\d+) x (.)>`)
	text = repeated.ReplaceAllStringFunc(text, func(s string) string {
		m := repeated.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return s
		}
		return strings.Repeat(m[2], n)
	})
	return strings.ReplaceAll(text, "<bytes ff fe>", "\xff\xfe")
}
