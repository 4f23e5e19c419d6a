package upstream_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// runtimeCase is a case of runtime_scan.json.
type runtimeCase struct {
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	ID        string            `json:"id"`
	FileName  string            `json:"file_name"`
	Text      string            `json:"text"`
	TextParts []textPart        `json:"text_parts"`
	Files     map[string][]byte `json:"files"`
	Generated map[string]int    `json:"generated"`
	Symlinks  map[string]string `json:"symlinks"`
	Hardlinks map[string]string `json:"hardlinks"`
	FIFOs     []string          `json:"fifos"`
	Dirs      []string          `json:"directories"`
	Absent    bool              `json:"absent"`
	Limits    *struct {
		FileBytes *int64 `json:"max_file_size"`
		Files     *int   `json:"max_files"`
		Depth     *int   `json:"max_depth"`
	} `json:"limits"`
	Findings []vectorFinding  `json:"findings"`
	OnlyFile *[]vectorFinding `json:"findings_as_only_file"`
	OnlyPass *bool            `json:"passed_as_only_file"`
	Pass     bool             `json:"passed"`
}

// textPart is a pair: a text and how often it stands.
type textPart struct {
	text  string
	times int
}

func (p *textPart) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[]any{&p.text, &p.times}) }

type vectorFinding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"` // of scan-incomplete only
	Line     int    `json:"line"`
	File     string `json:"file"`
}

func vectorFindings(findings []upstream.Finding, withFile bool) []vectorFinding {
	out := []vectorFinding{}
	for _, f := range findings {
		v := vectorFinding{Rule: f.Rule, Severity: f.Severity, Line: f.Line}
		if f.Rule == "scan-incomplete" {
			v.Message = f.Message
		}
		if withFile {
			v.File = f.Path
		}
		out = append(out, v)
	}
	return out
}

func (c runtimeCase) checkText(t *testing.T, entries map[string]labelled) {
	t.Helper()
	entry := labelled{ID: c.Name, Text: c.Text, FileName: c.FileName}
	if c.ID != "" {
		entry = entries[c.ID]
	}
	for _, part := range c.TextParts {
		entry.Text += strings.Repeat(part.text, part.times)
	}
	scanner := upstream.Runtime()
	got := vectorFindings(scanner.ScanText([]byte(entry.Text), c.FileName), false)
	if diff := cmp.Diff(c.Findings, got); diff != "" {
		t.Errorf("text (-want +got)\n%s", diff)
	}
	if c.OnlyPass == nil {
		return
	}
	dir := t.TempDir()
	write(t, dir, c.FileName, entry.file(t))
	res, err := scanner.ScanDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := c.Findings
	if c.OnlyFile != nil {
		want = *c.OnlyFile
	}
	withFile := slices.ContainsFunc(want, func(f vectorFinding) bool { return f.File != "" })
	if diff := cmp.Diff(want, vectorFindings(res.Findings, withFile)); diff != "" || res.Passed != *c.OnlyPass {
		t.Errorf("only file: want passed %t, got %t; findings (-want +got)\n%s", *c.OnlyPass, res.Passed, diff)
	}
}

func (c runtimeCase) checkFolder(t *testing.T) {
	t.Helper()
	if c.Absent && runtime.GOOS == "windows" {
		t.Skip("the message is that of the system")
	}
	dir := filepath.Join(t.TempDir(), "skill")
	if !c.Absent {
		c.build(t, dir)
	}
	limits := upstream.DefaultLimits()
	if l := c.Limits; l != nil {
		set(&limits.FileBytes, l.FileBytes)
		set(&limits.Files, l.Files)
		set(&limits.Depth, l.Depth)
	}
	got, err := upstream.RuntimeWithin(limits).ScanDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Findings {
		if got.Findings[i].Path == dir {
			got.Findings[i].Path = "<project>/skill"
		}
	}
	if diff := cmp.Diff(c.Findings, vectorFindings(got.Findings, true)); diff != "" || got.Passed != c.Pass {
		t.Errorf("want passed %t, got %t; findings (-want +got)\n%s", c.Pass, got.Passed, diff)
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// build makes the folder that the case describes.
func (c runtimeCase) build(t *testing.T, dir string) {
	t.Helper()
	mkdir(t, dir)
	for _, name := range c.Dirs {
		mkdir(t, filepath.Join(dir, name))
	}
	for name, content := range c.Files {
		write(t, dir, name, string(content))
	}
	for name, n := range c.Generated {
		if before, after, many := strings.Cut(name, "*"); many {
			for i := range n {
				write(t, dir, fmt.Sprintf("%s%05d%s", before, i, orText(after)), "")
			}
			continue
		}
		write(t, dir, name, string(bytes.Repeat([]byte{'a'}, n)))
	}
	for name, target := range c.Symlinks {
		link(t, os.Symlink, target, filepath.Join(dir, name))
	}
	for name, target := range c.Hardlinks {
		link(t, os.Link, filepath.Join(dir, target), filepath.Join(dir, name))
	}
	for _, name := range c.FIFOs {
		file := filepath.Join(dir, name)
		mkdir(t, filepath.Dir(file))
		if err := mkfifo(file); errors.Is(err, errors.ErrUnsupported) {
			t.Skip("this system has no named pipes in its file system")
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// orText returns the ending, that of a text file if there is none.
func orText(ending string) string {
	if ending == "" {
		return ".txt"
	}
	return ending
}

func link(t *testing.T, create func(target, name string) error, target, name string) {
	t.Helper()
	mkdir(t, filepath.Dir(name))
	if err := create(target, name); err != nil {
		t.Skipf("this system lets us make no links: %v", err)
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	mkdir(t, filepath.Dir(file))
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
