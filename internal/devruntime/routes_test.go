package devruntime_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

var update = flag.Bool("update", false, "write testdata/routes.txt anew")

// TestRoutes asks every route that the client knows with every kind of token and
// compares with testdata/routes.txt: what is missing here says 501 NOT_IN_DEV,
// and nobody sees what his key does not cover.
func TestRoutes(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) {
		o.Guard = &frame.Guard{Keys: []frame.Key{scopedKey("admin"), scopedKey("own", alpha), scopedKey("other", beta)}}
	})
	var got strings.Builder
	fmt.Fprintf(&got, "# answers to: no token, key of the agent, key of another agent, administrator\n")
	for _, known := range client.Routes() {
		fmt.Fprintf(&got, "%-6s %-62s", known.Method, known.Path)
		for _, token := range []string{"", "own", "other", "admin"} {
			fmt.Fprintf(&got, " %s", g.probe(t, known, token))
		}
		fmt.Fprintln(&got)
	}
	path := filepath.Join("testdata", "routes.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("run with -update and read the difference (-want +got):\n%s", diff)
	}
}

// probe asks a route about alpha, without a body, and tells the status and code.
func (g *rig) probe(t *testing.T, known client.Route, token string) string {
	t.Helper()
	path, ok := strings.CutPrefix(known.Path, "/api/v1")
	if !ok {
		return "elsewhere"
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case part == "{agent_id}", part == "{agent}", i == 2 && parts[1] == "agents" && strings.HasPrefix(part, "{"):
			parts[i] = alpha
		case strings.HasPrefix(part, "{"):
			parts[i] = unknown
		}
	}
	header := []string{"Authorization", "", "Idempotency-Key", "x"}
	if token != "" {
		header[1] = "Bearer " + token + ".secret"
	}
	if known.Method == http.MethodDelete { // of an agent that is not there
		parts = strings.Split(strings.ReplaceAll(strings.Join(parts, "/"), alpha, unknown), "/")
	}
	r := g.ask(t, known.Method+" "+strings.Join(parts, "/"), "", header...)
	if code, ok := r.member("code").(string); ok {
		return fmt.Sprintf("%d %s", r.status, code)
	}
	return fmt.Sprint(r.status)
}

// TestNotInDev: the answer is an envelope, with both prefixes, and only for who
// may ask.
func TestNotInDev(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for _, path := range []string{"/agents/" + alpha + "/reasoning/loop", "/api/v1/agents/" + alpha + "/reasoning/loop"} {
		r := g.ask(t, "POST "+path, `{}`)
		want := `{"error":"Not implemented: the embedded runtime does not have POST /api/v1` + path + `","code":"NOT_IN_DEV","details":null}`
		if r.status != http.StatusNotImplemented || r.body != want {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := g.ask(t, "POST "+path, `{}`, "Authorization", ""); r.status != http.StatusUnauthorized || r.body != "" {
			t.Errorf("without a token: %d %s", r.status, r.body)
		}
	}
}

// TestHostileBodies: no route falls over whatever body it gets.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	bodies := []string{
		"", "null", "[]", "{}", "{", "\x00", "\xff\xfe", `"` + strings.Repeat("a", 100) + `"`, "1e999", `{"a":1,"a":2}`,
		strings.Repeat("[", 100_000), `{"input":` + strings.Repeat(`{"a":`, 200) + `1` + strings.Repeat("}", 200) + "}",
		`{"name":"\ud800","dsl":"x","state":"\ud800","sender":"x","payload":"\u0000"}`,
		`{"name":` + strings.Repeat(" ", 1000) + `1}`, `{"input":"` + strings.Repeat("a", 2<<20) + `"}`,
		`{"workflow_id":1,"parameters":[],"agent_id":{}}`, `{"execution_mode":{"External":[]},"name":"x","metadata":[],"capabilities":{}}`,
	}
	for _, known := range client.Routes() {
		path, ok := strings.CutPrefix(known.Path, "/api/v1")
		if !ok || known.Method == http.MethodGet || known.Method == http.MethodDelete {
			continue
		}
		for i, part := range strings.Split(path, "/") {
			if strings.HasPrefix(part, "{") {
				path = strings.Replace(path, part, map[bool]string{true: alpha, false: unknown}[i == 2], 1)
			}
		}
		for _, body := range bodies {
			for _, kind := range []string{"application/json", "text/html", ""} {
				r := g.ask(t, known.Method+" "+path, body, "Content-Type", kind)
				if r.status == http.StatusInternalServerError && r.member("code") == nil || r.status < 200 {
					t.Errorf("%s %s with %.60q: %d %s", known.Method, path, body, r.status, r.body)
				}
			}
		}
	}
	if r := g.ask(t, "GET /agents", ""); r.status != http.StatusOK {
		t.Errorf("afterwards: %d", r.status)
	}
}
