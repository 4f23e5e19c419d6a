package client_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestWireTyped: the methods make the recorded requests, and what the runtimes
// answered decodes in strict mode without losing a member.
func TestWireTyped(t *testing.T) {
	t.Parallel()
	calls := typedCalls()
	for version, atLeast := range map[string]int{"1.11.0": 120, "1.19.0": 120, "3.0.0": 120} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			used := 0
			for _, x := range story(t, version) {
				if strings.HasPrefix(x.Server, "api") && (x.Response.Status < 300 || x.invocation()) && checkTyped(t, calls, x) {
					used++
				}
			}
			if used < atLeast {
				t.Errorf("%d successes went through methods, want %d", used, atLeast)
			}
		})
	}
}

// checkTyped tells x through the method of its route, if one makes that request.
func checkTyped(t *testing.T, calls map[string]typed, x exchange) bool {
	t.Helper()
	for pattern, call := range calls {
		ids := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(x.Request.Method + " " + x.Request.Path)
		if ids == nil {
			continue
		}
		for i, id := range ids {
			if i > 0 && strings.ContainsAny(id, "%") {
				return false
			}
		}
		wire := &seen{RoundTripper: x}
		c := newClient(t, client.Options{Transport: wire, Strict: true})
		wire.version = "3.0.0"
		if _, err := c.Health(t.Context()); err != nil {
			t.Fatal(err)
		}
		wire.version = ""
		got, err := call(t.Context(), c, ids, x.Request.Body, x.key())
		var refused *client.RequestError
		if errors.Is(err, errOtherRequest) || errors.As(err, &refused) || !sameJSON(wire.body, x.Request.Body) {
			return false
		}
		if err != nil {
			t.Errorf("%s: %v", x.Slug, err)
			return true
		}
		if wire.method != x.Request.Method || wire.path != x.Request.Path {
			t.Errorf("%s: sent %s %s, recorded %s %s", x.Slug, wire.method, wire.path, x.Request.Method, x.Request.Path)
		}
		sameReply(t, x, got)
		return true
	}
	return false
}

// sameReply compares the recorded body with got encoded again.
func sameReply(t *testing.T, x exchange, got any) {
	t.Helper()
	if got == nil {
		if x.Response.Body != nil {
			t.Errorf("%s: an empty reply was expected", x.Slug)
		}
		return
	}
	again, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(normal(t, x.Response.Body), normal(t, again)); diff != "" {
		t.Errorf("%s (-recorded +encoded again):\n%s", x.Slug, diff)
	}
}

// sameJSON reports whether two bodies say the same, null being absent.
func sameJSON(a, b []byte) bool {
	var x, y any
	if (len(a) == 0) != (len(b) == 0) || len(a) > 0 && (json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil) {
		return false
	}
	return cmp.Equal(plain(x), plain(y))
}

// normal decodes b with times in one spelling and nulls left out.
func normal(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return plain(v)
}

func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if v[k] = plain(inner); v[k] == nil {
				delete(v, k)
			}
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return v
}

// TestWireKinds: every exchange of every version gives the outcome in
// testdata/kinds.golden, whichever route it is of.
func TestWireKinds(t *testing.T) {
	t.Parallel()
	rows := map[string]map[string]bool{}
	for _, version := range []string{"1.11.0", "1.19.0", "3.0.0"} {
		for _, x := range story(t, version) {
			row := outcome(t, x)
			if rows[row] == nil {
				rows[row] = map[string]bool{}
			}
			rows[row][version] = true
		}
	}
	var b strings.Builder
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(&b, "%s | %s\n", row, strings.Join(slices.Sorted(maps.Keys(rows[row])), " "))
	}
	golden(t, "kinds.golden", b.String())
}

// outcome returns one line on what the client makes of x.
func outcome(t *testing.T, x exchange) string {
	t.Helper()
	c := newClient(t, client.Options{Transport: x})
	body := []byte(x.Request.Body)
	got, err := c.Do(t.Context(), client.Request{Method: x.Request.Method, Path: strings.NewReplacer("<", "", ">", "", " ", "").Replace(x.Request.Path), Body: body})
	var api *client.APIError
	var refused *client.RequestError
	switch {
	case err == nil:
		if got.Status != x.Response.Status {
			t.Errorf("%s: status %d, recorded %d", x.Slug, got.Status, x.Response.Status)
		}
		return fmt.Sprintf("%d ok", got.Status)
	case errors.As(err, &refused):
		return "refused here: " + x.Slug
	case errors.As(err, &api):
		ids := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
		message, _, _ := strings.Cut(ids.ReplaceAllString(api.Message, "ID"), "\n")
		if head, rest, ok := strings.Cut(message, "target type: "); ok && rest != "" {
			message = head + "target type: …"
		}
		return fmt.Sprintf("%d %s %s: %s", api.Status, api.Kind, api.Code, message)
	}
	t.Errorf("%s: %v", x.Slug, err)
	return ""
}

// golden compares got with a file below testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// newClient returns a client with a token on a transport in process, unless o
// says otherwise.
func newClient(tb testing.TB, o client.Options) *client.Client {
	tb.Helper()
	if o.BaseURL == "" {
		o.BaseURL = "local:"
	}
	if o.Token == "" {
		o.Token = "alpha.secret"
	}
	c, err := client.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}
