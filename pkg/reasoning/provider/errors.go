package provider

import (
	"fmt"
	"net/http"
	"time"
)

// Kind says what an error means to the caller, the same for all providers.
type Kind string

// The kinds of errors.
const (
	RateLimited Kind = "rate_limited" // too many requests, or nothing left to spend; also after the repeats
	Auth        Kind = "auth"         // key missing, wrong, or without the permission
	Unavailable Kind = "unavailable"  // cannot be reached, overloaded or broken
	Invalid     Kind = "invalid"      // the request, the model or the address is wrong
	Refused     Kind = "refused"      // understood and declined, for what it says
	BadReply    Kind = "bad_reply"    // an answer that cannot be understood
)

// Error is why there is no completion. Message is the provider's text, hostile
// as all text of a server, with the key replaced.
type Error struct {
	Kind       Kind
	Provider   string // its name
	Status     int    // HTTP; 0: no answer came, or nothing was sent
	Code       string // the provider's code or type of error, or ""
	Message    string
	Retryable  bool          // a later attempt may succeed
	RetryAfter time.Duration // as the provider asked; 0: it did not
	Err        error         // the cause, or nil
}

// Error names the provider, the status, the code and the message.
func (e *Error) Error() string {
	text := e.Provider + ": "
	if e.Status != 0 {
		text += fmt.Sprintf("%d %s: ", e.Status, http.StatusText(e.Status))
	}
	if e.Code != "" {
		text += e.Code + ": "
	}
	text += e.Message
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
