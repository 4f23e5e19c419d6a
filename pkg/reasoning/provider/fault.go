package provider

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// statusOverloaded is Anthropic's.
const statusOverloaded = 529

// maxMessage caps the provider's text in an error, in bytes.
const maxMessage = 2000

// fault is what the body of an error says.
type fault struct {
	present       bool
	code, message string
	status        int  // OpenRouter repeats it in the body
	moderated     bool // OpenRouter says which rules the input broke
}

// readFault reads the forms of errors that are about: an object, a text, or
// fields beside each other. What it cannot read is no fault.
func readFault(body []byte) fault {
	var doc struct {
		Error   json.RawMessage `json:"error"`
		Message json.RawMessage `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return fault{}
	}
	if len(doc.Error) == 0 || string(doc.Error) == "null" {
		return fault{message: or(text(doc.Message), text(doc.Detail))}
	}
	var inner struct {
		Message  json.RawMessage `json:"message"`
		Type     json.RawMessage `json:"type"`
		Code     json.RawMessage `json:"code"`
		Metadata struct {
			Reasons []json.RawMessage `json:"reasons"`
		} `json:"metadata"`
	}
	if json.Unmarshal(doc.Error, &inner) != nil {
		return fault{present: true, message: or(text(doc.Error), text(doc.Message))}
	}
	f := fault{present: true, message: text(inner.Message), moderated: len(inner.Metadata.Reasons) > 0}
	if json.Unmarshal(inner.Code, &f.status) != nil {
		f.code = text(inner.Code)
	}
	f.code = or(f.code, text(inner.Type))
	return f
}

// text is a JSON string, or "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// errorOf is the error for an answer that is not a good one.
func (s *sender) errorOf(resp *http.Response, body []byte) *Error {
	f := readFault(body)
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		f.message = "the answer is a redirect, and none is followed: the base URL is not the address of the API"
	case resp.StatusCode == http.StatusNotFound && s.bare:
		f.message = strings.TrimSpace(f.message + " (is /v1 missing at the end of the base URL?)")
	case f.message == "":
		f.message = "the answer has no message"
	}
	return s.faultOf(resp.StatusCode, resp.Header, f)
}

func (s *sender) faultOf(status int, h http.Header, f fault) *Error {
	kind, retryable := classify(status, f)
	return &Error{
		Kind: kind, Provider: s.name, Status: status,
		Code: shorten(s.hidden(f.code)), Message: shorten(s.hidden(f.message)),
		Retryable: retryable, RetryAfter: retryAfter(h),
	}
}

// classify is the one table of errors.
func classify(status int, f fault) (kind Kind, retryable bool) {
	switch f.code {
	case "insufficient_quota", "billing_hard_limit_reached", "billing_error":
		return RateLimited, false
	case "content_filter", "content_policy_violation", "moderation_blocked":
		return Refused, false
	}
	switch {
	case f.moderated && status == http.StatusForbidden, status == http.StatusUnavailableForLegalReasons:
		return Refused, false
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Auth, false
	case status == http.StatusTooManyRequests:
		return RateLimited, true
	case status == http.StatusPaymentRequired:
		return RateLimited, false
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly:
		return Unavailable, true
	case status == http.StatusNotImplemented:
		return Invalid, false
	case status >= 500:
		return Unavailable, true
	}
	return Invalid, false
}

// retryAfter reads how long the provider wants to be left alone. A date counts
// from the provider's own.
func retryAfter(h http.Header) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		return duration(ms, time.Millisecond)
	}
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return duration(seconds, time.Second)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, until.Sub(now))
}

// duration is n units, at least nothing and at most a day.
func duration(n float64, unit time.Duration) time.Duration {
	const most = 24 * time.Hour
	if !(n > 0) { // NaN too
		return 0
	}
	if n > float64(most/unit) {
		return most
	}
	return time.Duration(n * float64(unit))
}

// shorten cuts text of a provider to what fits into an error.
func shorten(text string) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= maxMessage {
		return text
	}
	cut := maxMessage
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
