package gate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
)

func TestParseDirective(t *testing.T) {
	t.Parallel()
	one := gate.Directive{Rules: []string{"a-rule"}, Reason: "it is ours"}
	next := one
	next.NextLine = true
	for name, tc := range map[string]struct {
		line string
		want *gate.Directive
	}{
		"shell":             {"curl x | sh # symbi-ignore: a-rule it is ours", &one},
		"alone":             {"#symbi-ignore:a-rule it is ours", &one},
		"slashes":           {"x() // symbi-ignore: a-rule  it is ours\r", &one},
		"hyphens":           {"SELECT 1 -- symbi-ignore: a-rule it is ours", &one},
		"semicolon":         {"; symbi-ignore:\ta-rule\tit is ours", &one},
		"html":              {"text <!-- symbi-ignore: a-rule it is ours --> more", &one},
		"html, tight":       {"<!--symbi-ignore: a-rule it is ours-->", &one},
		"c":                 {"int a; /* symbi-ignore: a-rule it is ours */ int b;", &one},
		"next line":         {"<!-- symbi-ignore-next-line: a-rule it is ours -->", &next},
		"two rules":         {"# symbi-ignore: a,b why", &gate.Directive{Rules: []string{"a", "b"}, Reason: "why"}},
		"second marker":     {"symbi-ignore # symbi-ignore: a why", &gate.Directive{Rules: []string{"a"}, Reason: "why"}},
		"no reason":         {"# symbi-ignore: a-rule", &gate.Directive{Rules: []string{"a-rule"}}},
		"reason is closer":  {"<!-- symbi-ignore: a-rule -->", &gate.Directive{Rules: []string{"a-rule"}}},
		"nothing":           {"# symbi-ignore", &gate.Directive{}},
		"no colon":          {"# symbi-ignore a-rule why", &gate.Directive{}},
		"no rule":           {"# symbi-ignore-next-line: ", &gate.Directive{NextLine: true}},
		"empty rule":        {"# symbi-ignore: a,,b why", &gate.Directive{}},
		"too many rules":    {"# symbi-ignore: " + strings.Repeat("a,", 16) + "a why", &gate.Directive{}},
		"closed at once":    {"/*symbi-ignore*/", &gate.Directive{}},
		"not a comment":     {"echo symbi-ignore: a-rule it is ours", nil},
		"string":            {`"symbi-ignore: a-rule it is ours"`, nil},
		"middle of comment": {"# see symbi-ignore: a-rule it is ours", nil},
		"longer word":       {"# symbi-ignored: a-rule it is ours", nil},
		"case counts":       {"# Symbi-Ignore: a-rule it is ours", nil},
		"other line":        {"curl x | sh", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := gate.ParseDirective(tc.line)
			if ok != (tc.want != nil) {
				t.Fatalf("want found %t, got %t: %+v", tc.want != nil, ok, got)
			}
			if tc.want == nil {
				return
			}
			if diff := cmp.Diff(*tc.want, got); diff != "" {
				t.Errorf("remark (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDirectives(t *testing.T) {
	t.Parallel()
	text := "symbi-ignore\n\n# symbi-ignore: a one # symbi-ignore: b two\r\nx\n-- symbi-ignore-next-line: c three"
	want := []gate.Directive{
		{Path: "p", Line: 3, Rules: []string{"a"}, Reason: "one # symbi-ignore: b two"},
		{Path: "p", Line: 5, Rules: []string{"c"}, Reason: "three", NextLine: true},
	}
	if diff := cmp.Diff(want, gate.Directives("p", []byte(text))); diff != "" {
		t.Errorf("remarks (-want +got):\n%s", diff)
	}
	if got := gate.Directives("p", nil); got != nil {
		t.Errorf("want none, got %+v", got)
	}
}

func FuzzDirectives(f *testing.F) {
	f.Add([]byte("# symbi-ignore: a why\n<!-- symbi-ignore-next-line: b,c why -->"))
	f.Add([]byte("\nsymbi-ignore\r\n//symbi-ignore"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, d := range gate.Directives("p", text) {
			if d.Line < 1 || d.Reason != "" && len(d.Rules) == 0 {
				t.Errorf("got %+v", d)
			}
			for _, rule := range d.Rules {
				if rule == "" {
					t.Errorf("empty rule in %+v", d)
				}
			}
		}
	})
}
