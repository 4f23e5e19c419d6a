package client

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// rule is one row of the table of errors. Empty cells match everything.
type rule struct {
	status int
	code   string
	text   string // part of the message, in lower case
	kind   Kind
	again  bool // a later attempt may succeed, although a code was given
}

// rules returns the table of errors; the first row that matches decides. It is
// the only place that knows what a runtime's no means. Runtimes answer 500 and
// 404 to many different things and have one code for a route whatever went
// wrong, so the text has to decide between them; their texts have been the same
// from 1.11 to 3.0.
func rules() []rule {
	return []rule{
		// codes that mean one thing
		{code: "AGENTPIN_VERIFICATION_FAILED", kind: Unauthenticated},
		{code: "ADMIN_REQUIRED", kind: Forbidden},
		{code: "AGENT_SCOPE_DENIED", kind: Forbidden},
		{code: "INVALID_AUDIT_KEY", kind: Invalid},
		{code: "INVALID_MESSAGE_ID", kind: Invalid},
		{code: "NOT_IN_DEV", kind: NotServed},
		{status: http.StatusMethodNotAllowed, kind: NotServed}, // whatever else is said
		{code: "already_resolved", kind: Conflict},
		{code: "expired", kind: Conflict},
		// answers to submissions
		{code: string(StatusInProgress), kind: Conflict},
		{code: string(StatusUnresolved), kind: Conflict},
		{code: string(StatusReconciled), kind: Conflict},
		{code: string(StatusConflict), kind: Conflict},
		{code: string(StatusForbidden), kind: Forbidden},
		{code: string(StatusNotFound), kind: NotFound},
		{code: string(StatusUnavailable), kind: Unavailable},
		{code: string(StatusInvalidRequest), kind: Invalid},
		{code: string(StatusInvalidInvocationID), kind: Invalid},
		{code: string(StatusFailed), kind: Failed},
		// texts
		{text: "enterprise edition", kind: Unsupported},
		{text: "requires a running channeladaptermanager", kind: Unsupported},
		{text: "requires a running cronscheduler", kind: Unsupported},
		{text: "refused by schedule policy", kind: Forbidden},
		{text: "identity verification failed", kind: Forbidden},
		{text: "cannot be empty", kind: Invalid},
		{text: "at least one field", kind: Invalid},
		{text: "invalid cron expression", kind: Invalid},
		{text: "invalid timezone", kind: Invalid},
		{text: "dsl parsing failed", kind: Invalid},
		{text: "dsl contains syntax errors", kind: Invalid},
		{text: "must identify one registered agent", kind: Invalid},
		{text: "require reconciliation", kind: Conflict},
		{code: "AUDIT_UNAVAILABLE", text: "no such file", kind: NotFound},
		{code: "AUDIT_UNAVAILABLE", text: "inspection is busy", kind: Unavailable, again: true},
		{code: "AUDIT_UNAVAILABLE", text: "changed during verification", kind: Unavailable, again: true},
		{code: "AUDIT_UNAVAILABLE", text: "worker failed", kind: Unavailable},
		{code: "AUDIT_UNAVAILABLE", text: "(os error", kind: Unavailable},
		{code: "AUDIT_UNAVAILABLE", text: "use offline inspection", kind: Unsupported},
		{code: "AUDIT_UNAVAILABLE", kind: Failed},
		{code: "CAPACITY_UNAVAILABLE", text: "no longer retained", kind: NotFound},
		// improvements, which answer 409 to everything
		{status: http.StatusConflict, text: "no such file", kind: NotFound},
		{status: http.StatusConflict, text: "identifier must contain", kind: Invalid},
		{status: http.StatusConflict, text: "expected a lowercase sha-256 digest", kind: Invalid},
		{code: "*", text: "not found", kind: NotFound},
		{code: "*", text: "not registered", kind: NotFound},
		{code: "*", text: "is not an external agent", kind: NotFound},
		{code: "*", text: "invalid job id", kind: NotFound},
		{code: "*", text: "job store error", kind: Failed},
		{code: "*", text: "scheduler error", kind: Failed},
		{status: http.StatusNotFound, code: "*", kind: NotFound},
		// statuses
		{status: http.StatusUnauthorized, kind: Unauthenticated},
		{status: http.StatusForbidden, kind: Forbidden},
		{status: http.StatusProxyAuthRequired, kind: Forbidden},
		{status: http.StatusConflict, kind: Conflict},
		{status: http.StatusGone, kind: Conflict},
		{status: http.StatusTooManyRequests, kind: RateLimited},
		{status: http.StatusRequestTimeout, kind: Unavailable},
		{status: http.StatusBadGateway, kind: Unavailable},
		{status: http.StatusServiceUnavailable, kind: Unavailable},
		{status: http.StatusGatewayTimeout, kind: Unavailable},
		{status: http.StatusNotImplemented, kind: Unsupported},
		{status: http.StatusBadRequest, kind: Invalid},
		{status: http.StatusRequestEntityTooLarge, kind: Invalid},
		{status: http.StatusUnsupportedMediaType, kind: Invalid},
		{status: http.StatusUnprocessableEntity, kind: Invalid},
	}
}

// kindOf is what an error means.
func kindOf(status int, code, message string) Kind { return ruleFor(status, code, message).kind }

// ruleFor looks an error up in the table. The code "*" is any code of an
// envelope.
func ruleFor(status int, code, message string) rule {
	message = strings.ToLower(message)
	for _, r := range rules() {
		switch {
		case r.status != 0 && r.status != status:
		case r.code == "*" && code == "", r.code != "" && r.code != "*" && r.code != code:
		case !strings.Contains(message, r.text):
		default:
			return r
		}
	}
	return rule{kind: Failed}
}

// maxMessage bounds the message of an error.
const maxMessage = 2 << 10

// classify turns a reply with a status of 300 or more into an error.
func classify(p payload, got reply, now time.Time) *APIError {
	e := &APIError{Method: p.method, Path: p.url.EscapedPath(), Status: got.status, RetryAfter: retryAfter(got.header, now)}
	empty := len(bytes.TrimSpace(got.body)) == 0
	said, isObject := errorBody(got.body)
	switch {
	case empty && (got.status == http.StatusNotFound || got.status == http.StatusMethodNotAllowed):
		e.Kind, e.Message = NotServed, "the runtime does not serve this route"
		return e
	case got.status < http.StatusBadRequest:
		e.Kind, e.Message = Failed, "a redirect, which is not followed"
		return e
	case isObject && (said.Error != "" || said.code() != ""):
		e.Code, e.Message = said.code(), said.Error
	case got.isHTML():
		e.Message, e.Page = htmlPage, true
	default:
		e.Message = strings.ToValidUTF8(string(got.body), "\uFFFD")
	}
	e.Message = cut(strings.TrimSpace(e.Message), maxMessage)
	r := ruleFor(e.Status, e.Code, e.Message)
	e.Kind = r.kind
	e.Retryable = r.again || e.Kind == RateLimited || e.Kind == Unavailable && e.Code == ""
	return e
}

// said is what the bodies of errors hold: an envelope, an answer to a
// submission, or {error} alone.
type said struct {
	Error        string `json:"error"`
	Code         string `json:"code"`
	Status       string `json:"status"`
	InvocationID string `json:"invocation_id"`
}

// invocation reports whether s answers a submission. Errors of other servers
// have a member status too.
func (s said) invocation() bool {
	known := InvocationStatus(s.Status) == StatusInvalidInvocationID
	return s.Code == "" && s.Status != "" && (known || s.InvocationID != "")
}

// code returns the runtime's code, or its status of a submission.
func (s said) code() string {
	if s.invocation() {
		return s.Status
	}
	return s.Code
}

// errorBody reads the body of an error.
func errorBody(body []byte) (s said, ok bool) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' {
		return said{}, false
	}
	err := json.Unmarshal(body, &s)
	return s, err == nil
}

// isInvocation reports whether body is the answer to a submission.
func isInvocation(body []byte) bool {
	s, ok := errorBody(body)
	return ok && s.invocation()
}

// retryAfter reads the header of that name, in seconds or as a date; 0: absent,
// unreadable or past.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && !now.IsZero() {
		return max(at.Sub(now), 0)
	}
	return 0
}

// cut shortens s to at most n bytes, at a boundary of characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
