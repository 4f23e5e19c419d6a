package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/sashabaranov/go-openai"
)

// NewOpenAI returns a provider that speaks the chat completions API, of OpenAI
// or of any server that speaks it: Ollama, vLLM, llama.cpp, a gateway. The
// default model is gpt-4o.
func NewOpenAI(o Options) (*HTTP, error) {
	return newHTTP(api{
		name: "openai", base: "https://api.openai.com/v1", model: "gpt-4o",
		authorise: bearer, complete: completeOpenAI,
	}, o)
}

// NewOpenRouter returns a provider for OpenRouter. The default model is
// anthropic/claude-sonnet-4.
func NewOpenRouter(o Options) (*HTTP, error) {
	return newHTTP(api{
		name: "openrouter", base: "https://openrouter.ai/api/v1", model: "anthropic/claude-sonnet-4",
		authorise: bearer, complete: completeOpenAI,
	}, o)
}

func bearer(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) }

// exchange is one call of the library: it sends by our sender, so that the key,
// the limits and the errors are ours, and remembers whether an answer came.
type exchange struct {
	sender   *sender
	answered bool
}

// Do gives the library good answers only.
func (e *exchange) Do(req *http.Request) (*http.Response, error) {
	body, err := e.sender.send(req)
	if err != nil {
		return nil, err
	}
	e.answered = true
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}, nil
}

func completeOpenAI(ctx context.Context, h *HTTP, r Request) (Response, error) {
	e := &exchange{sender: h.sender}
	config := openai.DefaultConfig("")
	config.BaseURL, config.HTTPClient = h.base, e
	got, err := openai.NewClientWithConfig(config).CreateChatCompletion(ctx, openAIRequest(r))
	if err != nil {
		return Response{}, h.openAIError(ctx, err, e.answered)
	}
	if len(got.Choices) == 0 {
		return Response{}, h.badReply("the answer has no choices", nil)
	}
	choice := got.Choices[0]
	out := Response{
		Content:      contentOf(choice.Message),
		FinishReason: openAIReason(choice),
		Model:        got.Model,
		Usage:        Usage{got.Usage.PromptTokens, got.Usage.CompletionTokens, got.Usage.TotalTokens},
	}
	if out.Content == "" {
		out.Content = choice.Message.Refusal
	}
	for _, c := range choice.Message.ToolCalls {
		if !toolName(c.Function.Name) {
			return Response{}, h.badReply("the answer calls a tool without a proper name", nil)
		}
		out.ToolCalls = append(out.ToolCalls, ToolCall{c.ID, c.Function.Name, c.Function.Arguments})
	}
	return out, nil
}

// openAIError tells apart what the sender, the library's checks before sending,
// and its decoder say.
func (h *HTTP) openAIError(ctx context.Context, err error, answered bool) error {
	if _, ok := errors.AsType[*Error](err); ok || ctx.Err() != nil {
		return err
	}
	if answered {
		return h.badReply("the answer does not have the form of a completion", err)
	}
	return &Error{Kind: Invalid, Provider: h.api.name, Message: "the request cannot be sent", Err: err}
}

func openAIRequest(r Request) openai.ChatCompletionRequest {
	out := openai.ChatCompletionRequest{Model: r.Model, ResponseFormat: openAIFormat(r.ResponseFormat)}
	if reasons(r.Model) {
		out.MaxCompletionTokens = r.MaxTokens
	} else {
		out.MaxTokens = r.MaxTokens //nolint:staticcheck // the only name that servers other than OpenAI's know
	}
	if r.Temperature != nil {
		// The library leaves 0 out, and the default of the API is 1.
		out.Temperature = max(float32(*r.Temperature), math.SmallestNonzeroFloat32)
	}
	if r.System != "" {
		out.Messages = append(out.Messages, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleSystem, Content: r.System})
	}
	for _, m := range r.Messages {
		out.Messages = append(out.Messages, openAIMessage(m))
	}
	for _, t := range r.Tools {
		out.Tools = append(out.Tools, openai.Tool{
			Type:     openai.ToolTypeFunction,
			Function: &openai.FunctionDefinition{Name: t.Name, Description: t.Description, Parameters: t.schema()},
		})
	}
	return out
}

// openAIMessage says in words what the format has no member for: that a tool
// failed, and that it printed nothing, because the library leaves "" out.
func openAIMessage(m Message) openai.ChatCompletionMessage {
	out := openai.ChatCompletionMessage{Role: string(m.Role), Content: m.Content, ToolCallID: m.ToolCallID}
	if m.Role == ToolRole {
		out.Content = or(out.Content, "(no output)")
		if m.ToolError {
			out.Content = "Error: " + out.Content
		}
	}
	for _, c := range m.ToolCalls {
		out.ToolCalls = append(out.ToolCalls, openai.ToolCall{
			ID: c.ID, Type: openai.ToolTypeFunction,
			Function: openai.FunctionCall{Name: c.Name, Arguments: or(c.Arguments, "{}")},
		})
	}
	return out
}

func openAIFormat(f ResponseFormat) *openai.ChatCompletionResponseFormat {
	switch f.Type {
	case JSONObject:
		return &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	case JSONSchema:
		return &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: or(f.Name, "answer"), Schema: f.Schema},
		}
	default:
		return nil
	}
}

// schema is the parameters as the APIs want them.
func (t Tool) schema() json.RawMessage {
	if t.Parameters == nil {
		return json.RawMessage(`{"type":"object","properties":{}}`)
	}
	return t.Parameters
}

// reasons reports whether the model is one of those that refuse max_tokens.
func reasons(model string) bool {
	return slices.ContainsFunc([]string{"o1", "o3", "o4", "gpt-5", "gpt-6"}, func(prefix string) bool {
		return strings.HasPrefix(model, prefix)
	})
}

func contentOf(m openai.ChatCompletionMessage) string {
	parts := []string{m.Content}
	for _, part := range m.MultiContent {
		parts = append(parts, part.Text)
	}
	return strings.Join(parts, "")
}

func openAIReason(c openai.ChatCompletionChoice) FinishReason {
	switch c.FinishReason {
	case openai.FinishReasonLength:
		return MaxTokens
	case openai.FinishReasonContentFilter:
		return ContentFilter
	case openai.FinishReasonToolCalls, openai.FinishReasonFunctionCall:
		return ToolCalls
	default:
		if c.Message.Refusal != "" {
			return ContentFilter
		}
		return Stop
	}
}
