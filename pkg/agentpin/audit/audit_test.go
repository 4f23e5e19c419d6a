package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/audit"
)

func record(verb string) audit.Record {
	return audit.Record{Time: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Verb: verb, Valid: true, ID: "j"}
}

func check(t *testing.T, text string) (int, *audit.Fault) {
	t.Helper()
	n, fault, err := audit.Check(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return n, fault
}

func TestLog(t *testing.T) {
	t.Parallel()
	log := audit.Log{Path: filepath.Join(t.TempDir(), "audit.jsonl")}
	const writers = 10
	var all errgroup.Group
	for range writers {
		all.Go(func() error {
			return log.Append(context.WithoutCancel(t.Context()), record("verify"), record("issue"))
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(log.Path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if n, fault := check(t, text); n != 2*writers || fault != nil {
		t.Errorf("%d lines, fault %v", n, fault)
	}
	lines := strings.SplitAfter(text, "\n")
	for name, broken := range map[string]string{
		"changed":    strings.Replace(text, `"valid":true`, `"valid":false`, 1),
		"taken out":  strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), ""),
		"first gone": strings.Join(lines[1:], ""),
		"swapped":    lines[1] + lines[0] + strings.Join(lines[2:], ""),
		"no record":  "x\n" + text,
		"null":       text + "null\n",
		"other":      text + "{\"prev\":\"\"}\n",
		"too long":   text + strings.Repeat("x", 2<<20),
	} {
		if _, fault := check(t, broken); fault == nil {
			t.Errorf("%s: no fault found", name)
		}
	}
}

func TestCutLine(t *testing.T) {
	t.Parallel()
	log := audit.Log{Path: filepath.Join(t.TempDir(), "audit.jsonl")}
	if err := os.WriteFile(log.Path, []byte(`{"verb":`), 0o600); err != nil {
		t.Fatal(err)
	}
	err := log.Append(t.Context(), record("verify"))
	if err == nil || !strings.Contains(err.Error(), "the last line is cut off") {
		t.Errorf("error %v", err)
	}
	if err := log.Append(t.Context()); err != nil {
		t.Errorf("nothing to write: %v", err)
	}
	if err := (audit.Log{Path: t.TempDir()}).Append(t.Context(), record("verify")); err == nil {
		t.Error("a folder is written")
	}
}

// TestLinks holds that a folder that others filled leads nowhere: not by the name
// of the log, and not by that of its lock.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"audit.log", "audit.log.lock"} {
		dir := t.TempDir()
		target := filepath.Join(t.TempDir(), "victim")
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
		err := audit.Log{Path: filepath.Join(dir, "audit.log")}.Append(t.Context(), record("verify"))
		if err == nil || !strings.Contains(err.Error(), "a symbolic link, which is not followed here") {
			t.Errorf("%s: error %v", link, err)
		}
		if _, err := os.Lstat(target); err == nil {
			t.Errorf("%s: the target of the link was made", link)
		}
	}
}

// TestOtherFile holds that nothing is written behind what is no log: the name of
// another file is easily given by mistake.
func TestOtherFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"eyJhbGciOiJFUzI1NiJ9.e30.AAAA\n", "{\n  \"entity\": \"example.com\"\n}\n", "{\"verb\":1}\n", "{}\n", "null\n", "\n"} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := audit.Log{Path: path}.Append(t.Context(), record("verify"))
		if err == nil || !strings.Contains(err.Error(), "its last line is no record") {
			t.Errorf("%q: error %v", text, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}

// TestLongestRecord holds that no token makes a line that breaks the log: of a
// name that a token may hold every byte can become an escape of six.
func TestLongestRecord(t *testing.T) {
	t.Parallel()
	log := audit.Log{Path: filepath.Join(t.TempDir(), "audit.jsonl")}
	long := record("verify")
	long.Issuer = strings.Repeat("<", 64<<10)
	for range 3 {
		if err := log.Append(t.Context(), long, record("verify")); err != nil {
			t.Fatal(err)
		}
		if err := log.Append(t.Context(), long); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(log.Path)
	if err != nil {
		t.Fatal(err)
	}
	if n, fault := check(t, string(data)); n != 9 || fault != nil {
		t.Errorf("%d lines, fault %v", n, fault)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte("{\"verb\":\"verify\",\"prev\":\"\"}\n{\"prev\":\"x\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, fault, err := audit.Check(bytes.NewReader(data))
		if err != nil || fault != nil || (audit.Log{Path: path}).Append(t.Context(), record("verify")) != nil {
			return
		}
		longer, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, fault, err := audit.Check(bytes.NewReader(longer)); err != nil || fault != nil {
			t.Fatalf("an intact log with one more record: %v, %v", fault, err)
		}
	})
}

func ExampleLog_Append() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log := audit.Log{Path: filepath.Join(dir, "audit.jsonl")}
	if err := log.Append(context.Background(), record("issue"), record("verify")); err != nil {
		fmt.Println(err)
		return
	}
	f, err := os.Open(log.Path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(audit.Check(f))
	// Output: 2 <nil> <nil>
}

func ExampleCheck() {
	n, fault, err := audit.Check(strings.NewReader(`{"time":"2026-06-01T00:00:00Z","verb":"verify","valid":true,"prev":"1"}`))
	fmt.Println(n, fault.Message, err)
	// Output: 1 a line before this one was changed, added or taken out <nil>
}
