package client_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// told answers everything with one body.
type told struct{ body io.Reader }

func (t told) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(t.body)}, nil
}

// TestTokenIsMasked: a body is what bytes.ReplaceAll makes of it, however it is
// cut into pieces, and however JSON spells the token.
func TestTokenIsMasked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[a/]{12,16}`).Draw(t, "token")
		spelled := strings.NewReplacer("a", rapid.SampledFrom([]string{"a", `\u0061`}).Draw(t, "a"), "/", rapid.SampledFrom([]string{"/", `\/`, `\u002f`, `\u002F`}).Draw(t, "slash"))
		plain := strings.NewReplacer(`\u0061`, "a", `\/`, "/", `\u002f`, "/", `\u002F`, "/")
		var text bytes.Buffer
		for range rapid.IntRange(0, 600).Draw(t, "pieces") {
			if rapid.Bool().Draw(t, "token next") {
				text.WriteString(spelled.Replace(token))
			} else {
				text.WriteString(rapid.StringMatching(`[a/]{0,40}`).Draw(t, "text"))
			}
		}
		want := strings.ReplaceAll(plain.Replace(text.String()), token, "[set]")
		var r io.Reader = &text
		if rapid.Bool().Draw(t, "by single bytes") {
			r = iotest.OneByteReader(r)
		}
		c, err := client.New(client.Options{BaseURL: "http://localhost", Token: token, Transport: told{r}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: "/agents"})
		if left := plain.Replace(string(got.Body)); err != nil || left != want {
			t.Fatalf("got %q, %v\nwant %q", got.Body, err, want)
		}
	})
}

// TestSecretsOfACallAreMasked: what a runtime repeats of the token and of an
// AgentPin credential is in no error and in no trace.
func TestSecretsOfACallAreMasked(t *testing.T) {
	t.Parallel()
	const token, credential = "TOKEN/CANARY-1", "eyJ.CANARY+2/3"
	for name, tc := range map[string]struct {
		status int
		body   string
		strict bool
	}{
		"as it is":        {400, `{"error":"no TOKEN/CANARY-1 and eyJ.CANARY+2/3"}`, false},
		"spelled by JSON": {400, `{"error":"no TOKEN\/CANARY-1 and eyJ.CANARY\u002B2\/3"}`, false},
		"not JSON":        {200, `TOKEN/CANARY-1 eyJ.CANARY+2/3`, false},
		"of another type": {200, `{"message_id":"eyJ.CANARY+2\/3","status":{"TOKEN\/CANARY-1":1}}`, false},
		"unknown member":  {200, `{"message_id":"m","status":"pending","TOKEN\/CANARY-1":1,"eyJ.CANARY\u002b2/3":2}`, true},
		"tolerated":       {200, `{"message_id":"m","status":"pending","TOKEN\/CANARY-1":1,"eyJ.CANARY\u002b2/3":2}`, false},
		"in a header":     {502, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var shown strings.Builder
			c, err := client.New(client.Options{
				BaseURL: "http://localhost", Token: token, Strict: tc.strict,
				Trace: func(e client.Exchange) { fmt.Fprintf(&shown, "%+v\n", e) },
				Transport: local{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					w.Header().Set("X-Said", token+" "+credential)
					w.WriteHeader(tc.status)
					fmt.Fprint(w, tc.body)
				})},
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.SendMessage(t.Context(), "a", client.SendMessage{AgentpinJWT: credential})
			fmt.Fprintf(&shown, "%v\n", err)
			if text := shown.String(); strings.Contains(text, "CANARY") || !strings.Contains(text, "[set]") {
				t.Errorf("shown:\n%s", text)
			}
		})
	}
	t.Run("short ones, in errors", func(t *testing.T) {
		t.Parallel()
		c, err := client.New(client.Options{BaseURL: "http://localhost", Token: "CA/NARY", Transport: told{strings.NewReader(`{"status":"ok","version":"1","timestamp":"CA\/NARY"}`)}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.Health(t.Context()); err == nil || strings.Contains(err.Error(), "NARY") {
			t.Errorf("err = %v, want one without the token", err)
		}
	})
}
