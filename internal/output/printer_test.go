package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

type agent struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Runs  int64  `json:"run_count"`
	Note  string `json:"note,omitempty"`
}

func columns() []output.Column[agent] {
	return []output.Column[agent]{
		{Header: "ID", Cell: func(a agent) string { return a.ID }},
		{Header: "STATE", Cell: func(a agent) string { return a.State }, Style: func(a agent) output.Style {
			if a.State == "failed" {
				return output.Bad
			}
			return output.Plain
		}},
		{Header: "LAST NOTE", Wide: true, Cell: func(a agent) string { return a.Note }},
	}
}

func agents() output.List[agent] {
	return output.List[agent]{
		Rows: []agent{
			{ID: "a-1", State: "running", Runs: 9007199254740993, Note: "=1+1"},
			{ID: "a-22", State: "failed", Note: "two\nlines & <b>"},
		},
		Columns: columns(),
		Empty:   "No agents.",
		Summary: "2 agents",
	}
}

func record() output.Record {
	return output.Record{
		Fields: []output.Field{{Name: "Agent", Value: "a-1"}, {Name: "Last state", Value: "running"}},
		Value:  agent{ID: "a-1", State: "running"},
	}
}

func stream(rows ...agent) output.Stream[agent] {
	return output.Stream[agent]{Columns: columns(), Empty: "No agents.", Rows: func(yield func(agent, error) bool) {
		for _, a := range rows {
			if !yield(a, nil) {
				return
			}
		}
	}}
}

func render(t *testing.T, o output.Options, v output.View) string {
	t.Helper()
	var buf bytes.Buffer
	o.Out = &buf
	p, err := output.New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if err := p.Print(v); err != nil {
		t.Fatalf("Print: %v", err)
	}
	return buf.String()
}

// fails returns the *output.Error that New or Print gives, and checks that
// nothing was written.
func fails(t *testing.T, o output.Options, v output.View) *output.Error {
	t.Helper()
	var buf bytes.Buffer
	o.Out = &buf
	p, err := output.New(o)
	if err == nil {
		err = p.Print(v)
	}
	var refused *output.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got error %v, want an *output.Error", err)
	}
	if buf.Len() > 0 {
		t.Errorf("wrote %q before the error", buf.String())
	}
	return refused
}

func TestFormats(t *testing.T) {
	t.Parallel()
	envelope := agents()
	envelope.Envelope = map[string]any{"agents": envelope.Rows, "total": 2}
	extra := agents()
	extra.Extra = map[string]func(io.Writer) error{"dot": func(w io.Writer) error {
		_, err := io.WriteString(w, "digraph {}\n")
		return err
	}}
	named := agents()
	named.Name = func(a agent) string { return "agent/" + a.ID }

	for name, tc := range map[string]struct {
		options output.Options
		view    output.View
		want    string
	}{
		"table": {output.Options{}, agents(), "" +
			"ID     STATE\n" +
			"a-1    running\n" +
			"a-22   failed\n" +
			"\n2 agents\n"},
		"table without headers": {output.Options{NoHeaders: true}, agents(), "a-1    running\na-22   failed\n"},
		"wide": {output.Options{Format: "wide"}, agents(), "" +
			"ID     STATE     LAST NOTE\n" +
			"a-1    running   =1+1\n" +
			"a-22   failed    two\\nlines & <b>\n" +
			"\n2 agents\n"},
		"columns in the order asked for": {output.Options{Columns: []string{"last_note", "Id"}}, agents(), "" +
			"LAST NOTE          ID\n" +
			"=1+1               a-1\n" +
			"two\\nlines & <b>   a-22\n" +
			"\n2 agents\n"},
		"json": {output.Options{Format: "json"}, agents(), `[
  {
    "id": "a-1",
    "state": "running",
    "run_count": 9007199254740993,
    "note": "=1+1"
  },
  {
    "id": "a-22",
    "state": "failed",
    "run_count": 0,
    "note": "two\nlines & <b>"
  }
]
`},
		"json of an envelope": {output.Options{Format: "json", JQ: ".total"}, envelope, "2\n"},
		"jsonl of an envelope are its rows": {output.Options{Format: "jsonl"}, envelope, "" +
			`{"id":"a-1","state":"running","run_count":9007199254740993,"note":"=1+1"}` + "\n" +
			`{"id":"a-22","state":"failed","run_count":0,"note":"two\nlines & <b>"}` + "\n"},
		"yaml": {output.Options{Format: "yaml"}, agents(), "" +
			"- id: a-1\n" +
			"  state: running\n" +
			"  run_count: 9007199254740993\n" +
			"  note: =1+1\n" +
			"- id: a-22\n" +
			"  state: failed\n" +
			"  run_count: 0\n" +
			"  note: |-\n" +
			"    two\n" +
			"    lines & <b>\n"},
		"csv":              {output.Options{Format: "csv"}, agents(), "ID,STATE,LAST NOTE\na-1,running,'=1+1\na-22,failed,two\\nlines & <b>\n"},
		"csv, one column":  {output.Options{Format: "csv", Columns: []string{"state"}, NoHeaders: true}, agents(), "running\nfailed\n"},
		"name":             {output.Options{Format: "name"}, agents(), "a-1\na-22\n"},
		"name of its own":  {output.Options{Format: "name"}, named, "agent/a-1\nagent/a-22\n"},
		"a view's format":  {output.Options{Format: "dot"}, extra, "digraph {}\n"},
		"empty table":      {output.Options{}, output.List[agent]{Columns: columns(), Empty: "No agents."}, "No agents.\n"},
		"empty, quiet":     {output.Options{NoHeaders: true}, output.List[agent]{Columns: columns(), Empty: "No agents."}, ""},
		"empty, wordless":  {output.Options{}, output.List[agent]{Columns: columns()}, "ID   STATE\n"},
		"empty json":       {output.Options{Format: "json"}, output.List[agent]{Columns: columns()}, "[]\n"},
		"empty yaml":       {output.Options{Format: "yaml"}, output.List[agent]{Columns: columns()}, "[]\n"},
		"empty jsonl":      {output.Options{Format: "jsonl"}, output.List[agent]{Columns: columns()}, ""},
		"empty csv":        {output.Options{Format: "csv"}, output.List[agent]{Columns: columns()}, "ID,STATE,LAST NOTE\n"},
		"record":           {output.Options{}, record(), "Agent        a-1\nLast state   running\n"},
		"record, one":      {output.Options{Columns: []string{"last-state"}, NoHeaders: true}, record(), "running\n"},
		"record as csv":    {output.Options{Format: "csv"}, record(), "Agent,Last state\na-1,running\n"},
		"record as name":   {output.Options{Format: "name"}, record(), "a-1\n"},
		"record as jsonl":  {output.Options{Format: "jsonl"}, record(), `{"id":"a-1","state":"running","run_count":0}` + "\n"},
		"record as yaml":   {output.Options{Format: "yaml"}, record(), "id: a-1\nstate: running\nrun_count: 0\n"},
		"text":             {output.Options{}, output.Text("if x\n\techo ✓\n"), "if x\n\techo ✓\n"},
		"text as json":     {output.Options{Format: "json"}, output.Text("a\n"), "{\n  \"text\": \"a\\n\"\n}\n"},
		"text as jsonl":    {output.Options{Format: "jsonl"}, output.Text("a\n"), `{"text":"a\n"}` + "\n"},
		"text as name":     {output.Options{Format: "name"}, output.Text("a\n\tb\n"), "a\n\tb\n"},
		"text as csv":      {output.Options{Format: "csv"}, output.Text("a,b"), "TEXT\n\"a,b\"\n"},
		"stream":           {output.Options{}, stream(agent{ID: "a", State: "b"}), "ID   STATE\na    b\n"},
		"stream, empty":    {output.Options{}, stream(), "No agents.\n"},
		"stream as json":   {output.Options{Format: "json"}, stream(), "[]\n"},
		"stream as jsonl":  {output.Options{Format: "jsonl"}, stream(agent{ID: "a"}), `{"id":"a","state":"","run_count":0}` + "\n"},
		"stream as csv":    {output.Options{Format: "csv"}, stream(agent{ID: "a", State: "-5"}), "ID,STATE,LAST NOTE\na,-5,\n"},
		"stream as name":   {output.Options{Format: "name"}, stream(agent{ID: "a"}), "a\n"},
		"stream as yaml":   {output.Options{Format: "yaml"}, stream(agent{ID: "0x1"}), "- id: \"0x1\"\n  state: \"\"\n  run_count: 0\n"},
		"colour":           {output.Options{Color: true, NoHeaders: true}, agents(), "a-1    running\na-22   \x1b[31mfailed\x1b[0m\n"},
		"no colour in csv": {output.Options{Color: true, NoHeaders: true, Format: "csv", Columns: []string{"state"}}, agents(), "running\nfailed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, render(t, tc.options, tc.view)); diff != "" {
				t.Errorf("output differs (-want +got):\n%s", diff)
			}
		})
	}
}

// pointed marshals through its pointer, as types do that hold a lock.
type pointed struct{ name string }

func (p *pointed) MarshalJSON() ([]byte, error) { return json.Marshal("*" + p.name) }

func TestJSONAndJSONLMarshalAlike(t *testing.T) {
	t.Parallel()
	view := output.List[pointed]{Rows: []pointed{{"x"}}}
	if diff := cmp.Diff("[\n  \"*x\"\n]\n", render(t, output.Options{Format: "json"}, view)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("\"*x\"\n", render(t, output.Options{Format: "jsonl"}, view)); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	withSARIF := agents()
	withSARIF.Extra = map[string]func(io.Writer) error{"sarif": nil}
	formats := []string{"csv", "json", "jsonl", "name", "sarif", "table", "wide", "yaml"}
	for name, tc := range map[string]struct {
		options output.Options
		view    output.View
		want    output.Error
		text    string
	}{
		"format": {output.Options{Format: "tabel"}, withSARIF, output.Error{
			Option: "format", Value: "tabel", Valid: formats,
			Hint: "did you mean table? choose from csv, json, jsonl, name, sarif, table, wide, yaml",
		}, `unknown output format "tabel"`},
		"format, far off": {output.Options{Format: "spreadsheet"}, withSARIF, output.Error{
			Option: "format", Value: "spreadsheet", Valid: formats,
			Hint: "choose from csv, json, jsonl, name, sarif, table, wide, yaml",
		}, `unknown output format "spreadsheet"`},
		"column": {output.Options{Columns: []string{"id", "sate"}}, agents(), output.Error{
			Option: "columns", Value: "sate", Valid: []string{"ID", "STATE", "LAST NOTE"},
			Hint: "did you mean STATE? choose from ID, STATE, LAST NOTE",
		}, `no column "sate"`},
		"column of a record":  {output.Options{Columns: []string{"x"}}, record(), output.Error{Option: "columns", Value: "x", Valid: []string{"Agent", "Last state"}, Hint: "choose from Agent, Last state"}, `no column "x"`},
		"column of a text":    {output.Options{Columns: []string{"x"}}, output.Text("a"), output.Error{Option: "columns", Value: "x"}, `no column "x"`},
		"columns of json":     {output.Options{Format: "json", Columns: []string{"id"}}, agents(), output.Error{Option: "columns", Value: "id"}, "columns can be picked in table, wide and csv, not in json"},
		"jq and template":     {output.Options{JQ: ".", Template: "x"}, agents(), output.Error{Option: "template", Value: "x"}, "a jq expression and a template exclude each other"},
		"jq and yaml":         {output.Options{JQ: ".", Format: "yaml"}, agents(), output.Error{Option: "jq", Value: "."}, "a jq expression gives json, not yaml"},
		"template and csv":    {output.Options{Template: "x", Format: "csv"}, agents(), output.Error{Option: "template", Value: "x"}, "a template reads json, not csv"},
		"jq syntax":           {output.Options{JQ: ".["}, agents(), output.Error{Option: "jq", Value: ".["}, "cannot use the jq expression: unexpected EOF"},
		"jq function":         {output.Options{JQ: "nope"}, agents(), output.Error{Option: "jq", Value: "nope"}, "cannot use the jq expression: function not defined: nope/0"},
		"jq at run time":      {output.Options{JQ: ".[0].id, .[0].id.x"}, agents(), output.Error{Option: "jq", Value: ".[0].id, .[0].id.x"}, "cannot use the jq expression: expected an object but got: string (\"a-1\")"},
		"template syntax":     {output.Options{Template: "{{"}, agents(), output.Error{Option: "template", Value: "{{"}, "cannot use the template expression: template: template:1: unclosed action"},
		"template at runtime": {output.Options{Template: "{{range .}}{{.id.x}}{{end}}"}, agents(), output.Error{Option: "template", Value: "{{range .}}{{.id.x}}{{end}}"}, `cannot use the template expression: template: template:1:16: executing "template" at <.id.x>: can't evaluate field x in type interface {}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := fails(t, tc.options, tc.view)
			if diff := cmp.Diff(tc.text, got.Error()); diff != "" {
				t.Errorf("text differs (-want +got):\n%s", diff)
			}
			if (errors.Unwrap(got) != nil) != strings.HasPrefix(tc.text, "cannot use") {
				t.Errorf("cause is %v", errors.Unwrap(got))
			}
			facts := output.Error{Option: got.Option, Value: got.Value, Valid: got.Valid, Hint: got.Hint}
			if diff := cmp.Diff(tc.want, facts, cmp.AllowUnexported(output.Error{})); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckFormat(t *testing.T) {
	t.Parallel()
	for _, ok := range append(output.Formats(), "", "sarif") {
		if err := output.CheckFormat(ok, "sarif"); err != nil {
			t.Errorf("CheckFormat(%q) = %v, want nil", ok, err)
		}
	}
	var refused *output.Error
	if err := output.CheckFormat("sarif"); !errors.As(err, &refused) {
		t.Errorf("CheckFormat(sarif) = %v, want an *output.Error", err)
	}
}

func TestNewWithoutWriter(t *testing.T) {
	t.Parallel()
	if _, err := output.New(output.Options{}); err == nil {
		t.Error("New without Out succeeded")
	}
}
