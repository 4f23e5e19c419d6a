package sarif_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	judge "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/symbi-ctl/symbi-ctl/internal/output/sarif"
)

func run() sarif.Run {
	return sarif.Run{
		Tool: sarif.Tool{Driver: sarif.Driver{
			Name: "symbi-ctl", SemanticVersion: "1.2.3", InformationURI: "https://example.com/symbi-ctl",
			Rules: []sarif.ReportingDescriptor{{
				ID: "pipe-to-shell", Name: "PipeToShell",
				ShortDescription:     &sarif.Message{Text: "Download piped into a shell"},
				FullDescription:      &sarif.Message{Text: "Whoever controls the URL controls the machine."},
				Help:                 &sarif.Message{Text: "Pin and verify.", Markdown: "**Pin** and verify."},
				HelpURI:              "https://example.com/rules/pipe-to-shell",
				DefaultConfiguration: &sarif.Configuration{Level: sarif.Error},
				Properties: &sarif.RuleProperties{
					Tags: []string{"security", "supply-chain"}, Precision: "high",
					SecuritySeverity: "9.5", ProblemSeverity: "error",
				},
			}},
		}},
		AutomationDetails: &sarif.AutomationDetails{ID: "symbi-ctl/skills/"},
		Invocations: []sarif.Invocation{{
			ExecutionSuccessful: true,
			ToolExecutionNotifications: []sarif.Notification{{
				Level: sarif.Warning, Message: sarif.Message{Text: "skipped: too large"}, Locations: []sarif.Location{at("big.bin", 0)},
			}},
		}},
	}
}

func at(uri string, line int) sarif.Location {
	l := sarif.Location{PhysicalLocation: sarif.PhysicalLocation{
		ArtifactLocation: sarif.ArtifactLocation{URI: uri, URIBaseID: sarif.RepositoryRoot},
	}}
	if line > 0 {
		l.PhysicalLocation.Region = &sarif.Region{StartLine: line, StartColumn: 3, EndLine: line, EndColumn: 9}
	}
	return l
}

func results() []sarif.Result {
	return []sarif.Result{
		{
			RuleID: "pipe-to-shell", Level: sarif.Error, Message: sarif.Message{Text: "curl | sh \u202e\x1b[2J <b>"},
			Locations:           []sarif.Location{at("skills/a%20b/SKILL.md", 7)},
			PartialFingerprints: map[string]string{sarif.LineHashKey: "c129715d7a2bc9a3:1", "symbi/v1": "00ff"},
			Properties:          map[string]any{"confidence": "high"},
		},
		{
			RuleID: "unlisted", RuleIndex: -1, Level: sarif.Note, Message: sarif.Message{Text: "looked at"},
			Locations:    []sarif.Location{at("run.sh", 1)},
			Suppressions: []sarif.Suppression{{Kind: sarif.InSource, Justification: "a test"}, {Kind: sarif.External}},
		},
		{RuleID: "bare", RuleIndex: -1, Message: sarif.Message{Text: "no place"}},
	}
}

func write(t *testing.T, r sarif.Run, results iter.Seq[sarif.Result]) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := sarif.Write(&buf, r, results); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// validate asks the schema of SARIF 2.1.0, and that no member is unknown to it.
func validate(t *testing.T, data []byte) {
	t.Helper()
	report := asJudged(t, data)
	if err := report.Validate(); err != nil {
		t.Errorf("against the schema: %v", err)
	}
	var ours, theirs any
	known, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(json.Unmarshal(data, &ours), json.Unmarshal(known, &theirs)); err != nil {
		t.Fatal(err)
	}
	for _, missing := range absent("", ours, theirs) {
		t.Errorf("the judge's model of SARIF does not know %s", missing)
	}
}

// asJudged reads data into the judge's model. That writes some members which
// have defaults even when they are absent, so it is given the defaults.
func asJudged(t *testing.T, data []byte) *judge.Report {
	t.Helper()
	report, err := judge.FromBytes(data)
	if err != nil {
		t.Fatalf("read back: %v", err)
	}
	for _, r := range report.Runs {
		r.Language, r.Tool.Driver.Language = "en-US", "en-US"
		r.NewlineSequences = []string{"\r\n", "\n"}
	}
	return report
}

// absent lists the paths of ours that theirs has not.
func absent(path string, ours, theirs any) (paths []string) {
	switch ours := ours.(type) {
	case map[string]any:
		theirs, _ := theirs.(map[string]any)
		for key, value := range ours {
			if other, ok := theirs[key]; ok {
				paths = append(paths, absent(path+"/"+key, value, other)...)
			} else {
				paths = append(paths, path+"/"+key)
			}
		}
	case []any:
		theirs, _ := theirs.([]any)
		for i, value := range ours {
			if i < len(theirs) {
				paths = append(paths, absent(fmt.Sprintf("%s/%d", path, i), value, theirs[i])...)
			}
		}
	}
	return paths
}

func TestSchema(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		run     sarif.Run
		results []sarif.Result
	}{
		"full":      {run(), results()},
		"no result": {run(), nil},
		"least":     {sarif.Run{Tool: sarif.Tool{Driver: sarif.Driver{Name: "x"}}}, results()[2:]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := write(t, tc.run, slices.Values(tc.results))
			validate(t, data)
			var got sarif.Log
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			want := tc.run
			want.Results = append([]sarif.Result{}, tc.results...)
			if diff := cmp.Diff(sarif.Log{Schema: sarif.Schema, Version: sarif.Version, Runs: []sarif.Run{want}}, got); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemaNoticesFaults(t *testing.T) {
	t.Parallel()
	bad := results()[:1]
	bad[0].Level = "catastrophic"
	if asJudged(t, write(t, run(), slices.Values(bad))).Validate() == nil {
		t.Error("a level that does not exist passed: the judge sees nothing")
	}
}

func TestEachResultHasItsLine(t *testing.T) {
	t.Parallel()
	lines := strings.Split(string(write(t, run(), slices.Values(results()))), "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[1], `{"ruleId":"pipe-to-shell","ruleIndex":0,`) || lines[4] != "]}]}" {
		t.Errorf("lines are %q", lines)
	}
	if !strings.Contains(lines[1], `curl | sh \u202e\u001b[2J <b>`) {
		t.Errorf("text is not escaped: %s", lines[1])
	}
}

type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	many := slices.Repeat(results(), 100)
	for _, room := range []int{0, 5000, 10_000} {
		if err := sarif.Write(&broken{room}, run(), slices.Values(many)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("after %d bytes: %v, want %v", room, err, io.ErrClosedPipe)
		}
	}
	odd := results()
	odd[0].Properties = map[string]any{"f": func() {}}
	var unsupported *json.UnsupportedTypeError
	if err := sarif.Write(io.Discard, run(), slices.Values(odd)); !errors.As(err, &unsupported) {
		t.Errorf("a function as property: %v", err)
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"SKILL.md":          "SKILL.md",
		"skills/a b/x.md":   "skills/a%20b/x.md",
		"100%/ü.md":         "100%25/%C3%BC.md",
		"file:x/http:y":     "file%3Ax/http%3Ay",
		`back\slash`:        "back%5Cslash",
		"a?b#c":             "a%3Fb%23c",
		"a\u202e/\x1b":      "a%E2%80%AE/%1B",
		"\xff":              "%FF",
		"~/-._/@&=+$":       "~/-._/@&=+$",
		"..a/.hidden/...md": "..a/.hidden/...md",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			got, err := sarif.URI(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("URI (-want +got):\n%s", diff)
			}
			if back, err := url.PathUnescape(got); err != nil || back != path {
				t.Errorf("reads back as %q, %v", back, err)
			}
		})
	}
	for _, path := range []string{"", ".", "..", "../x", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "\xff/.."} {
		if got, err := sarif.URI(path); !errors.Is(err, sarif.ErrPath) {
			t.Errorf("URI(%q) = %q, %v, want ErrPath", path, got, err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	b.ReportAllocs()
	result := results()[0]
	for b.Loop() {
		err := sarif.Write(io.Discard, run(), func(yield func(sarif.Result) bool) {
			for range sarif.MaxResults {
				if !yield(result) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleWrite() {
	driver := sarif.Driver{Name: "symbi-ctl", Rules: []sarif.ReportingDescriptor{{ID: "pipe-to-shell"}}}
	found := []sarif.Result{{
		RuleID:  "pipe-to-shell",
		Level:   sarif.Error,
		Message: sarif.Message{Text: "Download piped into a shell"},
	}}
	if err := sarif.Write(os.Stdout, sarif.Run{Tool: sarif.Tool{Driver: driver}}, slices.Values(found)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"symbi-ctl","rules":[{"id":"pipe-to-shell"}]}},"results":[
	// {"ruleId":"pipe-to-shell","ruleIndex":0,"level":"error","message":{"text":"Download piped into a shell"}}
	// ]}]}
}
