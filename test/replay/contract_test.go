package replay_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/test/replay"
)

// judge is a transport that holds every reply against the contract.
type judge struct {
	routers.Router
	behind http.RoundTripper

	mu    sync.Mutex
	held  map[string]int    // replies of each operation and status that fit
	wrong map[string]string // what does not fit: "METHOD PATTERN STATUS", and the first reason
}

// newJudge reads the contract.
func newJudge(t *testing.T) *judge {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join("..", "..", "testdata", "wire", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil // any host
	for _, schema := range doc.Components.Schemas {
		allowNull(schema.Value)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &judge{Router: router, behind: http.DefaultTransport, held: map[string]int{}, wrong: map[string]string{}}
}

// allowNull lets members without a type be null, which the validator takes to
// be forbidden.
func allowNull(s *openapi3.Schema) {
	for _, member := range s.Properties {
		if v := member.Value; member.Ref == "" && v.Type == nil && len(v.OneOf)+len(v.AnyOf)+len(v.AllOf) == 0 {
			v.Type = &openapi3.Types{"null", "object", "array", "string", "number", "boolean"}
		}
	}
}

// RoundTrip passes r on and judges the reply.
func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := j.behind.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	j.look(r, res, body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

func (j *judge) look(r *http.Request, res *http.Response, body []byte) {
	asked := r.Clone(r.Context())
	path := r.URL.Path
	if r.URL.Opaque != "" {
		path = r.URL.Opaque
	}
	asked.URL.Path, asked.URL.RawPath, asked.URL.Opaque = path, "", ""
	route, ids, err := j.FindRoute(asked)
	if err != nil {
		return // not in the document
	}
	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, PathParams: ids, Route: route},
		Status:                 res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	name := fmt.Sprintf("%s %s %d", r.Method, route.Path, res.StatusCode)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		j.held[name]++
		return
	}
	if _, known := j.wrong[name]; !known {
		reason, _, _ := strings.Cut(err.Error(), "\nSchema:")
		j.wrong[name] = fmt.Sprintf("%s: %s", reason, body)
	}
}

// outside says where replies of the embedded runtime leave the document, and
// why.
func outside() map[string]string {
	const (
		missing = "the route is not there yet, and says so; a real runtime has it"
		empty   = "a runtime that refuses the token says nothing; the document gives the body of the other 401, of a refused AgentPin credential"
	)
	return map[string]string{
		"* 501": missing,
		"POST /api/v1/agents/{agent_id}/heartbeat 401": empty,
		"POST /api/v1/agents/{agent_id}/events 401":    empty,
		"POST /api/v1/agents/{agent_id}/messages 401":  empty,
	}
}

// TestContract: every reply of the embedded runtime is one that the contract
// has for its route, but for those of [outside].
func TestContract(t *testing.T) {
	t.Parallel()
	stage, story := newStage(t), recorded(t)
	stage.player.Known = func(replay.Difference) bool { return true } // that is TestEmbedded's
	for _, area := range replay.Areas() {
		for _, e := range area.Select(story) {
			stage.prepare(t, e.Slug)
			if _, err := stage.player.Play(t.Context(), e); err != nil {
				t.Error(err)
			}
		}
	}
	stage.spend(t)
	var want []string
	for _, r := range client.Routes() {
		if r.Dialect == client.DialectRuntime && strings.HasPrefix(r.Path, "/api/v1/") {
			want = append(want, r.Method+" "+r.Path+" ")
			stage.sweep(t, r)
		}
	}
	used := map[string]bool{}
	for name, why := range stage.judge.wrong {
		row := name
		if strings.HasSuffix(name, " 501") {
			row = "* 501"
		}
		if used[row] = true; outside()[row] == "" {
			t.Errorf("%s: %.400s", name, why)
		}
	}
	for row := range outside() {
		if !used[row] {
			t.Errorf("%s stands in outside and fits the contract", row)
		}
	}
	for _, operation := range want {
		if stage.judge.held[operation+"200"] == 0 && stage.judge.wrong[operation+"501"] == "" {
			t.Errorf("%s: no success was held against the contract", operation)
		}
	}
	t.Logf("%d kinds of replies fit", len(stage.judge.held))
}

// sweep asks one route in the ways that runtimes refuse.
func (s *stage) sweep(t *testing.T, r client.Route) {
	t.Helper()
	ids := strings.NewReplacer("{agent_id}", alpha, "{run_id}", beta, "{message_id}", beta)
	path := ids.Replace(r.Path)
	word := strings.NewReplacer(alpha, "no-uuid", beta, "no-uuid").Replace(path)
	unknown := strings.ReplaceAll(path, alpha, "99999999-9999-4999-8999-999999999999")
	const typed = "application/json"
	for _, q := range []struct{ server, token, path, kind, body string }{
		{"api", "<token>", path, "", ""},
		{"api", "<token>", word, typed, "{}"},
		{"api", "<token>", unknown, typed, "{}"},
		{"api", "<token>", path, typed, "{"},
		{"api", "<token>", path, typed, `{"name":7}`},
		{"api", "<token>", path, typed, "[" + strings.Repeat(" ", 2<<20) + "]"},
		{"api", "", path, typed, "{}"},
		{"api-keys", "<key:gone>", path, typed, "{}"},
		{"api-keys", "<key:beta>", path, typed, `{"workflow_id":"agent a() {}","parameters":null}`},
		{"api-rate", "<token>", path, typed, "{}"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), r.Method, s.player.Servers[q.server]+q.path, strings.NewReader(q.body))
		if err != nil {
			t.Fatal(err)
		}
		if q.token != "" {
			req.Header.Set("Authorization", "Bearer "+s.player.Secrets[q.token])
		}
		if q.kind != "" {
			req.Header.Set("Content-Type", q.kind)
		}
		res, err := s.player.Client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
}
