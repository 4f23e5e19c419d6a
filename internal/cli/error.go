package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// ErrNo ends a command whose negative answer is on stdout already: exit status
// 3 and no further message.
var ErrNo = errors.New("the answer is no")

// ErrPending ends a command whose work goes on, as the result on stdout says:
// exit status 8 and no further message.
var ErrPending = errors.New("the work goes on")

// Error is a failure as an operator sees it. Message names the thing and the
// place, Hint says why, Next the commands or steps that help.
type Error struct {
	Code       Code     `json:"code"`
	Message    string   `json:"message"`
	Hint       string   `json:"hint,omitempty"`
	Next       []string `json:"next"`
	Status     Status   `json:"status"`
	HTTPStatus int      `json:"http_status,omitempty"`
	Retryable  bool     `json:"retryable"`

	cause error
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause given to [Wrap], or nil.
func (e *Error) Unwrap() error { return e.cause }

// Usagef returns a usage error: exit status 2.
func Usagef(format string, args ...any) *Error {
	return &Error{Code: CodeUsage, Message: fmt.Sprintf(format, args...), Status: Usage}
}

// Wrap gives cause a code; the message is that of cause.
func Wrap(code Code, cause error) *Error {
	return &Error{Code: code, Message: cause.Error(), Status: code.Status(), cause: cause}
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithNext sets the next steps and returns e.
func (e *Error) WithNext(steps ...string) *Error {
	e.Next = steps
	return e
}

// Classify turns any error into an [Error]. It looks at types and sentinels,
// never at texts, and returns nil for nil, [ErrNo] and [ErrPending].
func Classify(err error) *Error {
	var known *Error
	var signal *SignalError
	var settings *config.Error
	var badOutput *output.Error
	switch {
	case err == nil, errors.Is(err, ErrNo), errors.Is(err, ErrPending):
		return nil
	case errors.As(err, &signal):
		return &Error{Code: CodeInterrupted, Message: signal.Error(), Status: signal.Status(), cause: err}
	case errors.As(err, &known):
		return known
	case errors.As(err, &settings):
		return Wrap(CodeSettings, err).WithHint("%s", settings.Hint).WithNext(validate(settings.Source))
	case errors.As(err, &badOutput):
		return Wrap(CodeUsage, err).WithHint("%s", badOutput.Hint)
	case errors.Is(err, context.Canceled):
		return &Error{Code: CodeInterrupted, Message: "interrupted", Status: Interrupted, cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return Wrap(CodeTimeout, err)
	case errors.Is(err, keyring.ErrNotFound):
		return Wrap(CodeNeedsSecret, err)
	case errors.Is(err, keyring.ErrName):
		return Wrap(CodeUsage, err)
	case errors.Is(err, keyring.ErrUnavailable), errors.Is(err, keyring.ErrTimeout):
		return Wrap(CodeKeyring, err)
	case errors.Is(err, fs.ErrNotExist):
		return Wrap(CodeNoFile, err)
	case errors.Is(err, fs.ErrPermission):
		return Wrap(CodePermission, err)
	}
	return Wrap(CodeFailure, err)
}

// validate is the command that looks at the place of a fault.
func validate(at config.Source) string {
	plain := strings.Trim(at.File, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == ""
	if at.Kind == config.FromFile && at.File != "" && plain { // nothing that a shell would read otherwise
		return "symbi-ctl config validate " + at.File
	}
	return "symbi-ctl config validate"
}

// WriteJSON writes e as the JSON object that machine formats put on stderr.
func (e *Error) WriteJSON(w io.Writer) error {
	shown := *e
	if shown.Next == nil {
		shown.Next = []string{}
	}
	line, err := output.EncodeJSONLine(map[string]*Error{"error": &shown})
	if err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}

// WriteText writes e for a person: one line, then hint and next steps.
func (e *Error) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "symbi-ctl: %s\n", said(e.Message))
	if e.Hint != "" {
		fmt.Fprintf(&b, "  hint: %s\n", said(e.Hint))
	}
	for _, step := range e.Next {
		fmt.Fprintf(&b, "  next: %s\n", said(step))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// said makes text harmless that a server may have had a part in. Its second line
// and those after it are marked: none of them looks like a line of ours.
func said(text string) string {
	return strings.ReplaceAll(output.Sanitize(text), "\n", "\n  | ")
}
