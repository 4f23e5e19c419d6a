package frame_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

func TestBody(t *testing.T) {
	t.Parallel()
	h := frame.Handler(options())
	for name, tc := range map[string]struct {
		kind, body string
		status     int
		text       string
	}{
		"good":                   {"application/json", `{"name":"a"}`, 200, ""},
		"charset":                {"application/json; charset=utf-8", `{"name":"a"}`, 200, ""},
		"vendor":                 {"application/vnd.api+json", `{"name":"a"}`, 200, ""},
		"upper case":             {"Application/JSON", `{"name":"a"}`, 200, ""},
		"unknown member":         {"application/json", `{"name":"a","more":[1]}`, 200, ""},
		"no content type":        {"", `{"name":"a"}`, 415, "Expected request with `Content-Type: application/json`"},
		"text":                   {"text/plain", `{"name":"a"}`, 415, "Expected request with"},
		"json in another family": {"text/vnd+json", `{"name":"a"}`, 415, "Expected request with"},
		"empty":                  {"application/json", ``, 400, "Failed to parse the request body as JSON"},
		"not JSON":               {"application/json", `{`, 400, "Failed to parse the request body as JSON"},
		"two values":             {"application/json", `{"name":"a"}{}`, 400, "Failed to parse the request body as JSON"},
		"byte order mark":        {"application/json", "\ufeff{}", 400, "Failed to parse the request body as JSON"},
		"not UTF-8":              {"application/json", "{\"name\":\"\xff\xfe\"}", 400, "Failed to parse the request body as JSON"},
		"deep":                   {"application/json", nested(127), 200, ""},
		"too deep":               {"application/json", nested(128), 400, "Failed to parse the request body as JSON"},
		"member missing":         {"application/json", `{}`, 422, "Failed to deserialize the JSON body into the target type"},
		"member of another type": {"application/json", `{"name":1}`, 422, "Failed to deserialize the JSON body into the target type"},
		"member null":            {"application/json", `{"name":null}`, 422, "Failed to deserialize the JSON body into the target type"},
		"member twice":           {"application/json", `{"name":"a","name":"b"}`, 422, "Failed to deserialize the JSON body into the target type"},
		"array":                  {"application/json", `[]`, 422, "Failed to deserialize the JSON body into the target type"},
		"null":                   {"application/json", `null`, 422, "Failed to deserialize the JSON body into the target type"},
		"as long as it may be":   {"application/json", `{"name":"` + strings.Repeat("a", 1013) + `"}`, 200, ""},
		"a byte too long":        {"application/json", `{"name":"` + strings.Repeat("a", 1014) + `"}`, 413, "length limit exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := serve(h, request(t, "POST /api/v1/agents", tc.body, "Content-Type", tc.kind))
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.text) {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, tc.status, tc.text)
			}
			if tc.status != http.StatusOK && w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("content type %q", w.Header().Get("Content-Type"))
			}
		})
	}
}

// nested is a body of that depth.
func nested(depth int) string {
	return `{"name":"a","n":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + `}`
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	r := request(t, "POST /api/v1/agents", "", "Content-Type", "application/json")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"na`), broken{}))
	if w := serve(frame.Handler(options()), r); w.Code != http.StatusBadRequest {
		t.Errorf("status %d, want 400", w.Code)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line is cut") }

func TestIDs(t *testing.T) {
	t.Parallel()
	h := frame.Handler(options())
	for spelling, status := range map[string]int{
		alpha:                              200,
		strings.ToUpper(alpha):             200,
		strings.ReplaceAll(alpha, "-", ""): 200,
		"%7B" + alpha + "%7D":              200,
		"urn:uuid:" + alpha:                200,
		"alpha":                            400,
		alpha + "0":                        400,
		"a%2Fb":                            400,
		"%00":                              400,
	} {
		w := serve(h, request(t, "GET /api/v1/agents/"+spelling+"/own", ""))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", spelling, w.Code, status)
		}
		if want := `"` + alpha + `"`; status == http.StatusOK && w.Body.String() != want {
			t.Errorf("%s: became %s", spelling, w.Body)
		}
	}
}

// FuzzBody: whatever is sent, the answer is one of those that clients know.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{`{"name":"a"}`, `{"name":"a","name":"b"}`, `[]`, `null`, `{`, "\xff", `{"a":{"a":1,"a":2}}`} {
		f.Add("application/json", []byte(seed))
	}
	f.Add("application/json; a=\"", []byte(`{}`))
	h := frame.Handler(options())
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/agents", strings.NewReader(string(body)))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", kind)
		switch w := serve(h, r); w.Code {
		case 200, 400, 413, 415, 422:
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}
