package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

var errClosed = errors.New("the reader of objects is closed")

// Blob is the content of a file or the target of a symbolic link.
type Blob struct {
	Data []byte // the beginning when Size is above the limit
	Size int64  // of the whole object, in bytes
}

// Blobs reads objects through one git process. Reads from several goroutines
// take turns. Close it.
type Blobs struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *head
	cancel context.CancelFunc
	ended  func() error // the error of the context
	broken error        // after it, question and answer may not fit together
}

// Blobs starts the process. It ends with Close, or with ctx.
func (r *Repo) Blobs(ctx context.Context) (*Blobs, error) {
	inner, cancel := context.WithCancel(ctx)
	b := &Blobs{stderr: &head{}, cancel: cancel, ended: ctx.Err}
	b.cmd = r.command(inner, append(noHooks(), "cat-file", "--batch")...)
	b.cmd.Stderr = b.stderr
	in, err := b.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, fmt.Errorf("run git cat-file: %w", err)
	}
	out, err := b.cmd.StdoutPipe()
	if err == nil {
		err = b.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, failure(ctx.Err(), "cat-file", err, b.stderr)
	}
	b.in, b.out = in, bufio.NewReaderSize(out, 64<<10)
	return b, nil
}

// Read returns the object with this id, but not more than limit bytes of it. An
// object that is not there, as in a partial clone, is [ErrMissing]; nothing is
// fetched. After any other error the next reads fail too.
func (b *Blobs) Read(id string, limit int64) (Blob, error) {
	if !isID(id) {
		return Blob{}, fmt.Errorf("read object %.64q: %w", id, ErrMissing)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return Blob{}, b.broken
	}
	blob, err := b.ask(id, max(limit, 0))
	if err == nil || errors.Is(err, ErrMissing) {
		return blob, err
	}
	b.cancel()
	_ = b.cmd.Wait() // for its last words; that it was killed is our doing
	b.broken = fmt.Errorf("read object %s: %w", id, failure(b.ended(), "cat-file", err, b.stderr))
	return Blob{}, b.broken
}

func (b *Blobs) ask(id string, limit int64) (Blob, error) {
	if _, err := io.WriteString(b.in, id+"\n"); err != nil {
		return Blob{}, err
	}
	header, err := b.out.ReadString('\n')
	if err != nil {
		return Blob{}, unexpected(err)
	}
	// ID TYPE SIZE, or ID "missing"
	part := strings.Fields(header)
	if len(part) == 2 && part[1] == "missing" {
		return Blob{}, fmt.Errorf("read object %s: %w", id, ErrMissing)
	}
	if len(part) != 3 || part[0] != id {
		return Blob{}, malformed(header)
	}
	size, err := strconv.ParseInt(part[2], 10, 64)
	if err != nil || size < 0 {
		return Blob{}, malformed(header)
	}
	blob := Blob{Data: make([]byte, min(size, limit)), Size: size}
	if _, err := io.ReadFull(b.out, blob.Data); err != nil {
		return Blob{}, unexpected(err)
	}
	rest := size - int64(len(blob.Data)) + 1 // and a line feed
	if _, err := io.CopyN(io.Discard, b.out, rest); err != nil {
		return Blob{}, unexpected(err)
	}
	if part[1] != "blob" {
		return Blob{}, fmt.Errorf("read object %s: it is a %s: %w", id, part[1], ErrMissing)
	}
	return blob, nil
}

// Close ends the process and waits for it. Closing twice does nothing.
func (b *Blobs) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.cancel()
	if b.broken != nil {
		return nil
	}
	b.broken = errClosed
	err := b.in.Close()
	if waitErr := b.cmd.Wait(); waitErr != nil && b.ended() == nil {
		return failure(nil, "cat-file", waitErr, b.stderr)
	}
	return err
}

// unexpected is the error for output that ends where it must not.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
