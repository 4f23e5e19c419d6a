package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"
)

// Scripted answers from a transcript: the same requests in the same order get
// the same answers. [NewScripted] and [NewEcho] make one.
type Scripted struct {
	model   string
	about   string // what follows its name in a description
	replies []reply
	wait    Wait

	mu   sync.Mutex
	used []int // how often each reply was given
}

// Wait is a pause that ctx can end; it returns an error only then.
type Wait = func(ctx context.Context, d time.Duration) error

// reply is one entry of a transcript.
type reply struct {
	turn         int
	user, system string
	toolResults  *bool
	repeat       int // 0: without end
	delay        time.Duration

	echo         bool
	content      string
	calls        []ToolCall
	finishReason FinishReason
	usage        *Usage
	fault        *Error
}

// NewEcho returns a provider that answers with the last message of the user, or
// of a tool when that is the last of all. Its model is echo.
func NewEcho() *Scripted {
	return &Scripted{model: "echo", about: ": repeats what it is told", replies: []reply{{echo: true}}, used: make([]int, 1), wait: pause.For}
}

// Name is scripted.
func (s *Scripted) Name() string { return "scripted" }

// Model is the model of the transcript.
func (s *Scripted) Model() string { return s.model }

// Complete gives the first reply of the transcript that fits the request and is
// not used up. When there is none the error is of the kind Invalid.
func (s *Scripted) Complete(ctx context.Context, r Request) (Response, error) {
	if ctx.Err() != nil {
		return Response{}, fmt.Errorf("ask %s: %w", s.Name(), context.Cause(ctx))
	}
	if problem := r.problem(); problem != "" {
		return Response{}, &Error{Kind: Invalid, Provider: s.Name(), Message: problem}
	}
	chosen, ok := s.take(r)
	if !ok {
		return Response{}, &Error{
			Kind: Invalid, Provider: s.Name(),
			Message: fmt.Sprintf("no reply of the transcript is left for turn %d, the user's last message being %.200q", r.turn(), r.last(User)),
		}
	}
	if chosen.delay > 0 {
		if err := s.wait(ctx, chosen.delay); err != nil {
			return Response{}, fmt.Errorf("wait for the reply of %s: %w", s.Name(), err)
		}
	}
	if chosen.fault != nil {
		fault := *chosen.fault
		return Response{}, &fault
	}
	return chosen.response(r, s.model), nil
}

// take chooses a reply and counts it.
func (s *Scripted) take(r Request) (reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, candidate := range s.replies {
		if candidate.fits(r) && (candidate.repeat == 0 || s.used[i] < candidate.repeat) {
			s.used[i]++
			return candidate, true
		}
	}
	return reply{}, false
}

func (p reply) fits(r Request) bool {
	return (p.turn == 0 || p.turn == r.turn()) &&
		strings.Contains(r.last(User), p.user) &&
		strings.Contains(r.System, p.system) &&
		(p.toolResults == nil || *p.toolResults == r.answersTools())
}

func (p reply) response(r Request, model string) Response {
	out := Response{Content: p.content, FinishReason: or(p.finishReason, Stop), Model: or(r.Model, model)}
	out.ToolCalls = append(out.ToolCalls, p.calls...) // a copy: the caller may change it
	if p.echo {
		out.Content = r.last(User)
		if r.answersTools() {
			out.Content = r.last(ToolRole)
		}
	}
	out.Usage = Usage{PromptTokens: r.words(), CompletionTokens: wordsOf(out.Message())}
	if p.usage != nil {
		out.Usage = *p.usage
	}
	return out.tidy(r)
}

// last is the content of the last message of role, "" when there is none.
func (r Request) last(role Role) string {
	for _, m := range slices.Backward(r.Messages) {
		if m.Role == role {
			return m.Content
		}
	}
	return ""
}

// answersTools reports whether the last message is the result of a tool.
func (r Request) answersTools() bool {
	return r.Messages[len(r.Messages)-1].Role == ToolRole
}

// words stands in for the tokens of a prompt.
func (r Request) words() int {
	n := len(strings.Fields(r.System))
	for _, m := range r.Messages {
		n += wordsOf(m)
	}
	return n
}

func wordsOf(m Message) int {
	n := len(strings.Fields(m.Content))
	for _, c := range m.ToolCalls {
		n += len(strings.Fields(c.Name)) + len(strings.Fields(c.Arguments))
	}
	return n
}
