package client_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// TestRepliesOfContract: every reply that the contract allows, not only those
// that were recorded, decodes in strict mode without losing a member. For each
// route that has a method there are one with all members, one with the required
// ones alone, and one for each alternative of each member.
func TestRepliesOfContract(t *testing.T) {
	t.Parallel()
	doc := document(t)
	made := 0
	for pattern, call := range typedCalls() {
		method, path, _ := strings.Cut(pattern, " ")
		for template, item := range doc.Paths.Map() {
			operation := item.GetOperation(method)
			if operation == nil || !regexp.MustCompile("^"+strings.TrimSuffix(path, `\?public_key=(.*)`)+"$").MatchString(template) {
				continue
			}
			for status, response := range operation.Responses.Map() {
				media := response.Value.Content.Get("application/json")
				code, err := strconv.Atoi(status)
				if media == nil || err != nil {
					continue
				}
				for _, body := range variants(media.Schema, 0) {
					text, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					made++
					checkReply(t, call, pattern, reply{template, code, text})
				}
			}
		}
	}
	if made < 300 {
		t.Errorf("%d replies were made, want more", made)
	}
}

// reply is one that the contract allows.
type reply struct {
	template string // path of the route
	status   int
	body     []byte
}

// checkReply lets a server give a reply to the method of a route.
func checkReply(t *testing.T, call typed, pattern string, r reply) {
	t.Helper()
	var x exchange
	x.Response.Status, x.Response.Headers, x.Response.Body = r.status, map[string]string{"Content-Type": "application/json"}, r.body
	wire := &seen{RoundTripper: x, version: "3.0.0"}
	// One schema stands for the answers to a submission of every status, and
	// allows members together that no answer has together; the lists of views
	// say less than is always there.
	loose := strings.HasSuffix(r.template, "/execute")
	c := newClient(t, client.Options{Transport: wire, Strict: !loose})
	if _, err := c.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	wire.version = ""
	got, err := call(t.Context(), c, []string{pattern, sampleID, sampleID, sampleKey}, json.RawMessage(`{"parameters":null}`), sampleID)
	what := fmt.Sprintf("%s %s %d answers %s", pattern[:strings.Index(pattern, " ")], r.template, r.status, r.body)
	switch {
	case r.status >= http.StatusMultipleChoices && !x.invocation():
		if kindOf(err) == "" || kindOf(err) == "lost" {
			t.Errorf("%s: err = %v, want a kind", what, err)
		}
	case err != nil:
		t.Errorf("%s: %v", what, err)
	case !loose:
		x.Slug = what
		sameReply(t, x, got)
	}
}

// What the made replies hold, so that they answer what is asked.
const (
	sampleID   = "00000000-0000-4000-8000-000000000001"
	sampleTime = "2026-11-23T13:11:59.5Z"
	sampleKey  = "abababababababababababababababababababababababababababababababab"
)

// document reads the contract.
func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join("..", "..", "testdata", "wire", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// variants makes values of a schema. The first has every member.
func variants(ref *openapi3.SchemaRef, depth int) []any {
	s := ref.Value
	if depth > 12 {
		return []any{nil}
	}
	var all []any
	for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		for _, alternative := range list {
			all = append(all, variants(alternative, depth+1)...)
		}
	}
	if len(s.AllOf) > 0 {
		return merged(s, depth)
	}
	if s.Const != nil {
		return []any{s.Const}
	}
	if len(s.Enum) > 0 {
		return s.Enum
	}
	if len(all) > 0 {
		return all
	}
	if s.Type == nil {
		return []any{map[string]any{"any": []any{1.5, "x"}}, "text", 7.0}
	}
	for _, kind := range s.Type.Slice() {
		all = append(all, ofType(s, kind, depth)...)
	}
	return all
}

// merged makes values of all schemas together.
func merged(s *openapi3.Schema, depth int) []any {
	whole := map[string]any{}
	for _, part := range s.AllOf {
		if m, ok := variants(part, depth+1)[0].(map[string]any); ok {
			maps.Copy(whole, m)
		}
	}
	own := *s
	own.AllOf = nil
	if len(own.Properties) > 0 {
		if m, ok := variants(&openapi3.SchemaRef{Value: &own}, depth+1)[0].(map[string]any); ok {
			maps.Copy(whole, m)
		}
	}
	return []any{whole}
}

func ofType(s *openapi3.Schema, kind string, depth int) []any {
	switch kind {
	case "null":
		return []any{nil}
	case "boolean":
		return []any{true, false}
	case "integer":
		return []any{7.0, 0.0}
	case "number":
		return []any{0.5, 3.0}
	case "array":
		if s.Items == nil {
			return []any{[]any{}}
		}
		return []any{variants(s.Items, depth+1)[:1], []any{}}
	case "string":
		return []any{text(s)}
	case "object":
		return objects(s, depth)
	}
	return nil
}

func text(s *openapi3.Schema) string {
	switch {
	case s.Format == "date-time":
		return sampleTime
	case s.Format == "uuid":
		return sampleID
	case strings.Contains(s.Pattern, "64"):
		return sampleKey
	}
	return "text"
}

// objects makes one with all members, one with the required ones, and one for
// each other value of each member.
func objects(s *openapi3.Schema, depth int) []any {
	whole, least := map[string]any{}, map[string]any{}
	others := map[string][]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		values := variants(s.Properties[name], depth+1)
		if name == "reservations" {
			values = []any{[]any{}} // any objects to the contract, known ones to the client
		}
		if len(values) == 0 {
			continue
		}
		whole[name], others[name] = values[0], values[1:]
		if slices.Contains(s.Required, name) {
			least[name] = values[0]
		}
	}
	if more := s.AdditionalProperties.Schema; more != nil && len(s.Properties) == 0 {
		whole["some"] = variants(more, depth+1)[0]
	}
	all := []any{whole, least}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		for _, value := range others[name] {
			other := maps.Clone(whole)
			other[name] = value
			all = append(all, other)
		}
	}
	return all
}
