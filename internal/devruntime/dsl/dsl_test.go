package dsl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/dsl"
)

type verdict struct {
	Source string `json:"source"`
	Agent  string `json:"agent"`
	Error  string `json:"error"`
}

// read is what the runtime does with the definition of a workflow.
func read(source string) (agent string, err error) {
	d, err := dsl.Parse(source)
	if err != nil {
		return "", err
	}
	name, err := d.Default()
	if err != nil {
		return "", err
	}
	a, err := d.Select(name)
	return a.Name, err
}

// TestVerdicts: what the library symbi-dsl 3.0.0 said of these sources.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/runtime3.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []verdict
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, want := range all {
		got := verdict{Source: want.Source}
		if got.Agent, err = read(want.Source); err != nil {
			got.Error, got.Agent = err.Error(), ""
		}
		if errors.Is(err, dsl.ErrSyntax) { // the library names no line
			got.Error = dsl.ErrSyntax.Error()
		}
		if got != want {
			t.Errorf("%s\n got agent %q, error %q\nwant agent %q, error %q", want.Source, got.Agent, got.Error, want.Agent, want.Error)
		}
	}
}

// TestDepth: what lies deeper than any definition does is refused, and the
// stack holds.
func TestDepth(t *testing.T) {
	t.Parallel()
	for _, open := range []string{"(", "[", "{a: ", "if a { ", "f(", "x => ", "Foo { a: "} {
		if _, err := dsl.Parse("function f() { " + strings.Repeat(open, 200_000)); !errors.Is(err, dsl.ErrSyntax) {
			t.Errorf("%s, 200,000 times: %v", open, err)
		}
	}
	if _, err := dsl.Parse("type A = { a: " + strings.Repeat("M<", 200_000)); !errors.Is(err, dsl.ErrSyntax) {
		t.Errorf("types: %v", err)
	}
}

// TestLine: the line is that of the first word that does not fit.
func TestLine(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"what":                                 "line 1",
		"agent a() {\n\n":                      "line 3",
		"agent a() {}\n# note\nagent ü() {}":   "line 3",
		"agent a() {\n  policy p {\n    }}\n}": "line 4",
		"agent a() {\n \"open\n":               "line 2",
	} {
		_, err := dsl.Parse(source)
		if !errors.Is(err, dsl.ErrSyntax) || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	d, err := dsl.Parse(`metadata { description = "say \"hi\"" version = 1.5 tags = ["a"] }`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"description": `say "hi"`, "version": "1.5", "tags": "", "other": ""} {
		if got := d.Text(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// FuzzParse: whatever is read ends, and an agent that is selected has a name.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"agent a() {}", `metadata { name = "x" } agent a() {}`, `agent a() { policy p { allow: ["x", "y"] if context.a == 1 } }`,
		`agent a() { with timeout = 4.seconds { if let Some(x) = f(y: 1) { x } } }`, `function f() { match x { _ => {a: 1} } }`, "type A = Map<K, List<V>>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if agent, err := read(source); err == nil && agent == "" {
			t.Errorf("%q was taken and names no agent", source)
		}
	})
}

func ExampleDefinition_Select() {
	d, err := dsl.Parse(`agent greeter(name: String) -> String { policy calm { allow: "respond" } }`)
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := d.Select("greeter")
	fmt.Println(a.Name, err)
	_, err = dsl.Parse("agent greeter( {")
	fmt.Println(err)
	// Output:
	// greeter <nil>
	// DSL contains syntax errors: line 1
}
