package provider_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// FuzzTranscript: a transcript is refused, or answers twice the same.
func FuzzTranscript(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range seeds {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "weather")
	}
	f.Add([]byte(`{"replies":[{"echo":true}]}`), "x")
	f.Add([]byte(`{"replies":[{"error":{"kind":"auth"}}]}`), "x")
	f.Fuzz(func(t *testing.T, text []byte, user string) {
		var got [2]provider.Response
		var failed [2]string
		for i := range got {
			s, err := provider.NewScripted(text, new(pauses).wait)
			if err != nil {
				return
			}
			r := provider.Request{System: "guide", Messages: []provider.Message{{Role: provider.User, Content: user}}}
			got[i], err = s.Complete(t.Context(), r)
			if err != nil {
				failed[i] = err.Error()
				continue
			}
			checkResponse(t, got[i])
		}
		if diff := cmp.Diff(got[0], got[1]) + cmp.Diff(failed[0], failed[1]); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzReply: any status with any body is an answer that keeps its promises, or
// an error of ours without the key.
func FuzzReply(f *testing.F) {
	for _, body := range []string{
		openAIHello, anthropicHello, `{"error":{"message":"m","code":429}}`, `{"error":"x"}`, `{"detail":[]}`, "<html>", "",
		`{"choices":[{"message":{"tool_calls":[{"id":"","function":{"name":"a","arguments":"{"}}]}}]}`,
		`{"type":"message","content":[{"type":"tool_use","name":"a","input":{"a":1}}],"usage":{"input_tokens":-1}}`,
		`{"error":{"message":"` + secret + `","code":"` + secret + `"}}`,
	} {
		for _, status := range []int{200, 400, 429, 529} {
			f.Add(status, "1", []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, after string, body []byte) {
		if status < 100 || status > 999 {
			return
		}
		for wire, format := range formats() {
			h, _ := at(t, format.make, provider.Options{MaxReply: 1 << 16, Transport: fixed{status, after, body}})
			got, err := h.Complete(t.Context(), hello())
			if err == nil {
				checkResponse(t, got)
				continue
			}
			fault, ok := errors.AsType[*provider.Error](err)
			if !ok || fault.Kind == "" || fault.Provider != wire || fault.RetryAfter < 0 || fault.RetryAfter > 24*time.Hour {
				t.Fatalf("%s: %+v", wire, err)
			}
			if bytes.Contains([]byte(err.Error()), []byte(secret)) || !utf8.ValidString(fault.Message) {
				t.Fatalf("%s: the error holds the key, or is no text: %q", wire, err)
			}
		}
	})
}

// fixed answers the same each time.
type fixed struct {
	status int
	after  string
	body   []byte
}

func (f fixed) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: f.status, Header: http.Header{"Retry-After": {f.after}}, Body: io.NopCloser(bytes.NewReader(f.body))}, nil
}

func checkResponse(t *testing.T, r provider.Response) {
	t.Helper()
	ids := map[string]bool{"": true}
	for _, c := range r.ToolCalls {
		if ids[c.ID] || c.Name == "" {
			t.Fatalf("calls without names or with the same ID: %+v", r.ToolCalls)
		}
		ids[c.ID] = true
	}
	u := r.Usage
	if u.PromptTokens < 0 || u.CompletionTokens < 0 || u.TotalTokens < u.PromptTokens+u.CompletionTokens {
		t.Fatalf("usage: %+v", u)
	}
	if r.FinishReason == "" || r.Model == "" {
		t.Fatalf("no reason, or no model: %+v", r)
	}
	if len(r.ToolCalls) > 0 && r.FinishReason == provider.Stop {
		t.Fatalf("calls that stop: %+v", r)
	}
}
