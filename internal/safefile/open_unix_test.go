//go:build unix

package safefile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

// TestReadWaitsForNobody: a pipe in a folder may never get a writer, and a device
// never end. What the process was started with was meant to be read.
func TestReadWaitsForNobody(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, os.DevNull, "/dev/zero"} {
		if _, _, err := safefile.Read(path, 9); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("%s: error %v", path, err)
		}
	}
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	if _, err := to.WriteString("key"); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	got, _, err := safefile.Read(fmt.Sprintf("/dev/fd/%d", from.Fd()), 9)
	if err != nil || string(got) != "key" {
		t.Errorf("Read = %q, %v, want what stands in the pipe", got, err)
	}
}
