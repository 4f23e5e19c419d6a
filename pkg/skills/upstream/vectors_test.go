package upstream_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// labelled is an entry of labelled.jsonl.
type labelled struct {
	ID          string   `json:"id"`
	Text        string   `json:"text"`
	Encoding    string   `json:"encoding"`
	FileName    string   `json:"file_name"`
	SDKRules    []string `json:"expect_rule_ids_sdk10"`
	SDKBlocks   bool     `json:"sdk10_blocks"`
	SDKScanned  bool     `json:"sdk10_file_scanned"`
	RustRules   []string `json:"expect_rule_ids_rust"`
	RustScanned bool     `json:"rust_file_scanned"`
}

// file returns the text as its file has it.
func (l labelled) file(t *testing.T) string {
	t.Helper()
	if l.Encoding == "" || strings.EqualFold(l.Encoding, "utf-8") {
		return l.Text
	}
	name := strings.ReplaceAll(strings.ToLower(l.Encoding), "_", "-")
	name = strings.NewReplacer("-le", "le", "-be", "be").Replace(name)
	enc, err := htmlindex.Get(name)
	if err != nil {
		t.Fatalf("encoding of %s: %v", l.ID, err)
	}
	text, err := enc.NewEncoder().String(l.Text)
	if err != nil {
		t.Fatalf("encode %s: %v", l.ID, err)
	}
	if name == "utf-16" {
		text = "\xff\xfe" + text
	}
	return text
}

func readLabelled(t testing.TB) []labelled {
	t.Helper()
	f, err := os.Open("testdata/vectors/labelled.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []labelled
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var l labelled
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func TestRulesAreUpstreams(t *testing.T) {
	t.Parallel()
	var want map[string][]upstream.Rule
	readJSON(t, "rules.json", &want)
	for name, set := range map[string]*upstream.Set{"sdk_1_11_0": upstream.SDK(), "rust_1_10_to_1_19": upstream.Runtime()} {
		got := set.Rules()
		for i := range got {
			if got[i].Message == "" {
				t.Errorf("%s: %s has no message", name, got[i].Name)
			}
			if i < len(want[name]) && want[name][i].Message == "" { // the file has the SDK's only
				got[i].Message = ""
			}
			got[i].Severity = strings.ToLower(got[i].Severity)
		}
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	entries := map[string]labelled{}
	for _, l := range readLabelled(t) {
		entries[l.ID] = l
		t.Run("labelled/"+l.ID, func(t *testing.T) {
			t.Parallel()
			l.check(t)
		})
	}
	var file struct {
		Cases []runtimeCase `json:"cases"`
	}
	readJSON(t, "runtime_scan.json", &file)
	for _, c := range file.Cases {
		t.Run("runtime/"+c.Name, func(t *testing.T) {
			t.Parallel()
			switch c.Kind {
			case "text":
				c.checkText(t, entries)
			case "folder":
				c.checkFolder(t)
			default:
				t.Errorf("unknown kind %q", c.Kind)
			}
		})
	}
}

// check compares what both scanners find in an entry with its labels.
func (l labelled) check(t *testing.T) {
	t.Helper()
	sdk := upstream.SDK()
	if diff := cmp.Diff(distinct(l.SDKRules), ruleNames(sdk.ScanText([]byte(l.Text), ""))); diff != "" {
		t.Errorf("SDK: rules (-want +got)\n%s", diff)
	}
	dir := t.TempDir()
	write(t, dir, l.FileName, l.file(t))
	got, err := sdk.ScanDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Passed == l.SDKBlocks || (got.Files == 1) != l.SDKScanned {
		t.Errorf("SDK: blocks %t, scanned %t; got %+v", l.SDKBlocks, l.SDKScanned, got)
	}
	runtime := upstream.Runtime()
	if diff := cmp.Diff(distinct(l.RustRules), ruleNames(runtime.ScanText([]byte(l.Text), ""))); diff != "" {
		t.Errorf("runtime: rules (-want +got)\n%s", diff)
	}
	if got, err = runtime.ScanDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if (got.Files == 1) != l.RustScanned {
		t.Errorf("runtime: scanned %t; got %+v", l.RustScanned, got)
	}
}

func distinct(names []string) []string {
	names = slices.Sorted(slices.Values(names))
	return slices.Compact(names)
}

func ruleNames(findings []upstream.Finding) []string {
	var names []string
	for _, f := range findings {
		names = append(names, f.Rule)
	}
	return distinct(names)
}

// runtimeCase is a case of runtime_scan.json.
type runtimeCase struct {
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	ID        string            `json:"id"`
	FileName  string            `json:"file_name"`
	Text      string            `json:"text"`
	TextParts [][2]any          `json:"text_parts"` // text and how often
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
		entry.Text += strings.Repeat(fmt.Sprint(part[0]), int(part[1].(float64)))
	}
	runtime := upstream.Runtime()
	got := vectorFindings(runtime.ScanText([]byte(entry.Text), c.FileName), false)
	if diff := cmp.Diff(c.Findings, got); diff != "" {
		t.Errorf("text (-want +got)\n%s", diff)
	}
	if c.OnlyPass == nil {
		return
	}
	dir := t.TempDir()
	write(t, dir, c.FileName, entry.file(t))
	res, err := runtime.ScanDir(t.Context(), dir)
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

func link(t *testing.T, make func(target, name string) error, target, name string) {
	t.Helper()
	mkdir(t, filepath.Dir(name))
	if err := make(target, name); err != nil {
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
