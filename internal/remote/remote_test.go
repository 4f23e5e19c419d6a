package remote_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

// FuzzQuote: a shell reads a quoted text as that text.
func FuzzQuote(f *testing.F) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no shell here:", err)
	}
	for _, seed := range []string{"", "plain", "two words", "it's", "$(id)", "`id`", "a\nb", "~", "*", "-n", `\`, "é", "#", "!"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i := range len(text) {
			if text[i] == 0 {
				t.Skip("no argument holds a zero byte")
			}
		}
		got, err := exec.CommandContext(t.Context(), shell, "-c", "printf %s "+remote.Quote(text)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("Quote(%q) (-want +got):\n%s", text, diff)
		}
	})
}

// TestOwnToken: whoever comes first makes the token, and all have the same.
func TestOwnToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tokens := make([]string, 20)
	var all sync.WaitGroup
	for i := range tokens {
		all.Go(func() {
			token, err := remote.OwnToken(dir)
			if err != nil {
				t.Error(err)
			}
			tokens[i] = token
		})
	}
	all.Wait()
	for _, token := range tokens {
		if token == "" || token != tokens[0] {
			t.Errorf("token %q, want %q", token, tokens[0])
		}
	}
	info, err := os.Stat(remote.TokenFile(dir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the token: %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := os.WriteFile(remote.TokenFile(dir), []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if token, err := remote.OwnToken(dir); err == nil {
		t.Errorf("an empty file gave %q", token)
	}
}

// TestOwnTokenIsOnlyOnes: a token that others can read is not used, nor one
// behind a link that others may have laid.
func TestOwnTokenIsOnlyOnes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes there")
	}
	for name, lay := range map[string]func(path string) error{
		"group": func(path string) error { return os.Chmod(path, 0o640) },
		"world": func(path string) error { return os.Chmod(path, 0o604) },
		"link": func(path string) error {
			return errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".real", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, err := remote.OwnToken(dir); err != nil {
				t.Fatal(err)
			}
			path := remote.TokenFile(dir)
			if err := lay(path); err != nil {
				t.Fatal(err)
			}
			if token, err := remote.OwnToken(dir); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %q, %v; want it refused by name", token, err)
			}
		})
	}
}
