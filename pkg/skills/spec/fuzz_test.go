package spec_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

// FuzzParse checks what holds for every input: no crash, places inside the
// file, the parts cut out of it, and a lint that finds at least what Parse does.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		sound, "", "---", "---\n", "---\n---", "\ufeff---\r\nname: a\r\n...\r\n", "\xff\xfe-\x00", "---\nname: a: b\n---\n",
		"---\n- a\n---\n", "---\nname: &a b\nx: *a\n<<: *a\n---\n", "---\nname: !!int 1\nname: b\n---\n", "---\n\tname: a\n---\n",
		"---\nallowed-tools: Bash(a, Read)\nmetadata: {a: {b: c}, d: [e]}\n---\n", "---\nx: \"\\x\n---\n", "---\n? [a]\n: b\n---\n",
		"---\nname: a\n--- b\n---\n", sound + "[a](b%2Fc.md) `[` ](\n```\nscripts/x.py\n", "---\nname: \xe9\n---\n", "---\nd: |\n  x\n y: z\n---\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := spec.Parse(data)
		lines := strings.Count(string(data), "\n") + 1
		for _, p := range d.Problems {
			if p.ID == "" || p.Level == 0 || p.Message == "" || p.Line < 1 || p.Line > lines {
				t.Errorf("problem %+v in %d lines", p, lines)
			}
		}
		for _, tool := range d.Tools {
			if tool.Text == "" || tool.Line < 1 || tool.Line > lines {
				t.Errorf("tool %+v in %d lines", tool, lines)
			}
		}
		if d.Body != nil && string(data[d.BodyOffset:]) != string(d.Body) {
			t.Errorf("body is not what is at offset %d", d.BodyOffset)
		}
		if d.Body != nil && d.BodyLine != strings.Count(string(data[:d.BodyOffset]), "\n")+1 && d.BodyOffset < len(data) {
			t.Errorf("body at line %d, offset %d", d.BodyLine, d.BodyOffset)
		}
		found := spec.Lint(spec.Skill{ID: "a", File: "SKILL.md", Folder: "a"}, fstest.MapFS{"a/SKILL.md": {Data: data}})
		if len(found) < len(d.Problems) {
			t.Errorf("the lint found %d problems, Parse %d", len(found), len(d.Problems))
		}
		for _, p := range found {
			if p.Path != "a/SKILL.md" || p.Line > lines || utf8.Valid(data) && !utf8.ValidString(p.Message) {
				t.Errorf("problem %+v in %d lines", p, lines)
			}
		}
	})
}
