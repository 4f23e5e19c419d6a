package client_test

import (
	"bytes"
	"io"
	"net/http"
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
// cut into pieces.
func TestTokenIsMasked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[ab]{12,16}`).Draw(t, "token")
		var text bytes.Buffer
		for range rapid.IntRange(0, 600).Draw(t, "pieces") {
			if rapid.Bool().Draw(t, "token next") {
				text.WriteString(token)
			} else {
				text.WriteString(rapid.StringMatching(`[ab]{0,40}`).Draw(t, "text"))
			}
		}
		want := bytes.ReplaceAll(text.Bytes(), []byte(token), []byte("[set]"))
		var r io.Reader = &text
		if rapid.Bool().Draw(t, "by single bytes") {
			r = iotest.OneByteReader(r)
		}
		c, err := client.New(client.Options{BaseURL: "http://localhost", Token: token, Transport: told{r}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: "/agents"})
		if err != nil || !bytes.Equal(got.Body, want) {
			t.Fatalf("got %q, %v\nwant %q", got.Body, err, want)
		}
	})
}
