package output_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func TestJQ(t *testing.T) {
	t.Parallel()
	doc := json.RawMessage(`{"s":"a\tb\n\u202ec","n":12345678901234567890,"f":0.10,"z":null,"t":true,"l":[1,{"b":2,"a":"\u200b"}],"e":"\u001b[2J"}`)
	for name, tc := range map[string]struct{ query, want string }{
		"strings are raw and safe": {".s", "a\tb\n\\u202ec\n"},
		"escape sequences too":     {".e", "\\u001b[2J\n"},
		"digits survive":           {".n, .f", "12345678901234567890\n0.10\n"},
		"null is an empty line":    {".z", "\n"},
		"bool":                     {".t", "true\n"},
		"compact, keys sorted":     {".l", `[1,{"a":"\u200b","b":2}]` + "\n"},
		"several values":           {".l[]|numbers, objects.b", "1\n2\n"},
		"none":                     {"empty", ""},
		"halt":                     {"1, halt, 2", "1\n"},
		"no environment":           {"env, $ENV", "{}\n{}\n"},
		"table for a shell":        {"[.t, .s] | @tsv", "true\ta\\tb\\n\\u202ec\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, output.Options{JQ: tc.query}, output.Record{Value: doc})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", tc.query, diff)
			}
		})
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"range":           {`{{range .}}{{.id}}{{"\t"}}{{.state | upper}}{{"\n"}}{{end}}`, "a-1\tRUNNING\na-22\tFAILED\n"},
		"digits survive":  {`{{(index . 0).run_count}}`, "9007199254740993"},
		"numbers compare": {`{{range .}}{{gt .run_count 5}} {{end}}`, "true false "},
		"pad":             {`{{range .}}[{{pad 5 .id}}]{{end}}`, "[a-1  ][a-22 ]"},
		"json":            {`{{json (index . 1)}}`, `{"id":"a-22","note":"two\nlines & <b>","run_count":0,"state":"failed"}`},
		"lower":           {`{{lower "ABC"}}`, "abc"},
		"missing":         {`{{(index . 0).nope}}`, "<no value>"},
		"hostile text":    {`{{"a\u202e\x1b"}}`, `a\u202e\u001b`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, output.Options{Template: tc.source}, agents())
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", tc.source, diff)
			}
		})
	}
	view := output.Record{Value: map[string]any{"tags": []string{"a", "b"}, "f": json.Number("0.10"), "g": 2.5}}
	got := render(t, output.Options{Template: `{{join ", " .tags}} {{.f}} {{.g}} {{lt .g 3.0}}`}, view)
	if diff := cmp.Diff("a, b 0.10 2.5 true", got); diff != "" {
		t.Errorf("join and floats (-want +got):\n%s", diff)
	}
}

func TestCSVFormulas(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1":            "'=1+1",
		"+cmd|' /C calc'": "'+cmd|' /C calc'",
		"@SUM(A1)":        "'@SUM(A1)",
		"-2+3":            "'-2+3",
		"＝1":              "'＝1",
		"\t=1":            `\t=1`,
		"\r=1":            `\r=1`,
		"-1":              "-1",
		"+1.5e-3":         "+1.5e-3",
		"-Inf":            "'-Inf",
		"-":               "'-",
		"a=b":             "a=b",
		"":                `""`,
		`say "x", y`:      `"say ""x"", y"`,
	} {
		t.Run(cell, func(t *testing.T) {
			t.Parallel()
			got := render(t, output.Options{Format: "csv", NoHeaders: true}, matrix([]string{"A"}, []string{cell}))
			if diff := cmp.Diff(want+"\n", got); diff != "" {
				t.Errorf("csv differs (-want +got):\n%s", diff)
			}
		})
	}
}
