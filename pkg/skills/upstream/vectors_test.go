package upstream_test

import (
	"bufio"
	"encoding/json"
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

func readLabelled(tb testing.TB) []labelled {
	tb.Helper()
	f, err := os.Open("testdata/vectors/labelled.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []labelled
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var l labelled
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			tb.Fatal(err)
		}
		all = append(all, l)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
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
