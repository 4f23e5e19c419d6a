package cli_test

import (
	"errors"
	"io"
	"syscall"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// broken is a writer that fails.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestReaderThatGoes(t *testing.T) {
	t.Parallel()
	app := cli.New(&cli.App{Out: broken{syscall.EPIPE}})
	if app.Gone() {
		t.Error("gone before anything was written")
	}
	for range 2 {
		if n, err := io.WriteString(app.Out, "text"); n != 4 || err != nil {
			t.Errorf("write without a reader: %d, %v", n, err)
		}
	}
	if !app.Gone() {
		t.Error("nobody noticed that the reader has gone")
	}
	app = cli.New(&cli.App{Out: broken{syscall.ENOSPC}})
	if _, err := io.WriteString(app.Out, "text"); !errors.Is(err, syscall.ENOSPC) || app.Gone() {
		t.Errorf("a full disk: %v, gone %v", err, app.Gone())
	}
}
