package audit_test

import (
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

func ExampleCheck() {
	n, fault, err := audit.Check(strings.NewReader(`{"time":"2026-06-01T00:00:00Z","verb":"verify","valid":true,"prev":"1"}`))
	fmt.Println(n, fault.Message, err)
	// Output: 1 a line before this one was changed, added or taken out <nil>
}
