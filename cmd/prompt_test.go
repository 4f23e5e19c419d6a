package cmd_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/symbi-ctl/symbi-ctl/cmd"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// typing is one run at a terminal, where a person types the answers.
func typing(t *testing.T, answers string, args ...string) (status int, stdout, shown string) {
	t.Helper()
	terminal, program, err := pty.Open()
	if err != nil {
		t.Skip("this system has no pseudo terminals:", err)
	}
	defer terminal.Close()
	if _, err := io.WriteString(terminal, answers); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	status = cmd.Run(t.Context(), args, []string{"HOME=" + t.TempDir()}, program, &out, program)
	program.Close()
	screen, _ := io.ReadAll(terminal) // ends with an error when the other side is closed
	return status, out.String(), string(screen)
}

// TestPromptsAreInterrupted: Ctrl-C ends a command that waits for somebody, and
// leaves a terminal that shows what is typed.
func TestPromptsAreInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pins := filepath.Join(dir, "pins.json")
	for name, tc := range map[string]struct {
		prompt string
		hidden bool // what is typed is not shown
		args   []string
	}{
		"passphrase":   {"New passphrase: ", true, []string{"agentpin", "keygen", "--out-dir", dir, "--kid", "k", "--encrypt"}},
		"confirmation": {"[y/N] ", false, []string{"agentpin", "pins", "remove", "example.com", "--pin-store", pins}},
		"stdin":        {"", false, []string{"agentpin", "inspect", "-"}},
		"secret value": {"it is not shown.", true, []string{"config", "set", "api_key", "-", "--config", filepath.Join(dir, "settings.yaml")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terminal, program, err := pty.Open()
			if err != nil {
				t.Skip("this system has no pseudo terminals:", err)
			}
			defer terminal.Close()
			before, err := term.GetState(int(program.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			ctx, interrupt := context.WithCancelCause(t.Context())
			go func() {
				var shown []byte
				for one := make([]byte, 1); !bytes.HasSuffix(shown, []byte(tc.prompt)); {
					if n, err := terminal.Read(one); n == 0 || err != nil {
						break
					}
					shown = append(shown, one[0])
				}
				for tc.hidden { // the prompt comes before the echo goes
					now, err := term.GetState(int(program.Fd()))
					if err != nil || !reflect.DeepEqual(before, now) {
						break
					}
				}
				interrupt(&cli.SignalError{Signal: syscall.SIGINT})
				_, _ = io.Copy(io.Discard, terminal)
			}()
			status := cmd.Run(ctx, tc.args, []string{"HOME=" + t.TempDir()}, program, io.Discard, program)
			if status != 130 {
				t.Errorf("status %d, want 130", status)
			}
			after, err := term.GetState(int(program.Fd()))
			if err != nil || !reflect.DeepEqual(before, after) {
				t.Errorf("the terminal is not as it was: %v", err)
			}
		})
	}
}

func TestPassphraseIsTyped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "k.private.pem")
	status, _, shown := typing(t, "correct horse\ncorrect horse\n", "agentpin", "keygen", "--out-dir", dir, "--kid", "k", "--encrypt")
	if status != 0 || !strings.Contains(shown, "New passphrase, again: ") {
		t.Fatalf("keygen: status %d\n%s", status, shown)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "ENCRYPTED") {
		t.Errorf("the key is not encrypted: %v", err)
	}
	status, stdout, shown := typing(t, "correct horse\n", "agentpin", "kid", file)
	if status != 0 || !strings.Contains(stdout, "Thumbprint") || !strings.Contains(shown, "Passphrase of "+file+": ") {
		t.Errorf("kid: status %d, stdout %s\n%s", status, stdout, shown)
	}
	if status, _, shown := typing(t, "battery staple\n", "agentpin", "kid", file); status != 1 || !strings.Contains(shown, "the passphrase is wrong") {
		t.Errorf("a wrong passphrase: status %d\n%s", status, shown)
	}
	if status, _, shown := typing(t, "one\ntwo\n", "agentpin", "keygen", "--out-dir", dir, "--kid", "l", "--encrypt"); status != 2 || !strings.Contains(shown, "the two passphrases differ") {
		t.Errorf("two passphrases: status %d\n%s", status, shown)
	}
}
