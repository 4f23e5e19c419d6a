package provider

import (
	"fmt"
	"slices"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// The limits of transcripts.
const (
	maxTranscript = 4 << 20   // bytes
	maxDelay      = time.Hour // of one reply
	maxCount      = 1 << 20   // turns and repeats
)

// NewScripted reads a transcript, a JSON document:
//
//	{
//	  "model": "weather-1",
//	  "replies": [
//	    {"when": {"turn": 1, "user": "weather"},
//	     "tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]},
//	    {"when": {"tool_results": true}, "content": "It is sunny."},
//	    {"when": {"user": "limit"}, "repeat": 1,
//	     "error": {"kind": "rate_limited", "message": "slow down", "retry_after": "2s"}},
//	    {"delay": "250ms", "echo": true}
//	  ]
//	}
//
// The first reply that fits answers. All members of a reply may be absent, but
// it has content, tool_calls, echo or error, and these two alone.
//
//	when.turn          the number of the answer in its conversation, from 1: one
//	                   more than the assistant's messages in the request
//	when.user          a part of the user's last message, as it is written
//	when.system        a part of the system prompt
//	when.tool_results  whether the last message is the result of a tool
//	repeat             how many requests this reply answers; absent: all
//	delay              time before the answer, as in 250ms or 2s, at most 1h
//	content            what the model says
//	tool_calls         name, arguments (an object, or text that is passed on as
//	                   it is) and id (absent: call_<turn>_<number>)
//	echo               true: say what the user, or the tool, said last
//	finish_reason      stop, tool_calls, max_tokens or content_filter
//	usage              prompt_tokens and completion_tokens; absent: the words
//	error              kind (rate_limited, auth, unavailable, invalid, refused,
//	                   bad_reply), message, code, status, retryable, retry_after
//
// model is the name that the provider gives itself; absent: scripted. Members
// that are not listed here are refused, so that a misspelled one is noticed.
// Delays go through wait; nil: a timer. The error is a list of all faults with
// their places.
func NewScripted(transcript []byte, wait Wait) (*Scripted, error) {
	s := &Scripted{model: "scripted", wait: wait}
	if wait == nil {
		s.wait = pause.For
	}
	options := strictjson.Options{MaxBytes: maxTranscript, Unknown: strictjson.Refuse}
	err := strictjson.ReadObject(transcript, options, func(r *strictjson.Reader) {
		if model := r.OptString("model"); model != nil {
			s.model = *model
			if s.model == "" {
				r.Failf("model", "is empty")
			}
		}
		if r.Has("replies") || !misspelled(r) {
			r.Objects("replies", func(r *strictjson.Reader) { s.replies = append(s.replies, readReply(r)) })
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the transcript: %w", err)
	}
	s.used = make([]int, len(s.replies))
	return s, nil
}

// misspelled reports whether there are members besides those that were asked for
// and others. They are named then: nobody needs to hear what is missing instead.
func misspelled(r *strictjson.Reader, others ...string) bool {
	for _, name := range others {
		r.Has(name)
	}
	return len(r.Rest()) > 0
}

func readReply(r *strictjson.Reader) reply {
	var p reply
	r.OptObject("when", func(r *strictjson.Reader) {
		p.turn = count(r, "turn")
		p.user, p.system = value(r.OptString("user")), value(r.OptString("system"))
		p.toolResults = r.OptBool("tool_results")
	})
	p.repeat = count(r, "repeat")
	p.delay = interval(r, "delay", maxDelay)
	p.echo = value(r.OptBool("echo"))
	content := r.OptString("content")
	p.content = value(content)
	called := r.OptObjects("tool_calls", func(r *strictjson.Reader) { p.calls = append(p.calls, readCall(r)) })
	failed := r.OptObject("error", func(r *strictjson.Reader) { p.fault = readError(r) })
	said := content != nil || called
	switch {
	case p.echo && (said || failed), failed && said:
		r.Failf("", "echo and error stand alone, without content and tool_calls")
	case !p.echo && !said && !failed && !misspelled(r, "finish_reason", "usage"):
		r.Failf("", "has none of content, tool_calls, echo and error")
	}
	if reason := r.OptString("finish_reason"); reason != nil {
		p.finishReason = oneOf(r, "finish_reason", *reason, Stop, ToolCalls, MaxTokens, ContentFilter)
	}
	r.OptObject("usage", func(r *strictjson.Reader) {
		p.usage = &Usage{PromptTokens: tokens(r, "prompt_tokens"), CompletionTokens: tokens(r, "completion_tokens")}
	})
	return p
}

func readCall(r *strictjson.Reader) ToolCall {
	c := ToolCall{ID: value(r.OptString("id")), Name: r.String("name"), Arguments: "{}"}
	if !toolName(c.Name) {
		r.Failf("name", "want letters, digits, _ and -, at most 64")
	}
	rest := r.Rest() // the only way to a member of two kinds
	i := slices.IndexFunc(rest, func(m strictjson.Member) bool { return m.Name == "arguments" })
	if !r.Has("arguments") {
		return c
	}
	switch arguments := rest[i].Value; arguments.Kind() {
	case strictjson.String:
		c.Arguments = arguments.Text()
	case strictjson.Object:
		c.Arguments = string(arguments.AppendJSON(nil))
	default:
		r.Failf("arguments", "want an object or text")
	}
	return c
}

func readError(r *strictjson.Reader) *Error {
	e := &Error{Provider: "scripted", Message: value(r.OptString("message")), Code: value(r.OptString("code"))}
	e.Kind = oneOf(r, "kind", r.String("kind"), RateLimited, Auth, Unavailable, Invalid, Refused, BadReply)
	e.Retryable = e.Kind == RateLimited || e.Kind == Unavailable
	if again := r.OptBool("retryable"); again != nil {
		e.Retryable = *again
	}
	e.RetryAfter = interval(r, "retry_after", 24*time.Hour)
	if status := r.OptInt("status"); status != nil {
		if *status < 100 || *status > 599 {
			r.Failf("status", "want 100 to 599")
		}
		e.Status = int(*status)
	}
	return e
}

// count returns a number from 1, or 0 when it is absent.
func count(r *strictjson.Reader, name string) int {
	n := r.OptInt(name)
	if n == nil {
		return 0
	}
	if *n < 1 || *n > maxCount {
		r.Failf(name, "want 1 to %d", maxCount)
		return 0
	}
	return int(*n)
}

func tokens(r *strictjson.Reader, name string) int {
	n := value(r.OptInt(name))
	if n < 0 || n > mostTokens {
		r.Failf(name, "want 0 to %d", mostTokens)
		return 0
	}
	return int(n)
}

// interval returns a time as in 250ms, or 0 when it is absent.
func interval(r *strictjson.Reader, name string, most time.Duration) time.Duration {
	text := r.OptString(name)
	if text == nil {
		return 0
	}
	d, err := time.ParseDuration(*text)
	if err != nil || d < 0 || d > most {
		r.Failf(name, "want a time as in 250ms or 2s, at most %v", most)
		return 0
	}
	return d
}

func oneOf[T ~string](r *strictjson.Reader, name, got string, allowed ...T) T {
	if !slices.Contains(allowed, T(got)) {
		r.Failf(name, "want one of %v", allowed)
	}
	return T(got)
}

// value is what p points to, or zero.
func value[T any](p *T) T {
	var v T
	if p != nil {
		v = *p
	}
	return v
}
