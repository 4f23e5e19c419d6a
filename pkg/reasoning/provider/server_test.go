package provider_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// secret is the key in all tests; no output may hold it.
const secret = "sk-test-0123456789abcdef"

// pauses notes what would be waited for.
type pauses struct {
	mu  sync.Mutex
	all []time.Duration
}

func (p *pauses) wait(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, d)
	return ctx.Err()
}

func (p *pauses) taken() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}

// maker makes a provider of one wire format.
type maker func(provider.Options) (*provider.HTTP, error)

// serve starts a server and returns a provider that asks it.
func serve(t *testing.T, construct maker, handler http.HandlerFunc) (*provider.HTTP, *pauses) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return at(t, construct, provider.Options{BaseURL: server.URL + "/v1"})
}

func at(t *testing.T, construct maker, o provider.Options) (*provider.HTTP, *pauses) {
	t.Helper()
	p := new(pauses)
	o.Key = provider.NewKey(secret)
	if o.Wait == nil {
		o.Wait = p.wait
	}
	h, err := construct(o)
	if err != nil {
		t.Fatal(err)
	}
	return h, p
}

// answer writes body with a status.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// object is a JSON object.
type object = map[string]any

// received reads a request's body.
func received(t *testing.T, r *http.Request) object {
	t.Helper()
	var got object
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		t.Errorf("the request is no JSON object: %v", err)
	}
	return got
}

// hello is the shortest request.
func hello() provider.Request {
	return provider.Request{Messages: []provider.Message{{Role: provider.User, Content: "hello"}}}
}

// tools is a request in the second turn, after two calls of which one failed.
func tools() provider.Request {
	temperature := 0.0
	return provider.Request{
		Model: "m-2", System: "Be brief.", MaxTokens: 77, Temperature: &temperature,
		Messages: []provider.Message{
			{Role: provider.User, Content: "weather?"},
			{Role: provider.Assistant, Content: "I look.", ToolCalls: []provider.ToolCall{
				{ID: "a", Name: "get_weather", Arguments: `{"city":"Paris"}`},
				{ID: "b", Name: "get_time", Arguments: `{broken`},
			}},
			{Role: provider.ToolRole, ToolCallID: "a"},
			{Role: provider.ToolRole, ToolCallID: "b", Content: "no clock", ToolError: true},
		},
		Tools: []provider.Tool{
			{Name: "get_weather", Description: "The weather.", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)},
			{Name: "get_time"},
		},
		ResponseFormat: provider.ResponseFormat{Type: provider.JSONSchema, Schema: json.RawMessage(`{"type":"object"}`)},
	}
}

// The shortest good answers.
const (
	openAIHello    = `{"id":"1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}`
	anthropicHello = `{"id":"1","type":"message","role":"assistant","model":"m-1","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}}`
)

// format is a wire format and its shortest good answer.
type format struct {
	make  maker
	hello string
}

func formats() map[string]format {
	return map[string]format{
		"openai":     {provider.NewOpenAI, openAIHello},
		"openrouter": {provider.NewOpenRouter, openAIHello},
		"anthropic":  {provider.NewAnthropic, anthropicHello},
	}
}

// greeting is what both answers mean.
func greeting() provider.Response {
	return provider.Response{
		Content: "hi", FinishReason: provider.Stop, Model: "m-1",
		Usage: provider.Usage{PromptTokens: 3, CompletionTokens: 1, TotalTokens: 4},
	}
}
