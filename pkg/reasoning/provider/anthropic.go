package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// anthropicVersion is the version of the API that is spoken.
const anthropicVersion = "2023-06-01"

// NewAnthropic returns a provider that speaks the Messages API. The default
// model is claude-sonnet-4-20250514.
func NewAnthropic(o Options) (*HTTP, error) {
	return newHTTP(api{
		name: "anthropic", base: "https://api.anthropic.com/v1", model: "claude-sonnet-4-20250514",
		authorise: func(h http.Header, key string) {
			h.Set("X-Api-Key", key)
			h.Set("Anthropic-Version", anthropicVersion)
		},
		complete: completeAnthropic,
	}, o)
}

type anthropicRequest struct {
	Model       string             `json:"model"`
	MaxTokens   int                `json:"max_tokens"`
	System      string             `json:"system,omitempty"`
	Messages    []anthropicMessage `json:"messages"`
	Tools       []anthropicTool    `json:"tools,omitempty"`
	Temperature *float64           `json:"temperature,omitempty"`
}

type anthropicMessage struct {
	Role    Role             `json:"role"`
	Content []anthropicBlock `json:"content"`
}

type anthropicTool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	InputSchema json.RawMessage `json:"input_schema"`
}

// anthropicBlock is a piece of a message: text, tool_use or tool_result.
type anthropicBlock struct {
	Type      string          `json:"type"`
	Text      string          `json:"text,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"`
	ToolUseID string          `json:"tool_use_id,omitempty"`
	Content   string          `json:"content,omitempty"`
	IsError   bool            `json:"is_error,omitempty"`
}

type anthropicReply struct {
	Type    string `json:"type"`
	Model   string `json:"model"`
	Content []struct {
		Type  string          `json:"type"`
		Text  string          `json:"text"`
		ID    string          `json:"id"`
		Name  string          `json:"name"`
		Input json.RawMessage `json:"input"`
	} `json:"content"`
	StopReason string `json:"stop_reason"`
	Usage      struct {
		Input         int `json:"input_tokens"`
		Output        int `json:"output_tokens"`
		CacheCreation int `json:"cache_creation_input_tokens"`
		CacheRead     int `json:"cache_read_input_tokens"`
	} `json:"usage"`
}

func completeAnthropic(ctx context.Context, h *HTTP, r Request) (Response, error) {
	payload, err := json.Marshal(newAnthropicRequest(r))
	if err != nil {
		return Response{}, &Error{Kind: Invalid, Provider: h.api.name, Message: "the request cannot be sent", Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.base+"/messages", bytes.NewReader(payload))
	if err != nil {
		return Response{}, &Error{Kind: Invalid, Provider: h.api.name, Message: "the request cannot be sent", Err: err}
	}
	body, err := h.sender.send(req)
	if err != nil {
		return Response{}, err
	}
	return h.readAnthropic(body)
}

func newAnthropicRequest(r Request) anthropicRequest {
	out := anthropicRequest{
		Model: r.Model, MaxTokens: or(r.MaxTokens, DefaultMaxTokens), Temperature: r.Temperature,
		System: strings.TrimSpace(r.System + r.ResponseFormat.inWords()),
	}
	for _, m := range r.Messages {
		role := m.Role
		if role == ToolRole {
			role = User
		}
		// The results of all calls of a message belong into one.
		if last := len(out.Messages) - 1; last >= 0 && out.Messages[last].Role == role {
			out.Messages[last].Content = append(out.Messages[last].Content, m.blocks()...)
			continue
		}
		out.Messages = append(out.Messages, anthropicMessage{Role: role, Content: m.blocks()})
	}
	for _, t := range r.Tools {
		out.Tools = append(out.Tools, anthropicTool{Name: t.Name, Description: t.Description, InputSchema: t.schema()})
	}
	return out
}

func (m Message) blocks() []anthropicBlock {
	if m.Role == ToolRole {
		return []anthropicBlock{{Type: "tool_result", ToolUseID: m.ToolCallID, Content: m.Content, IsError: m.ToolError}}
	}
	var out []anthropicBlock
	if m.Content != "" { // an empty text is refused
		out = append(out, anthropicBlock{Type: "text", Text: m.Content})
	}
	for _, c := range m.ToolCalls {
		out = append(out, anthropicBlock{Type: "tool_use", ID: c.ID, Name: c.Name, Input: c.input()})
	}
	return out
}

// input is the arguments as an object, which the API insists on.
func (c ToolCall) input() json.RawMessage {
	if c.Arguments == "" {
		return json.RawMessage(`{}`)
	}
	if raw := json.RawMessage(c.Arguments); object(raw) {
		return raw
	}
	wrapped, err := json.Marshal(map[string]string{"INVALID_JSON": c.Arguments})
	if err != nil {
		return json.RawMessage(`{}`)
	}
	return wrapped
}

// inWords asks for the format at the end of a system prompt.
func (f ResponseFormat) inWords() string {
	switch f.Type {
	case JSONObject:
		return "\n\nAnswer with one JSON object and nothing else."
	case JSONSchema:
		return "\n\nAnswer with one JSON object and nothing else. It has to fit this JSON Schema:\n" + string(f.Schema)
	default:
		return ""
	}
}

func (h *HTTP) readAnthropic(body []byte) (Response, error) {
	var got anthropicReply
	if err := json.Unmarshal(body, &got); err != nil || got.Type != "message" {
		return Response{}, h.badReply("the answer does not have the form of a message", err)
	}
	out := Response{Model: got.Model, FinishReason: anthropicReason(got.StopReason)}
	for _, b := range got.Content {
		switch b.Type {
		case "text":
			out.Content += b.Text
		case "tool_use":
			if !toolName(b.Name) {
				return Response{}, h.badReply("the answer calls a tool without a proper name", nil)
			}
			out.ToolCalls = append(out.ToolCalls, ToolCall{ID: b.ID, Name: b.Name, Arguments: compact(b.Input)})
		}
	}
	u := got.Usage
	out.Usage = Usage{PromptTokens: sum(u.Input, u.CacheCreation, u.CacheRead), CompletionTokens: u.Output}
	return out, nil
}

func compact(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return "{}"
	}
	return out.String()
}

// sum adds counts of a stranger, none of which is believed beyond mostTokens.
func sum(counts ...int) int {
	total := 0
	for _, n := range counts {
		total += min(max(n, 0), mostTokens)
	}
	return total
}

func anthropicReason(reason string) FinishReason {
	switch reason {
	case "max_tokens", "model_context_window_exceeded":
		return MaxTokens
	case "tool_use":
		return ToolCalls
	case "refusal":
		return ContentFilter
	default: // end_turn, stop_sequence, pause_turn, and what comes after them
		return Stop
	}
}
