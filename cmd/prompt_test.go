package cmd_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/symbi-ctl/symbi-ctl/cmd"
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
