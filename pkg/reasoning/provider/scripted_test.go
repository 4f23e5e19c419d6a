package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

func script(t *testing.T, transcript string) *provider.Scripted {
	t.Helper()
	s, err := provider.NewScripted([]byte(transcript), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestScripted tells a whole conversation, tools and errors included.
func TestScripted(t *testing.T) {
	t.Parallel()
	transcript, err := os.ReadFile("testdata/weather.json")
	if err != nil {
		t.Fatal(err)
	}
	s := script(t, string(transcript))
	if s.Name() != "scripted" || s.Model() != "weather-1" {
		t.Errorf("want scripted weather-1, got %s %s", s.Name(), s.Model())
	}
	r := provider.Request{System: "You are a guide.", Messages: []provider.Message{{Role: provider.User, Content: "What is the weather in Paris?"}}}
	first, err := s.Complete(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := provider.Response{
		Content: "I look it up.", FinishReason: provider.ToolCalls, Model: "weather-1",
		ToolCalls: []provider.ToolCall{
			{ID: "call_1_1", Name: "get_weather", Arguments: `{"city":"Paris"}`},
			{ID: "clock", Name: "get_time", Arguments: `{"zone":`},
		},
		Usage: provider.Usage{PromptTokens: 10, CompletionTokens: 8, TotalTokens: 18},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	r.Messages = append(r.Messages, first.Message(),
		provider.Message{Role: provider.ToolRole, ToolCallID: "call_1_1", Content: "sunny"},
		provider.Message{Role: provider.ToolRole, ToolCallID: "clock", Content: "unknown zone", ToolError: true})
	second, err := s.Complete(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want = provider.Response{Content: "It is sunny.", FinishReason: provider.Stop, Model: "weather-1", Usage: provider.Usage{PromptTokens: 100, CompletionTokens: 5, TotalTokens: 105}}
	if diff := cmp.Diff(want, second); diff != "" {
		t.Error(diff)
	}
}

// TestMatching gives each request a transcript whose last reply says no.
func TestMatching(t *testing.T) {
	t.Parallel()
	user := func(text string) provider.Message { return provider.Message{Role: provider.User, Content: text} }
	said := func(text string) provider.Message { return provider.Message{Role: provider.Assistant, Content: text} }
	called := provider.Message{Role: provider.Assistant, ToolCalls: []provider.ToolCall{{ID: "a", Name: "n"}}}
	result := provider.Message{Role: provider.ToolRole, ToolCallID: "a", Content: "r"}
	for name, tc := range map[string]struct {
		when     string
		system   string
		messages []provider.Message
		want     string
	}{
		"nothing asked":         {`{}`, "", []provider.Message{user("x")}, "yes"},
		"first turn":            {`{"turn":1}`, "", []provider.Message{user("x")}, "yes"},
		"not the second":        {`{"turn":2}`, "", []provider.Message{user("x")}, "no"},
		"second turn":           {`{"turn":2}`, "", []provider.Message{user("x"), said("y"), user("z")}, "yes"},
		"part":                  {`{"user":"eather"}`, "", []provider.Message{user("weather")}, "yes"},
		"case counts":           {`{"user":"Weather"}`, "", []provider.Message{user("weather")}, "no"},
		"last message counts":   {`{"user":"x"}`, "", []provider.Message{user("x"), said("y"), user("z")}, "no"},
		"before the result":     {`{"user":"x"}`, "", []provider.Message{user("x"), called, result}, "yes"},
		"system":                {`{"system":"guide"}`, "a guide", []provider.Message{user("x")}, "yes"},
		"other system":          {`{"system":"guide"}`, "", []provider.Message{user("x")}, "no"},
		"results":               {`{"tool_results":true}`, "", []provider.Message{user("x"), called, result}, "yes"},
		"no results":            {`{"tool_results":true}`, "", []provider.Message{user("x")}, "no"},
		"results unwanted":      {`{"tool_results":false}`, "", []provider.Message{user("x"), called, result}, "no"},
		"all have to fit":       {`{"turn":1,"user":"x","system":"s","tool_results":false}`, "s", []provider.Message{user("x")}, "yes"},
		"all but one fit":       {`{"turn":1,"user":"x","system":"t","tool_results":false}`, "s", []provider.Message{user("x")}, "no"},
		"after results, a user": {`{"tool_results":false}`, "", []provider.Message{user("x"), called, result, user("y")}, "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := script(t, `{"replies":[{"when":`+tc.when+`,"content":"yes"},{"content":"no"}]}`)
			got, err := s.Complete(t.Context(), provider.Request{System: tc.system, Messages: tc.messages})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got.Content); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRepeat: a reply is used up, by one caller or by many.
func TestRepeat(t *testing.T) {
	t.Parallel()
	s := script(t, `{"replies":[{"repeat":50,"content":"a"},{"repeat":1,"content":"b"}]}`)
	var mu sync.Mutex
	got := map[string]int{}
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			r, err := s.Complete(t.Context(), hello())
			if err != nil {
				r.Content = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			got[r.Content]++
		})
	}
	all.Wait()
	want := map[string]int{"a": 50, "b": 1, `scripted: no reply of the transcript is left for turn 1, the user's last message being "hello"`: 9}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestScriptedErrors: they arrive as those of a server do.
func TestScriptedErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]provider.Error{
		`{"kind":"rate_limited","message":"slow down","retry_after":"2s","status":429,"code":"c"}`: {
			Kind: provider.RateLimited, Message: "slow down", RetryAfter: 2 * time.Second, Status: 429, Code: "c", Retryable: true,
		},
		`{"kind":"unavailable"}`:                     {Kind: provider.Unavailable, Retryable: true},
		`{"kind":"unavailable","retryable":false}`:   {Kind: provider.Unavailable},
		`{"kind":"auth","message":"wrong"}`:          {Kind: provider.Auth, Message: "wrong"},
		`{"kind":"refused"}`:                         {Kind: provider.Refused},
		`{"kind":"invalid"}`:                         {Kind: provider.Invalid},
		`{"kind":"bad_reply"}`:                       {Kind: provider.BadReply},
		`{"kind":"rate_limited","retry_after":"0s"}`: {Kind: provider.RateLimited, Retryable: true},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			want.Provider = "scripted"
			if diff := cmp.Diff(want, fault(t, script(t, `{"replies":[{"error":`+text+`}]}`))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDelay: by the given clock, by a timer, and never after the end of ctx.
func TestDelay(t *testing.T) {
	t.Parallel()
	const transcript = `{"replies":[{"delay":"20s","content":"a"}]}`
	p := new(pauses)
	s, err := provider.NewScripted([]byte(transcript), p.wait)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Complete(t.Context(), hello()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]time.Duration{20 * time.Second}, p.taken()); diff != "" {
		t.Error(diff)
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := script(t, transcript).Complete(t.Context(), hello()); err != nil || time.Since(start) != 20*time.Second {
			t.Errorf("want 20s, got %v, %v", time.Since(start), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 {
			if _, err := script(t, transcript).Complete(ctx, hello()); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("want the deadline, got %v", err)
			}
		}
	})
}

// TestEcho needs no transcript.
func TestEcho(t *testing.T) {
	t.Parallel()
	e := provider.NewEcho()
	got, err := e.Complete(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	want := provider.Response{Content: "hello", FinishReason: provider.Stop, Model: "echo", Usage: provider.Usage{PromptTokens: 1, CompletionTokens: 1, TotalTokens: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r := tools()
	if got, err = e.Complete(t.Context(), r); err != nil || got.Content != "no clock" || got.Model != "m-2" {
		t.Errorf("want the tool's last words, and the model that was asked for, got %+v, %v", got, err)
	}
}

// TestBadTranscripts: each fault is named with its place.
func TestBadTranscripts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:              "the text ends where a value should be (byte 0)",
		`[]`:            "want an object, got an array",
		`{}`:            "replies: the member is missing",
		`{"replys":[]}`: "replys: unknown member",
		`{"replies":[{"contnt":"x","usage":{}}]}`: "replies[0].contnt: unknown member",
		`{"replies":{}}`:                                                "replies: want an array, got an object",
		`{"replies":[],"replies":[]}`:                                   "replies: the member occurs twice",
		`{"model":"","replies":[]}`:                                     "model: is empty",
		`{"replies":[5]}`:                                               "replies[0]: want an object, got a number",
		`{"replies":[{}]}`:                                              "replies[0]: has none of content, tool_calls, echo and error",
		`{"replies":[{"echo":false}]}`:                                  "replies[0]: has none of content, tool_calls, echo and error",
		`{"replies":[{"echo":true,"content":"x"}]}`:                     "replies[0]: echo and error stand alone, without content and tool_calls",
		`{"replies":[{"error":{"kind":"auth"},"content":""}]}`:          "replies[0]: echo and error stand alone, without content and tool_calls",
		`{"replies":[{"Content":"x","content":"y"}]}`:                   `replies[0].Content: the name differs from "content" only in case (and 1 more)`,
		`{"replies":[{"contents":"x","content":"y"}]}`:                  "replies[0].contents: unknown member",
		`{"replies":[{"content":5}]}`:                                   "replies[0].content: want a string, got a number (and 1 more)",
		`{"replies":[{"content":"x","when":{"turn":0}}]}`:               "replies[0].when.turn: want 1 to 1048576",
		`{"replies":[{"content":"x","when":{"turns":1}}]}`:              "replies[0].when.turns: unknown member",
		`{"replies":[{"content":"x","repeat":-1}]}`:                     "replies[0].repeat: want 1 to 1048576",
		`{"replies":[{"content":"x","delay":"5"}]}`:                     "replies[0].delay: want a time as in 250ms or 2s, at most 1h0m0s",
		`{"replies":[{"content":"x","delay":"-5s"}]}`:                   "replies[0].delay: want a time as in 250ms or 2s, at most 1h0m0s",
		`{"replies":[{"content":"x","delay":"61m"}]}`:                   "replies[0].delay: want a time as in 250ms or 2s, at most 1h0m0s",
		`{"replies":[{"content":"x","finish_reason":"end"}]}`:           "replies[0].finish_reason: want one of [stop tool_calls max_tokens content_filter]",
		`{"replies":[{"content":"x","usage":{"prompt_tokens":-1}}]}`:    "replies[0].usage.prompt_tokens: want 0 to 536870912",
		`{"replies":[{"tool_calls":[{"name":"a b"}]}]}`:                 "replies[0].tool_calls[0].name: want letters, digits, _ and -, at most 64",
		`{"replies":[{"tool_calls":[{"name":"a","arguments":[]}]}]}`:    "replies[0].tool_calls[0].arguments: want an object or text",
		`{"replies":[{"error":{}}]}`:                                    "replies[0].error.kind: the member is missing (and 1 more)",
		`{"replies":[{"error":{"kind":"odd"}}]}`:                        "replies[0].error.kind: want one of [rate_limited auth unavailable invalid refused bad_reply]",
		`{"replies":[{"error":{"kind":"auth","status":42}}]}`:           "replies[0].error.status: want 100 to 599",
		`{"replies":[{"error":{"kind":"auth","retry_after":"1000h"}}]}`: "replies[0].error.retry_after: want a time as in 250ms or 2s, at most 24h0m0s",
		`{"replies":[{"content":"x"}]} x`:                               "something follows the value (byte 30)",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, err := provider.NewScripted([]byte(text), nil)
			if err == nil {
				t.Fatalf("want %q, got no error", want)
			}
			if diff := cmp.Diff("read the transcript: "+want, err.Error()); diff != "" {
				t.Error(diff)
			}
			if _, ok := errors.AsType[strictjson.Errors](err); !ok {
				t.Errorf("want a list of faults, got %T", err)
			}
		})
	}
}

// TestCallersOwnTheAnswer: who changes an answer does not change the transcript.
func TestCallersOwnTheAnswer(t *testing.T) {
	t.Parallel()
	s := script(t, `{"replies":[{"tool_calls":[{"name":"a"}]}]}`)
	for range 2 {
		got, err := s.Complete(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]provider.ToolCall{{ID: "call_1_1", Name: "a", Arguments: "{}"}}, got.ToolCalls); diff != "" {
			t.Fatal(diff)
		}
		got.ToolCalls[0].Name = "changed"
	}
}

// TestWireNames: the embedded runtime and journals use these names.
func TestWireNames(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(provider.Response{ToolCalls: []provider.ToolCall{{ID: "i", Name: "n", Arguments: "{}"}}, FinishReason: provider.ToolCalls, Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"content":"","tool_calls":[{"id":"i","name":"n","arguments":"{}"}],"finish_reason":"tool_calls","usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0},"model":"m"}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
