package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// AskSecret asks for a secret on stderr and reads it from the terminal without
// showing it. When stdin is not a terminal it refuses instead of reading what
// is not meant for it. Next are the ways to give the secret otherwise.
func (a *App) AskSecret(question string, next ...string) ([]byte, error) {
	terminal, ok := a.In.(*Input)
	if !ok || !a.Terminal.In || !a.Terminal.Err {
		e := &Error{Code: CodeNeedsSecret, Status: CodeNeedsSecret.Status(), Message: question + " is needed and nobody can be asked", Next: next}
		return nil, e.WithHint("stdin or stderr is not a terminal")
	}
	fmt.Fprintf(a.Err, "%s: ", output.Sanitize(question))
	secret, err := terminal.Secret()
	fmt.Fprintln(a.Err)
	if errors.Is(err, io.EOF) {
		err = nil // the end of the input ends the line, too
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", question, err)
	}
	return secret, nil
}
