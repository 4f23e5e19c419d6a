package provider

import (
	"context"
	"errors"
	"time"
)

var errTodo = errors.New("not written yet")

// HTTP is a provider over HTTP.
type HTTP struct{ name, model string }

// Complete is [Provider].Complete.
func (h *HTTP) Complete(context.Context, Request) (Response, error) { return Response{}, errTodo }

// Name is [Provider].Name.
func (h *HTTP) Name() string { return h.name }

// Model is [Provider].Model.
func (h *HTTP) Model() string { return h.model }

// NewOpenAI returns a provider that speaks the chat completions API.
func NewOpenAI(o Options) (*HTTP, error) { return &HTTP{"openai", o.Model}, errTodo }

// NewOpenRouter returns a provider for OpenRouter.
func NewOpenRouter(o Options) (*HTTP, error) { return &HTTP{"openrouter", o.Model}, errTodo }

// NewAnthropic returns a provider that speaks the Messages API.
func NewAnthropic(o Options) (*HTTP, error) { return &HTTP{"anthropic", o.Model}, errTodo }

// FromEnv returns the provider that the environment names, or [ErrNone].
func FromEnv(getenv func(string) string, o Options) (*HTTP, error) {
	_ = getenv
	_ = o
	return nil, ErrNone
}

// Wait is a pause that ctx can end.
type Wait = func(context.Context, time.Duration) error

// Scripted answers from a transcript.
type Scripted struct{}

// NewScripted reads a transcript. wait is used for delays; nil: a timer.
func NewScripted(transcript []byte, wait Wait) (*Scripted, error) {
	_ = transcript
	_ = wait
	return &Scripted{}, nil
}

// NewEcho returns a provider that answers with the last message of the user.
func NewEcho() *Scripted { return &Scripted{} }

// Complete is [Provider].Complete.
func (s *Scripted) Complete(context.Context, Request) (Response, error) { return Response{}, errTodo }

// Name is [Provider].Name.
func (s *Scripted) Name() string { return "scripted" }

// Model is [Provider].Model.
func (s *Scripted) Model() string { return "echo" }
