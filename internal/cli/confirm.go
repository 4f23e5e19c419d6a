package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// Confirm asks question on stderr and returns nil when the answer is yes. With
// yes set it asks nothing. When stdin is not a terminal it refuses instead of
// waiting for an answer that cannot come.
func (a *App) Confirm(yes bool, question string) error {
	if yes {
		return nil
	}
	refused := &Error{Code: CodeNeedsYes, Status: Usage, Message: "not confirmed: " + question, Next: []string{"add --yes"}}
	if !a.Terminal.In || !a.Terminal.Err {
		return refused.WithHint("nobody can be asked here: stdin or stderr is not a terminal")
	}
	fmt.Fprintf(a.Err, "%s [y/N] ", output.Sanitize(question))
	line, err := bufio.NewReader(a.In).ReadString('\n')
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.Err)
		return err
	}
	if err != nil && line == "" {
		return refused
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return &Error{Code: CodeNeedsYes, Status: Usage, Message: "not confirmed; nothing was done"}
}
