package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func TestDotenv(t *testing.T) {
	t.Parallel()
	// PATH is a variable of every process: it must have no effect.
	for name, tc := range map[string]struct{ text, want string }{
		"plain":              {"SYMBIONT_API_KEY=k\n", "k"},
		"export":             {"# c\n\nexport SYMBIONT_API_KEY=k # c\n", "k"},
		"single quotes":      {"SYMBIONT_API_KEY='a b'\n", "a b"},
		"double quotes":      {`SYMBIONT_API_KEY="a b"`, "a b"},
		"dollar":             {"SYMBIONT_API_KEY=a$PATH\n", "a$PATH"},
		"dollar and braces":  {`SYMBIONT_API_KEY="${PATH}"`, "${PATH}"},
		"dollar in quotes":   {"SYMBIONT_API_KEY='$PATH'\n", "$PATH"},
		"escaped dollar":     {`SYMBIONT_API_KEY="a\$b"`, "a$b"},
		"windows":            {"A=1\r\nSYMBIONT_API_KEY=k\r\n", "k"},
		"byte order mark":    {"\ufeffSYMBIONT_API_KEY=k\n", "k"},
		"others are ignored": {"SYMBIONT_ENV=production\nX=\nSYMBIONT_API_KEY=k\n", "k"},
		"empty":              {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.EnvFile = w.write("x.env", tc.text)
			if e, err := w.load().Endpoint(); err != nil || e.Token.Reveal() != tc.want {
				t.Errorf("want %q, got %q, %v", tc.want, e.Token.Reveal(), err)
			}
		})
	}
}

func TestDotenvFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"first line":  {"canary\n", "x.env:1: wants lines of the form NAME=value"},
		"later line":  {"A=1\n\n# c\ncanary canary\nB=2\n", "x.env:4: wants lines of the form NAME=value"},
		"open quote":  {"A='canary\n", "x.env:1: wants lines of the form NAME=value"},
		"not UTF-8":   {"A=\xff\n", "x.env: the file is not UTF-8 text"},
		"NUL":         {"A=\x00\n", "x.env: the file is not UTF-8 text"},
		"too big":     {strings.Repeat("#\n", 1<<20), "x.env: the file is bigger than 1 MiB"},
		"wrong value": {"SYMBIONT_TIMEOUT=x\n", `x.env SYMBIONT_TIMEOUT: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.EnvFile = w.write("x.env", tc.text)
			_, err := config.Load(w.LoadOptions)
			if _, ok := errors.AsType[*config.Error](err); !ok {
				t.Fatalf("want a *config.Error, got %v", err)
			}
			if got := strings.TrimPrefix(err.Error(), filepath.Dir(w.home)+"/"); got != tc.want {
				t.Errorf("want %q, got %q", tc.want, got)
			}
		})
	}
}

func TestDotenvWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.EnvFile = w.write("x.env", "SYMBIONT_API_KEY=k\n")
	if err := os.Chmod(w.EnvFile, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := w.load().Warnings; len(got) != 1 || !strings.Contains(got[0], w.EnvFile) {
		t.Errorf("want a warning about %s, got %q", w.EnvFile, got)
	}
}
