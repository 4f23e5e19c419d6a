package remote

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// planned is a request that was not sent.
type planned struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// Error implements error; the plan itself is the result of the command.
func (p *planned) Error() string { return "not sent: " + p.Method + " " + p.Path }

func (p *planned) view() output.View {
	fields := []output.Field{{Name: "METHOD", Value: p.Method}, {Name: "PATH", Value: p.Path}}
	if len(p.Body) > 0 {
		fields = append(fields, output.Field{Name: "BODY", Value: string(p.Body)})
	}
	return output.Record{Fields: fields, Value: struct {
		DryRun  bool     `json:"dry_run"`
		Request *planned `json:"request"`
	}{true, p}}
}

// plan lets reads pass, and turns the first request that would change something
// into a [planned] error.
func plan(r *http.Request) error {
	if !changes(r) {
		return nil
	}
	p := &planned{Method: r.Method, Path: r.URL.RequestURI()}
	if r.GetBody == nil {
		return p
	}
	body, err := r.GetBody()
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if p.Body = bytes.TrimSpace(data); !json.Valid(data) {
		if p.Body, err = json.Marshal(string(data)); err != nil {
			return fmt.Errorf("describe the request: %w", err)
		}
	}
	p.Body = masked(p.Body)
	return p
}

// masked hides the credential that a body holds.
func masked(body []byte) []byte {
	const member = "agentpin_jwt"
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members[member] == nil {
		return body
	}
	members[member] = json.RawMessage(`"[set]"`)
	hidden, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return hidden
}

// changes reports whether a request may change something. Reading the messages
// of an agent takes them away.
func changes(r *http.Request) bool {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	return !read || takesMessages(r.URL.Path)
}
