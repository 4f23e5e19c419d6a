package cli

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

// Input is stdin, of which a command lets go when its context ends: a read that
// waits for a person or a pipe would otherwise outlive Ctrl-C.
type Input struct {
	ctx  context.Context //nolint:containedctx // io.Reader has no place for it
	from io.Reader
}

// NewInput reads from stdin until ctx ends; then reads fail with its error.
func NewInput(ctx context.Context, stdin io.Reader) *Input { return &Input{ctx: ctx, from: stdin} }

// Read reads what stdin has. A read that was given up goes on in the background
// and ends with the process: what it gets is lost.
func (in *Input) Read(p []byte) (int, error) {
	buffer := make([]byte, len(p)) // p is the caller's again when we give up
	n, err := wait(in.ctx, func() (int, error) { return in.from.Read(buffer) })
	return copy(p, buffer[:n]), err
}

// Secret reads a line from the terminal without showing it, and leaves the
// terminal as it was, also when it is given up. Stdin has to be a terminal.
func (in *Input) Secret() ([]byte, error) {
	f, ok := in.from.(*os.File)
	if !ok {
		return nil, os.ErrInvalid
	}
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	line, err := wait(in.ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
	if in.ctx.Err() != nil {
		_ = term.Restore(int(f.Fd()), before) // there is nothing left to try
	}
	return line, err
}

// wait returns what call returns, or the error of ctx when that ends first.
func wait[T any](ctx context.Context, call func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := call()
		done <- result{v, err}
	}()
	select {
	case got := <-done:
		return got.value, got.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
