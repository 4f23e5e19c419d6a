package client

import (
	"fmt"
	"net/http"
	"time"
)

// Kind says what an error means to the caller, the same for all versions of the
// runtime.
type Kind string

// The kinds of errors.
const (
	NotFound        Kind = "not_found"       // the named thing does not exist
	NotServed       Kind = "not_served"      // the runtime has no such route
	Unauthenticated Kind = "unauthenticated" // token or AgentPin credential missing or wrong
	Forbidden       Kind = "forbidden"       // the token is good and may not
	Conflict        Kind = "conflict"        // the state forbids it
	Invalid         Kind = "invalid"         // the request is wrong
	RateLimited     Kind = "rate_limited"    // too many requests, also after the repeats
	Unavailable     Kind = "unavailable"     // not now
	Unsupported     Kind = "unsupported"     // this edition or set-up of the runtime cannot do it
	Failed          Kind = "failed"          // anything else
)

// APIError is a no of the runtime, or of something that stands before it. Code
// is the runtime's code, or the status of an invocation, or "" when the answer
// had none. Message is the runtime's text, hostile as all text of a server.
type APIError struct {
	Method, Path string // Path as sent, without query
	Status       int    // HTTP
	Code         string
	Message      string
	Kind         Kind
	Page         bool          // the answer was an HTML page: something other than a runtime gave it
	Retryable    bool          // a later attempt may succeed
	RetryAfter   time.Duration // as the server asked; 0: it did not
}

// Error names the request, the status, the code and the message.
func (e *APIError) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// NotServedError says that this runtime does not have a capability.
type NotServedError struct {
	Feature Feature
	Have    string // version of the runtime, "" if not known
	Need    string // first version that has it; "": only the embedded runtime
	Err     error  // the answer that showed it, or nil
}

// Error names the capability and both versions.
func (e *NotServedError) Error() string {
	have := e.Have
	if have == "" {
		have = "of unknown version"
	}
	if e.Need == "" {
		return fmt.Sprintf("%s is not served by this runtime (%s): only the embedded runtime has it", e.Feature, have)
	}
	return fmt.Sprintf("%s is not served by this runtime (%s): it needs %s", e.Feature, have, e.Need)
}

// Unwrap returns the answer that showed it.
func (e *NotServedError) Unwrap() error { return e.Err }

// TransportError says that no answer came, or not all of it.
type TransportError struct {
	Method, URL string // secrets replaced
	Sent        bool   // the request may have reached the runtime
	Timeout     bool   // a deadline ended it
	Err         error
}

// Error names the request and the cause.
func (e *TransportError) Error() string { return e.Method + " " + e.URL + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// ReplyError says that an answer came which is not what the contract says: not
// JSON, cut off, too large, or, with Options.Strict, with other members.
type ReplyError struct {
	Method, Path string
	Status       int
	ContentType  string
	Problem      string
	Body         []byte // what came, at most the cap; nil for streams
	Err          error  // the cause, or nil
}

// Error names the request and the problem.
func (e *ReplyError) Error() string {
	text := fmt.Sprintf("%s %s: reply %d: %s", e.Method, e.Path, e.Status, e.Problem)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *ReplyError) Unwrap() error { return e.Err }

// UndecodedError says that messages were taken away from the runtime and could
// not be read. Body is what came: save it, the runtime does not have it any
// more.
type UndecodedError struct {
	Body []byte
	Err  error
}

// Error says that the messages are in Body only.
func (e *UndecodedError) Error() string {
	return "read messages that were taken from the runtime: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *UndecodedError) Unwrap() error { return e.Err }

// RequestError says that a request, or the client's options, are refused here;
// nothing was sent.
type RequestError struct {
	Problem string
	Err     error // the cause, or nil
}

// Error returns the problem and the cause.
func (e *RequestError) Error() string {
	if e.Err != nil {
		return e.Problem + ": " + e.Err.Error()
	}
	return e.Problem
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

// InsecureTokenError says that the token, or the AgentPin credential of the call,
// would cross a network in the clear; nothing was sent.
type InsecureTokenError struct {
	Host       string
	Credential bool // it is the credential
}

// Error names the host.
func (e *InsecureTokenError) Error() string {
	if e.Credential {
		return "the AgentPin credential is not sent over plain http to " + e.Host
	}
	return "the token is not sent over plain http to " + e.Host
}

// badOption refuses an option.
func badOption(problem string) error { return &RequestError{Problem: problem} }
