package cli

import (
	"errors"
	"io"
	"syscall"
)

// outlet is stdout for a reader that may go away, as in `| head`. From then on
// what is written to it is dropped, so that the command comes to the status that
// it would have had: a refusal stays one, whoever reads it.
type outlet struct {
	io.Writer
	gone bool
}

func (o *outlet) Write(data []byte) (int, error) {
	if o.gone {
		return len(data), nil
	}
	n, err := o.Writer.Write(data)
	if errors.Is(err, syscall.EPIPE) {
		o.gone = true
		return len(data), nil
	}
	return n, err
}

// Gone reports whether the reader of stdout went away: what would go on for ever
// has to end.
func (a *App) Gone() bool {
	o, ok := a.Out.(*outlet)
	return ok && o.gone
}
