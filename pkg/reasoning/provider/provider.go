package provider

import (
	"context"
	"encoding/json"
)

// Provider completes conversations.
type Provider interface {
	// Complete returns the model's next message. A model that declines to answer
	// is a Response whose FinishReason is ContentFilter; an error is an [*Error],
	// or wraps the cause of ctx when ctx has ended.
	Complete(ctx context.Context, r Request) (Response, error)
	// Name is the kind of provider: openrouter, openai, anthropic or scripted.
	Name() string
	// Model is the model that is asked for when a request names none.
	Model() string
}

// Role is who speaks.
type Role string

// The roles of messages. The system's words are Request.System.
const (
	User      Role = "user"
	Assistant Role = "assistant"
	ToolRole  Role = "tool"
)

// Request is a conversation to be continued.
type Request struct {
	Model          string         `json:"model,omitempty"` // "": the provider's
	System         string         `json:"system,omitempty"`
	Messages       []Message      `json:"messages"` // oldest first, at least one
	Tools          []Tool         `json:"tools,omitempty"`
	MaxTokens      int            `json:"max_tokens,omitempty"`  // of the answer; 0: the provider's default, for Anthropic DefaultMaxTokens
	Temperature    *float64       `json:"temperature,omitempty"` // nil: the model's default
	ResponseFormat ResponseFormat `json:"response_format,omitzero"`
}

// Message is one turn of a conversation. A user's has Content. An assistant's
// has Content, ToolCalls, or both. A tool's has the ID of the call it answers,
// and its result as Content; it follows the assistant's message that called.
type Message struct {
	Role       Role       `json:"role"`
	Content    string     `json:"content,omitempty"`
	ToolCalls  []ToolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
	ToolError  bool       `json:"tool_error,omitempty"` // Content says why the tool failed
}

// Tool is something that the model may call.
type Tool struct {
	Name        string          `json:"name"` // letters, digits, _ and -, at most 64
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"` // JSON Schema of an object; nil: no parameters
}

// ToolCall is a call that the model wants.
type ToolCall struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"` // JSON text as the model wrote it, maybe not valid
}

// Format is the form of an answer.
type Format string

// The forms of answers. JSONSchema needs ResponseFormat.Schema.
const (
	Text       Format = "text"
	JSONObject Format = "json_object"
	JSONSchema Format = "json_schema"
)

// ResponseFormat asks for a form of the answer; the zero value is text. The
// model is asked, its answer is not checked. Anthropic is asked in words, at the
// end of the system prompt.
type ResponseFormat struct {
	Type   Format          `json:"type,omitempty"`
	Name   string          `json:"name,omitempty"` // of the schema; "": answer
	Schema json.RawMessage `json:"schema,omitempty"`
}

// FinishReason says why the answer ends where it ends.
type FinishReason string

// The reasons to finish.
const (
	Stop          FinishReason = "stop"
	ToolCalls     FinishReason = "tool_calls"
	MaxTokens     FinishReason = "max_tokens"     // Content is cut off
	ContentFilter FinishReason = "content_filter" // the model or its keeper declined; Content may say why
)

// Response is the model's next message.
type Response struct {
	Content      string       `json:"content"` // hostile text, like all text of a model
	ToolCalls    []ToolCall   `json:"tool_calls,omitempty"`
	FinishReason FinishReason `json:"finish_reason"`
	Usage        Usage        `json:"usage"`
	Model        string       `json:"model"` // as the provider names it
}

// Message returns r as a message of the conversation that goes on.
func (r Response) Message() Message {
	return Message{Role: Assistant, Content: r.Content, ToolCalls: r.ToolCalls}
}

// Usage counts tokens, as the provider counts them; zero when it says nothing.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
}
