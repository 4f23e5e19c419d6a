package provider_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// TestRequests compares what is sent with what the APIs document.
func TestRequests(t *testing.T) {
	t.Parallel()
	schema := object{"type": "object", "properties": object{"city": object{"type": "string"}}}
	none := object{"type": "object", "properties": object{}}
	for name, tc := range map[string]struct {
		format  string
		request provider.Request
		path    string
		header  map[string]string
		want    object
	}{
		"openai, short": {
			format: "openai", request: hello(), path: "/v1/chat/completions",
			header: map[string]string{"Authorization": "Bearer " + secret, "Content-Type": "application/json", "User-Agent": "symbi-ctl"},
			want:   object{"model": "gpt-4o", "stream": false, "messages": []any{object{"role": "user", "content": "hello"}}},
		},
		"openrouter, short": {
			format: "openrouter", request: hello(), path: "/v1/chat/completions",
			header: map[string]string{"Authorization": "Bearer " + secret},
			want:   object{"model": "anthropic/claude-sonnet-4", "stream": false, "messages": []any{object{"role": "user", "content": "hello"}}},
		},
		"openai, a model that reasons": {
			format: "openai", request: func() provider.Request { r := hello(); r.Model, r.MaxTokens = "gpt-5-mini", 9; return r }(),
			path: "/v1/chat/completions",
			want: object{"model": "gpt-5-mini", "stream": false, "max_completion_tokens": 9.0, "messages": []any{object{"role": "user", "content": "hello"}}},
		},
		"openai, tools": {
			format: "openai", request: tools(), path: "/v1/chat/completions",
			want: object{
				"model": "m-2", "stream": false, "max_tokens": 77.0, "temperature": 1e-45,
				"messages": []any{
					object{"role": "system", "content": "Be brief."},
					object{"role": "user", "content": "weather?"},
					object{"role": "assistant", "content": "I look.", "tool_calls": []any{
						object{"id": "a", "type": "function", "function": object{"name": "get_weather", "arguments": `{"city":"Paris"}`}},
						object{"id": "b", "type": "function", "function": object{"name": "get_time", "arguments": `{broken`}},
					}},
					object{"role": "tool", "tool_call_id": "a", "content": "(no output)"},
					object{"role": "tool", "tool_call_id": "b", "content": "Error: no clock"},
				},
				"tools": []any{
					object{"type": "function", "function": object{"name": "get_weather", "description": "The weather.", "parameters": schema}},
					object{"type": "function", "function": object{"name": "get_time", "parameters": none}},
				},
				"response_format": object{"type": "json_schema", "json_schema": object{"name": "answer", "schema": object{"type": "object"}, "strict": false}},
			},
		},
		"anthropic, short": {
			format: "anthropic", request: hello(), path: "/v1/messages",
			header: map[string]string{"X-Api-Key": secret, "Anthropic-Version": "2023-06-01", "Authorization": "", "Content-Type": "application/json"},
			want: object{
				"model": "claude-sonnet-4-20250514", "max_tokens": 4096.0,
				"messages": []any{object{"role": "user", "content": []any{object{"type": "text", "text": "hello"}}}},
			},
		},
		"anthropic, tools": {
			format: "anthropic", request: tools(), path: "/v1/messages",
			want: object{
				"model": "m-2", "max_tokens": 77.0, "temperature": 0.0,
				"system": "Be brief.\n\nAnswer with one JSON object and nothing else. It has to fit this JSON Schema:\n{\"type\":\"object\"}",
				"messages": []any{
					object{"role": "user", "content": []any{object{"type": "text", "text": "weather?"}}},
					object{"role": "assistant", "content": []any{
						object{"type": "text", "text": "I look."},
						object{"type": "tool_use", "id": "a", "name": "get_weather", "input": object{"city": "Paris"}},
						object{"type": "tool_use", "id": "b", "name": "get_time", "input": object{"INVALID_JSON": "{broken"}},
					}},
					object{"role": "user", "content": []any{
						object{"type": "tool_result", "tool_use_id": "a"},
						object{"type": "tool_result", "tool_use_id": "b", "content": "no clock", "is_error": true},
					}},
				},
				"tools": []any{
					object{"name": "get_weather", "description": "The weather.", "input_schema": schema},
					object{"name": "get_time", "input_schema": none},
				},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := formats()[tc.format]
			var got object
			var path string
			var header http.Header
			h, _ := serve(t, f.make, func(w http.ResponseWriter, r *http.Request) {
				got, path, header = received(t, r), r.Method+" "+r.URL.Path, r.Header
				answer(http.StatusOK, f.hello)(w, r)
			})
			if _, err := h.Complete(t.Context(), tc.request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("POST "+tc.path, path); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			for name, want := range tc.header {
				if diff := cmp.Diff(want, header.Get(name)); diff != "" {
					t.Errorf("header %s: %s", name, diff)
				}
			}
		})
	}
}

// TestReplies reads good answers.
func TestReplies(t *testing.T) {
	t.Parallel()
	choice := func(message, reason string) string {
		return `{"model":"m-1","choices":[{"message":` + message + `,"finish_reason":` + reason + `}],"usage":{"prompt_tokens":3,"completion_tokens":1}}`
	}
	message := func(content, reason string) string {
		return `{"type":"message","model":"m-1","content":` + content + `,"stop_reason":"` + reason + `","usage":{"input_tokens":1,"cache_read_input_tokens":2,"output_tokens":1}}`
	}
	usage := greeting().Usage
	for name, tc := range map[string]struct {
		format, body string
		want         provider.Response
	}{
		"openai":                   {"openai", openAIHello, greeting()},
		"openai, blanks around":    {"openai", "\n " + openAIHello + "\n", greeting()},
		"openai, parts":            {"openai", choice(`{"content":[{"type":"text","text":"h"},{"type":"text","text":"i"}]}`, `"stop"`), greeting()},
		"openai, unknown reason":   {"openai", choice(`{"content":"hi"}`, `"eos"`), greeting()},
		"openai, no reason":        {"openai", choice(`{"content":"hi"}`, `null`), greeting()},
		"openai, cut":              {"openai", choice(`{"content":"h"}`, `"length"`), provider.Response{Content: "h", FinishReason: provider.MaxTokens, Usage: usage, Model: "m-1"}},
		"openai, filtered":         {"openai", choice(`{"content":null}`, `"content_filter"`), provider.Response{FinishReason: provider.ContentFilter, Usage: usage, Model: "m-1"}},
		"openai, refusal":          {"openai", choice(`{"content":null,"refusal":"no"}`, `"stop"`), provider.Response{Content: "no", FinishReason: provider.ContentFilter, Usage: usage, Model: "m-1"}},
		"openai, model is missing": {"openai", `{"choices":[{"message":{"content":"hi"}}]}`, provider.Response{Content: "hi", FinishReason: provider.Stop, Model: "gpt-4o"}},
		"openai, impossible usage": {
			"openai", `{"model":"m-1","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":-5,"completion_tokens":9007199254740993,"total_tokens":0}}`,
			provider.Response{Content: "hi", FinishReason: provider.Stop, Model: "m-1", Usage: provider.Usage{CompletionTokens: 1 << 29, TotalTokens: 1 << 29}},
		},
		"openai, calls that say stop, with bad IDs": {
			"openai", choice(`{"content":"","tool_calls":[{"id":"","function":{"name":"a","arguments":"{}"}},{"id":"x","function":{"name":"b","arguments":"{"}},{"id":"x","function":{"name":"c"}}]}`, `"stop"`),
			provider.Response{FinishReason: provider.ToolCalls, Usage: usage, Model: "m-1", ToolCalls: []provider.ToolCall{
				{ID: "call_1_1", Name: "a", Arguments: "{}"}, {ID: "x", Name: "b", Arguments: "{"}, {ID: "call_1_3", Name: "c"},
			}},
		},
		"anthropic":         {"anthropic", anthropicHello, greeting()},
		"anthropic, cut":    {"anthropic", message(`[{"type":"text","text":"h"}]`, "max_tokens"), provider.Response{Content: "h", FinishReason: provider.MaxTokens, Usage: usage, Model: "m-1"}},
		"anthropic, window": {"anthropic", message(`[]`, "model_context_window_exceeded"), provider.Response{FinishReason: provider.MaxTokens, Usage: usage, Model: "m-1"}},
		"anthropic, no":     {"anthropic", message(`[{"type":"text","text":"no"}]`, "refusal"), provider.Response{Content: "no", FinishReason: provider.ContentFilter, Usage: usage, Model: "m-1"}},
		"anthropic, other blocks": {
			"anthropic", message(`[{"type":"thinking","thinking":"..","signature":"s"},{"type":"text","text":"h"},{"type":"server_tool_result","content":[1]},{"type":"text","text":"i"}]`, "end_turn"),
			greeting(),
		},
		"anthropic, calls": {
			"anthropic", message(`[{"type":"text","text":"hi"},{"type":"tool_use","id":"t1","name":"a","input":{"n": 12345678901234567890}},{"type":"tool_use","id":"t2","name":"b"}]`, "tool_use"),
			provider.Response{Content: "hi", FinishReason: provider.ToolCalls, Usage: usage, Model: "m-1", ToolCalls: []provider.ToolCall{
				{ID: "t1", Name: "a", Arguments: `{"n":12345678901234567890}`}, {ID: "t2", Name: "b", Arguments: "{}"},
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := serve(t, formats()[tc.format].make, answer(http.StatusOK, tc.body))
			got, err := h.Complete(t.Context(), hello())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestIDsStayUnique: a server that counts its calls from one in each turn.
func TestIDsStayUnique(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, provider.NewOpenAI, answer(http.StatusOK, `{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"x","arguments":"{}"}}]}}]}`))
	got, err := h.Complete(t.Context(), tools())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]provider.ToolCall{{ID: "call_2_1", Name: "x", Arguments: "{}"}}, got.ToolCalls); diff != "" {
		t.Error(diff)
	}
}
