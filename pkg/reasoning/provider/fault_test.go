package provider_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// fault is the error of a completion that has to fail with one of ours.
func fault(t *testing.T, h provider.Provider) provider.Error {
	t.Helper()
	_, err := h.Complete(t.Context(), hello())
	got, ok := errors.AsType[*provider.Error](err)
	if !ok {
		t.Fatalf("want an *Error, got %v", err)
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the key is in the error: %v", err)
	}
	return *got
}

// TestFaults sends every kind of error in the forms that providers use.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		header string // value of Retry-After
		body   string
		want   provider.Error
	}{
		"openai form":      {401, "", `{"error":{"message":"Incorrect API key provided: ` + secret + `.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, provider.Error{Kind: provider.Auth, Code: "invalid_api_key", Message: "Incorrect API key provided: [key]."}},
		"anthropic form":   {401, "", `{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}`, provider.Error{Kind: provider.Auth, Code: "authentication_error", Message: "invalid x-api-key"}},
		"openrouter form":  {429, "7", `{"error":{"code":429,"message":"slow down"}}`, provider.Error{Kind: provider.RateLimited, Message: "slow down", Retryable: true, RetryAfter: 7 * time.Second}},
		"text":             {404, "", `{"error":"model \"x\" not found"}`, provider.Error{Kind: provider.Invalid, Message: `model "x" not found`}},
		"detail":           {422, "", `{"detail":"no such field"}`, provider.Error{Kind: provider.Invalid, Message: "no such field"}},
		"html":             {403, "", `<html>no</html>`, provider.Error{Kind: provider.Auth, Message: "the answer has no message"}},
		"nothing":          {500, "", ``, provider.Error{Kind: provider.Unavailable, Message: "the answer has no message", Retryable: true}},
		"permission":       {403, "", `{"error":{"type":"permission_error","message":"m"}}`, provider.Error{Kind: provider.Auth, Code: "permission_error", Message: "m"}},
		"moderation":       {403, "", `{"error":{"code":403,"message":"flagged","metadata":{"reasons":["violence"]}}}`, provider.Error{Kind: provider.Refused, Message: "flagged"}},
		"policy":           {400, "", `{"error":{"message":"m","type":"invalid_request_error","code":"content_policy_violation"}}`, provider.Error{Kind: provider.Refused, Code: "content_policy_violation", Message: "m"}},
		"law":              {451, "", `{}`, provider.Error{Kind: provider.Refused, Message: "the answer has no message"}},
		"quota":            {429, "1", `{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}`, provider.Error{Kind: provider.RateLimited, Code: "insufficient_quota", Message: "m", RetryAfter: time.Second}},
		"credits":          {402, "", `{"error":{"code":402,"message":"m"}}`, provider.Error{Kind: provider.RateLimited, Message: "m"}},
		"too large":        {413, "", `{"error":{"type":"request_too_large","message":"m"}}`, provider.Error{Kind: provider.Invalid, Code: "request_too_large", Message: "m"}},
		"timeout":          {408, "", `{}`, provider.Error{Kind: provider.Unavailable, Message: "the answer has no message", Retryable: true}},
		"not implemented":  {501, "", `{}`, provider.Error{Kind: provider.Invalid, Message: "the answer has no message"}},
		"overloaded":       {529, "", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, provider.Error{Kind: provider.Unavailable, Code: "overloaded_error", Message: "Overloaded", Retryable: true}},
		"unavailable":      {503, "0.5", `{"message":"m"}`, provider.Error{Kind: provider.Unavailable, Message: "m", Retryable: true, RetryAfter: 500 * time.Millisecond}},
		"retry never":      {429, "99999999999", `{}`, provider.Error{Kind: provider.RateLimited, Message: "the answer has no message", Retryable: true, RetryAfter: 24 * time.Hour}},
		"retry nonsense":   {429, "-3", `{}`, provider.Error{Kind: provider.RateLimited, Message: "the answer has no message", Retryable: true}},
		"redirect":         {307, "", ``, provider.Error{Kind: provider.Invalid, Message: "the answer is a redirect, and none is followed: the base URL is not the address of the API"}},
		"long and hostile": {400, "", `{"error":{"message":"` + strings.Repeat("é", 1500) + `"}}`, provider.Error{Kind: provider.Invalid, Message: strings.Repeat("é", 1000) + "…"}},
		"huge":             {400, "", strings.Repeat("x", 1<<20), provider.Error{Kind: provider.Invalid, Message: "the answer has no message"}},
		"odd members":      {400, "", `{"error":{"message":{"a":1},"type":5,"code":[]}}`, provider.Error{Kind: provider.Invalid, Message: "the answer has no message"}},
	} {
		for wire, f := range formats() {
			t.Run(name+", "+wire, func(t *testing.T) {
				t.Parallel()
				h, _ := serve(t, f.make, func(w http.ResponseWriter, r *http.Request) {
					if tc.header != "" {
						w.Header().Set("Retry-After", tc.header)
					}
					w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
					answer(tc.status, tc.body)(w, r)
				})
				want := tc.want
				want.Provider, want.Status = wire, tc.status
				if diff := cmp.Diff(want, fault(t, h)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestBadReplies: status 200, and yet no answer.
func TestBadReplies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"html":        {"<!doctype html><p>Please log in", `the answer is not a JSON object (content type "text/html; charset=utf-8")`},
		"nothing":     {"", `the answer is not a JSON object (content type "")`},
		"array":       {"[]", "is not a JSON object"},
		"events":      {"data: {}\n\n", "is not a JSON object"},
		"cut":         {`{"choices":[{"message":{"con`, "is not a JSON object"},
		"two":         {`{}{}`, "is not a JSON object"},
		"too deep":    {`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, "is not a JSON object"},
		"empty":       {`{}`, ""},
		"null":        {`{"choices":null,"content":null}`, ""},
		"other types": {`{"choices":[{"message":{"content":5}}],"type":"message","content":7}`, "the answer does not have the form"},
		"other place": {`{"choices":{},"type":"completion"}`, "the answer does not have the form"},
		"usage":       {`{"choices":[{}],"usage":{"prompt_tokens":1e99},"type":"message","content":[],"stop_reason":1}`, "the answer does not have the form"},
		"tool":        {`{"choices":[{"message":{"tool_calls":[{"id":"1","function":{"name":"rm -rf /"}}]}}],"type":"message","content":[{"type":"tool_use","name":""}]}`, "the answer calls a tool without a proper name"},
	} {
		for wire, f := range formats() {
			t.Run(name+", "+wire, func(t *testing.T) {
				t.Parallel()
				h, p := serve(t, f.make, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tc.body) })
				got := fault(t, h)
				want := provider.Error{Kind: provider.BadReply, Provider: wire, Status: http.StatusOK}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(got, "Message", "Err")); diff != "" {
					t.Error(diff)
				}
				if !strings.Contains(got.Message, tc.want) {
					t.Errorf("want a message with %q, got %q", tc.want, got.Message)
				}
				if len(p.taken()) > 0 {
					t.Error("an answer that may have cost money was asked for again")
				}
			})
		}
	}
}

// TestErrorWithStatus200 is what OpenRouter does.
func TestErrorWithStatus200(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body string
		want provider.Error
	}{
		"limit":     {`{"error":{"code":429,"message":"slow"}}`, provider.Error{Kind: provider.RateLimited, Status: 429, Message: "slow", Retryable: true}},
		"no number": {`{"error":{"message":"odd"},"choices":[]}`, provider.Error{Kind: provider.Unavailable, Status: 502, Message: "odd", Retryable: true}},
		"number":    {`{"error":{"code":7,"message":"odd"}}`, provider.Error{Kind: provider.Unavailable, Status: 502, Message: "odd", Retryable: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := serve(t, provider.NewOpenRouter, answer(http.StatusOK, tc.body))
			tc.want.Provider = "openrouter"
			if diff := cmp.Diff(tc.want, fault(t, h)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCaps: no answer makes us take more than the cap, packed or not.
func TestCaps(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.Copy(z, io.LimitReader(blanks{}, 4<<20))
	_ = z.Close()
	for name, handler := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, blanks{}) },
		"packed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			h, _ := at(t, provider.NewOpenAI, provider.Options{BaseURL: server.URL, MaxReply: 1 << 16})
			want := provider.Error{Kind: provider.BadReply, Provider: "openai", Status: 200, Message: "the answer has more than 65536 bytes"}
			if diff := cmp.Diff(want, fault(t, h)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestBrokenConnections: what was sent may have been worked on, so that nothing
// is asked twice.
func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"at once": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"in the body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			_, _ = io.WriteString(w, "{")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			h, p := serve(t, provider.NewAnthropic, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				handler(w, r)
			})
			got := fault(t, h)
			if got.Kind != provider.Unavailable || !got.Retryable || got.Err == nil {
				t.Errorf("want unavailable, retryable and a cause, got %+v", got)
			}
			if asked.Load() != 1 || len(p.taken()) > 0 {
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

// TestProxy: requests go through the proxy, and the limits of the network hold
// there too.
func TestProxy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header int // bytes
		kind   provider.Kind
	}{
		"an answer":   {10, provider.Auth},
		"long header": {100 << 10, provider.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Host == "127.0.0.1:1" {
					asked.Add(1)
				}
				w.Header().Set("X-Long", strings.Repeat("x", tc.header))
				w.WriteHeader(http.StatusUnauthorized)
			}))
			t.Cleanup(proxy.Close)
			through, err := url.Parse(proxy.URL)
			if err != nil {
				t.Fatal(err)
			}
			h, _ := at(t, provider.NewOpenAI, provider.Options{BaseURL: "http://127.0.0.1:1/v1", Proxy: http.ProxyURL(through)})
			if got := fault(t, h); got.Kind != tc.kind || asked.Load() != 1 {
				t.Errorf("asked the proxy %d times, got %+v; want once and %s", asked.Load(), got, tc.kind)
			}
		})
	}
}

// TestRepeats: only what cannot have been worked on is asked again.
func TestRepeats(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		statuses   []int // of the answers; after them comes a good one
		retryAfter string
		retries    int
		asked      int
		kind       provider.Kind // "" is success
	}{
		"limit":              {[]int{429}, "", 0, 2, ""},
		"limit twice":        {[]int{429, 429}, "", 0, 3, ""},
		"limit three times":  {[]int{429, 429, 429}, "", 0, 3, provider.RateLimited},
		"more retries":       {[]int{429, 503, 529, 429}, "", 4, 5, ""},
		"no retries":         {[]int{429}, "", -1, 1, provider.RateLimited},
		"overloaded":         {[]int{503, 529}, "", 0, 3, ""},
		"broken":             {[]int{500}, "", 0, 1, provider.Unavailable},
		"bad gateway":        {[]int{502}, "", 0, 1, provider.Unavailable},
		"gateway timeout":    {[]int{504}, "", 0, 1, provider.Unavailable},
		"wrong key":          {[]int{401}, "", 0, 1, provider.Auth},
		"longer than we do":  {[]int{429}, "61", 0, 1, provider.RateLimited},
		"as long as we do":   {[]int{429}, "60", 0, 2, ""},
		"a date":             {[]int{429}, "Wed, 25 Nov 2026 00:00:09 GMT", 0, 2, ""},
		"a date that passed": {[]int{429}, "Wed, 25 Nov 2026 00:00:00 GMT", 0, 2, ""},
	} {
		for wire, f := range formats() {
			t.Run(name+", "+wire, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				var bodies [8]object
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					n := int(asked.Add(1))
					bodies[n-1] = received(t, r)
					if n > len(tc.statuses) {
						answer(http.StatusOK, f.hello)(w, r)
						return
					}
					w.Header().Set("Date", "Wed, 25 Nov 2026 00:00:03 GMT")
					if tc.retryAfter != "" {
						w.Header().Set("Retry-After", tc.retryAfter)
					}
					answer(tc.statuses[n-1], `{"error":{"message":"m"}}`)(w, r)
				}))
				t.Cleanup(server.Close)
				h, p := at(t, f.make, provider.Options{BaseURL: server.URL, Retries: tc.retries})
				_, err := h.Complete(t.Context(), hello())
				var kind provider.Kind
				if got, ok := errors.AsType[*provider.Error](err); ok {
					kind = got.Kind
				} else if err != nil {
					t.Fatal(err)
				}
				if kind != tc.kind || int(asked.Load()) != tc.asked || len(p.taken()) != tc.asked-1 {
					t.Errorf("want %q after %d requests, got %q after %d, waiting for %v", tc.kind, tc.asked, kind, asked.Load(), p.taken())
				}
				for i := 1; i < tc.asked; i++ {
					if diff := cmp.Diff(bodies[0], bodies[i]); diff != "" {
						t.Errorf("request %d differs: %s", i+1, diff)
					}
				}
				if tc.retryAfter == "Wed, 25 Nov 2026 00:00:09 GMT" && p.taken()[0] != 6*time.Second {
					t.Errorf("want a pause of 6s, by the provider's clock, got %v", p.taken())
				}
			})
		}
	}
}

// TestNobodyListens: no connection, so it is asked again, and then said.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	h, p := at(t, provider.NewOpenAI, provider.Options{BaseURL: "http://" + l.Addr().String()})
	got := fault(t, h)
	if got.Kind != provider.Unavailable || !got.Retryable || got.Status != 0 || len(p.taken()) != 2 {
		t.Errorf("want unavailable after two pauses, got %+v after %v", got, p.taken())
	}
}

// TestMissingVersion: the commonest mistake in a base URL has its own words.
func TestMissingVersion(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	h, _ := at(t, provider.NewAnthropic, provider.Options{BaseURL: server.URL + "/"})
	want := "anthropic: 404 Not Found: (is /v1 missing at the end of the base URL?)"
	got := fault(t, h)
	if diff := cmp.Diff(want, got.Error()); diff != "" {
		t.Error(diff)
	}
}

// TestContextEnds: the cause of the end is the error, at each place.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	because := errors.New("the operator stopped it")
	for name, tc := range map[string]struct {
		handler func(stop func(), w http.ResponseWriter)
		asked   int32
	}{
		"before the answer": {func(stop func(), _ http.ResponseWriter) { stop() }, 1},
		"in the answer": {func(stop func(), w http.ResponseWriter) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			stop()
		}, 1},
		"in the pause": {func(_ func(), w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, 1},
	} {
		for wire, f := range formats() {
			t.Run(name+", "+wire, func(t *testing.T) {
				t.Parallel()
				ctx, stop := context.WithCancelCause(t.Context())
				defer stop(nil)
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					tc.handler(func() { stop(because); <-r.Context().Done() }, w)
				}))
				t.Cleanup(server.Close)
				h, _ := at(t, f.make, provider.Options{BaseURL: server.URL, Wait: func(ctx context.Context, _ time.Duration) error {
					stop(because)
					return context.Cause(ctx)
				}})
				_, err := h.Complete(ctx, hello())
				if !errors.Is(err, because) {
					t.Errorf("want the cause of the end, got %v", err)
				}
			})
		}
	}
}

// TestSlow: a server that never answers is left when the time is up.
func TestSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		h, err := provider.NewOpenAI(provider.Options{Key: provider.NewKey(secret), Transport: never{}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Complete(ctx, hello()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("want the deadline, got %v", err)
		}
	})
}

type never struct{}

func (never) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestPause: without a Wait of the caller the pauses are real, and ctx ends them.
func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := provider.NewOpenAI(provider.Options{Key: provider.NewKey(secret), Transport: limited{}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = h.Complete(t.Context(), hello())
		if took := time.Since(start); took != 40*time.Second {
			t.Errorf("want two pauses of 20s, got %v and %v", took, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err = h.Complete(ctx, hello())
		got, ok := errors.AsType[*provider.Error](err)
		if !errors.Is(err, context.DeadlineExceeded) || !ok || got.Kind != provider.RateLimited {
			t.Errorf("want the deadline and the limit, got %v", err)
		}
	})
}

type limited struct{}

func (limited) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"20"}}, Body: http.NoBody}, nil
}

// TestRedirectsKeepTheKey: nobody but the named host gets it.
func TestRedirectsKeepTheKey(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var reached atomic.Bool
			other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
			t.Cleanup(other.Close)
			h, _ := serve(t, provider.NewAnthropic, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
			if got := fault(t, h); got.Kind != provider.Invalid || reached.Load() {
				t.Errorf("want invalid and no second request, got %v", got.Kind)
			}
		})
	}
}
