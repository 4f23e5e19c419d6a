package remote

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// planned is a request that was not sent.
type planned struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// Error implements error; the plan itself is the result of the command.
func (p *planned) Error() string { return "not sent: " + p.Method + " " + p.Path }

// dryRun is the result of a command that would change something. Request is the
// first of Requests: most commands have only one.
type dryRun struct {
	DryRun   bool       `json:"dry_run"`
	Address  string     `json:"base_url"`
	State    string     `json:"state,omitempty"` // folder of the embedded runtime
	Request  *planned   `json:"request"`
	Requests []*planned `json:"requests"`
}

// unsent is what api was kept from sending.
func (c *Conn) unsent(api *client.Client) dryRun {
	d := dryRun{DryRun: true, Address: c.Address(api), Request: c.plans[0], Requests: c.plans}
	if dir, err := StateDir(c.app, c.flags.state); err == nil && c.local() {
		d.State = cmp.Or(dir, "memory")
	}
	return d
}

func (d dryRun) view() output.View {
	where := []output.Field{{Name: "ADDRESS", Value: d.Address}}
	if d.State != "" {
		where = append(where, output.Field{Name: "STATE", Value: d.State})
	}
	if len(d.Requests) == 1 {
		fields := append(where, output.Field{Name: "METHOD", Value: d.Request.Method}, output.Field{Name: "PATH", Value: d.Request.Path})
		if len(d.Request.Body) > 0 {
			fields = append(fields, output.Field{Name: "BODY", Value: string(d.Request.Body)})
		}
		return output.Record{Fields: fields, Value: d}
	}
	return output.List[*planned]{Rows: d.Requests, Envelope: d, Summary: "Nothing was sent to " + strings.TrimSpace(d.Address+" "+d.State) + ".", Columns: []output.Column[*planned]{
		{Header: "METHOD", Cell: func(p *planned) string { return p.Method }},
		{Header: "PATH", Cell: func(p *planned) string { return p.Path }},
		{Header: "BODY", Wide: true, Cell: func(p *planned) string { return string(p.Body) }},
		{Header: "ADDRESS", Wide: true, Cell: func(*planned) string { return d.Address }},
	}}
}

// Planned reports whether err says that a dry run kept a request from being
// sent: a command that sends several goes on with the next.
func Planned(err error) bool {
	_, ok := errors.AsType[*planned](err)
	return ok
}

// plan lets reads pass. A request that would change something it keeps, and
// turns into a [planned] error.
func (c *Conn) plan(r *http.Request) error {
	if !changes(r) {
		return nil
	}
	p, err := describe(r)
	if err != nil {
		return err
	}
	c.plans = append(c.plans, p)
	return p
}

func describe(r *http.Request) (*planned, error) {
	p := &planned{Method: r.Method, Path: r.URL.RequestURI()}
	if r.GetBody == nil {
		return p, nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if p.Body = bytes.TrimSpace(data); !json.Valid(data) {
		if p.Body, err = json.Marshal(string(data)); err != nil {
			return nil, fmt.Errorf("describe the request: %w", err)
		}
	}
	p.Body = masked(p.Body)
	return p, nil
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
	return !read || client.Consumes(r.URL.Path)
}
