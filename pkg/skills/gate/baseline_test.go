package gate_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
)

func TestFingerprint(t *testing.T) {
	t.Parallel()
	// Baselines in repositories hold these: a change of the form is a break.
	const want = "16c97739c6b92986c176d670e85af80a0529704d8b822548037676c2df3502cb"
	base := gate.Fingerprint("rule", "a/b", "curl  x |\tsh\n", 0)
	if base != want {
		t.Errorf("want %s, got %s", want, base)
	}
	if got := gate.Fingerprint("rule", "a/b", " curl x | sh", 0); got != base {
		t.Error("white space changes the fingerprint")
	}
	for name, other := range map[string]string{
		"rule": gate.Fingerprint("rule2", "a/b", "curl x | sh", 0),
		"path": gate.Fingerprint("rule", "a", "curl x | sh", 0),
		"text": gate.Fingerprint("rule", "a/b", "curl x|sh", 0),
		"nth":  gate.Fingerprint("rule", "a/b", "curl x | sh", 1),
	} {
		if other == base {
			t.Errorf("another %s has the same fingerprint", name)
		}
	}
}

func some() []gate.Finding {
	return []gate.Finding{
		{Rule: "r", Path: "b", Line: 1, Matched: "x  y"},
		{Rule: "r", Path: "b", Line: 9, Matched: "x y"},
		{Rule: "r", Path: "a", Line: 3, Matched: "z"},
		{Rule: "file", Path: "a"},
	}
}

func TestBaselineRoundTrip(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 5, time.FixedZone("", 3600))
	b := gate.NewBaseline("symbi", at, some())
	var first, second bytes.Buffer
	for _, w := range []io.Writer{&first, &second} {
		if err := b.Write(w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two writes differ")
	}
	if !strings.HasPrefix(first.String(), "{\n  \"version\": 1,\n  \"rule_set\": \"symbi\",\n  \"created\": \"2026-03-01T11:00:00Z\",\n  \"findings\": [\n    {\n      \"fingerprint\": \"") {
		t.Errorf("unexpected form:\n%s", first.String())
	}
	got, err := gate.LoadBaseline(&first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, got); diff != "" {
		t.Errorf("baseline (-want +got):\n%s", diff)
	}
	var counts []string
	for _, e := range got.Findings {
		counts = append(counts, strings.Repeat(e.Path+e.Rule+" ", e.Count))
	}
	if diff := cmp.Diff([]string{"afile ", "ar ", "br br "}, counts); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestBaselineEmpty(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := gate.NewBaseline("symbi", day(2026, 1, 1), nil).Write(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := gate.LoadBaseline(&b); err != nil {
		t.Error(err)
	}
}

func TestBaselineApply(t *testing.T) {
	t.Parallel()
	b := gate.NewBaseline("symbi", day(2026, 1, 1), some())
	now := []gate.Finding{
		{Rule: "r", Path: "b", Line: 100, Matched: "x y"}, // moved
		{Rule: "r", Path: "b", Line: 101, Matched: "x y"},
		{Rule: "r", Path: "b", Line: 102, Matched: "x y"}, // one more than there were
		{Rule: "r", Path: "c", Line: 3, Matched: "z"},     // another file
	}
	got := b.Apply(now)
	if diff := cmp.Diff([]bool{true, true, false, false}, got.Known); diff != "" {
		t.Errorf("known (-want +got):\n%s", diff)
	}
	var stale []string
	for _, e := range got.Stale {
		stale = append(stale, strings.Repeat(e.Path+e.Rule, e.Count))
	}
	if diff := cmp.Diff([]string{"afile", "ar"}, stale); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	var none *gate.Baseline
	if got := none.Apply(now); len(got.Known) != 4 || got.Known[0] || got.Stale != nil {
		t.Errorf("no baseline knows something: %+v", got)
	}
}

func TestLoadBaselineRefuses(t *testing.T) {
	t.Parallel()
	id := gate.Fingerprint("r", "p", "m", 0)
	entry := `{"fingerprint":"` + id + `","rule":"r","path":"p","count":1}`
	file := func(findings string) string {
		return `{"version":1,"rule_set":"symbi","created":"2026-01-01T00:00:00Z","findings":[` + findings + `]}`
	}
	if _, err := gate.LoadBaseline(strings.NewReader(file(entry))); err != nil {
		t.Fatalf("the sample itself is refused: %v", err)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"empty":           {"", "read JSON"},
		"null":            {"null", "version 0 is not known"},
		"list":            {"[]", "read JSON"},
		"newer":           {`{"version":2,"future":true}`, "version 2 is not known: want 1"},
		"no version":      {`{"findings":[]}`, "version 0 is not known"},
		"cut":             {file(entry)[:120], "read JSON"},
		"trailing":        {file(entry) + "{}", "read JSON"},
		"merge conflict":  {"<<<<<<< HEAD\n" + file(entry), "read JSON"},
		"no rule set":     {`{"version":1,"findings":[]}`, "rule_set or findings is missing"},
		"no findings":     {`{"version":1,"rule_set":"symbi"}`, "rule_set or findings is missing"},
		"unknown key":     {strings.Replace(file(entry), `"count"`, `"line":1,"count"`, 1), `"line" is not known`},
		"other case":      {strings.Replace(file(entry), `"count"`, `"Count"`, 1), `"Count" is not known`},
		"key twice":       {strings.Replace(file(entry), `"count"`, `"count":9,"count"`, 1), `"count" is not known, or there twice`},
		"findings twice":  {strings.Replace(file(entry), `"findings"`, `"findings":[],"findings"`, 1), `"findings" is not known, or there twice`},
		"entry twice":     {file(entry + "," + entry), "finding 2: the fingerprint " + id + " is there twice"},
		"no count":        {strings.Replace(file(entry), `"count":1`, `"count":0`, 1), "finding 1: rule, path or count is missing"},
		"negative count":  {strings.Replace(file(entry), `"count":1`, `"count":-1`, 1), "finding 1: rule, path or count is missing"},
		"short sum":       {strings.Replace(file(entry), id, id[:60], 1), "is not a fingerprint"},
		"upper-case sum":  {strings.Replace(file(entry), id, strings.ToUpper(id), 1), "is not a fingerprint"},
		"count as text":   {strings.Replace(file(entry), `"count":1`, `"count":"1"`, 1), "read JSON"},
		"created as text": {strings.Replace(file(entry), "2026-01-01T00:00:00Z", "yesterday", 1), "read JSON"},
		"deep":            {`{"version":1,"findings":` + strings.Repeat("[", 20_000), "read JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := gate.LoadBaseline(strings.NewReader(tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) || got != nil {
				t.Errorf("want an error with %q, got %+v and %v", tc.want, got, err)
			}
		})
	}
	if _, err := gate.LoadBaseline(iotest.ErrReader(io.ErrUnexpectedEOF)); err == nil {
		t.Error("a reader that fails gives a baseline")
	}
}

func FuzzLoadBaseline(f *testing.F) {
	var b bytes.Buffer
	if err := gate.NewBaseline("symbi", day(2026, 1, 1), some()).Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"version":1,"version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		loaded, err := gate.LoadBaseline(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := loaded.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := gate.LoadBaseline(&out)
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if diff := cmp.Diff(loaded, again); diff != "" {
			t.Errorf("written and read (-want +got):\n%s", diff)
		}
	})
}
