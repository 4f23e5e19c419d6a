package spec_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const text = `---
name: pdf-tools
description: >-
  Works with PDF files.
  Use it for forms.
license: Apache-2.0
compatibility: needs qpdf
allowed-tools: Read Bash(git add:*) Bash(jq *)
metadata:
  author: someone
  version: "1.10"
  count: 3
  nested: {a: b}
when_to_use: always
x-other: 1
---

# Body
`
	for name, tc := range map[string]struct{ text string }{
		"LF":   {text},
		"CRLF": {strings.ReplaceAll(text, "\n", "\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := spec.Parse([]byte(tc.text))
			want := spec.Metadata{
				Name:          "pdf-tools",
				Description:   "Works with PDF files. Use it for forms.",
				License:       "Apache-2.0",
				Compatibility: "needs qpdf",
				AllowedTools:  []string{"Read", "Bash(git add:*)", "Bash(jq *)"},
				Metadata:      map[string]string{"author": "someone", "version": "1.10", "count": "3"},
				Extra:         []string{"when_to_use", "x-other"},
			}
			if diff := cmp.Diff(want, d.Metadata); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
			tools := []spec.Tool{
				{Text: "Read", Pos: spec.Pos{Line: 8, Column: 16}},
				{Text: "Bash(git add:*)", Pos: spec.Pos{Line: 8, Column: 21}},
				{Text: "Bash(jq *)", Pos: spec.Pos{Line: 8, Column: 37}},
			}
			if diff := cmp.Diff(tools, d.Tools); diff != "" {
				t.Errorf("tools (-want +got):\n%s", diff)
			}
			if got, want := d.Pos("license"), (spec.Pos{Line: 6, Column: 1}); got != want {
				t.Errorf("place of license = %v, want %v", got, want)
			}
			if got := d.Pos("absent"); got != (spec.Pos{}) {
				t.Errorf("place of an absent field = %v, want none", got)
			}
			if d.BodyLine != 17 || string(d.Body) != tc.text[d.BodyOffset:] || !strings.HasPrefix(strings.TrimSpace(string(d.Body)), "# Body") {
				t.Errorf("body at line %d, offset %d: %q", d.BodyLine, d.BodyOffset, d.Body)
			}
		})
	}
}

func TestParseTools(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ yaml, want string }{
		"text":         {"allowed-tools: Read Grep", "2:16 Read, 2:21 Grep"},
		"commas":       {"allowed-tools: Read, Bash(a, b),Grep", "2:16 Read, 2:22 Bash(a, b), 2:33 Grep"},
		"quoted":       {`allowed-tools: "Read Grep"`, "2:17 Read, 2:22 Grep"},
		"wide letters": {"allowed-tools: Éa Grep", "2:16 Éa, 2:19 Grep"},
		"list":         {"allowed-tools:\n  - Read\n  - Bash(git add:*)", "3:5 Read, 4:5 Bash(git add:*)"},
		"flow list":    {`allowed-tools: [Read, "Bash(x y)"]`, "2:17 Read, 2:23 Bash(x y)"},
		"folded":       {"allowed-tools: >-\n  Read\n  Grep", "2:16 Read, 2:16 Grep"},
		"unbalanced":   {"allowed-tools: Bash(git Read", "2:16 Bash(git Read"},
		"closing":      {"allowed-tools: Bash) Read", "2:16 Bash), 2:22 Read"},
		"empty":        {"allowed-tools:", ""},
		"blank":        {`allowed-tools: "  "`, ""},
		"mapping":      {"allowed-tools: {a: b}", ""},
		"mixed list":   {"allowed-tools: [Read, [x], 3, '']", "2:17 Read, 2:28 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, tool := range spec.Parse([]byte("---\n" + tc.yaml + "\n---\n")).Tools {
				got = append(got, fmt.Sprintf("%d:%d %s", tool.Line, tool.Column, tool.Text))
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("tools (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseBroken holds every way in which a frontmatter can be broken.
func TestParseBroken(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want, name string }{
		"sound":              {"---\nname: a\n---\n", "", "a"},
		"no end of line":     {"---\nname: a\n---", "", "a"},
		"closed by dots":     {"---\nname: a\n...\nbody", `3:1 fence-form the fence is "...", not exactly "---"`, "a"},
		"blank after fence":  {"--- \nname: a\n---\t\n", `1:1 fence-form the fence is "--- ", not exactly "---"` + "\n" + `3:1 fence-form the fence is "---\t", not exactly "---"`, "a"},
		"empty file":         {"", "1:1 frontmatter-missing the file is empty", ""},
		"none":               {"# Title\n", `1:1 frontmatter-missing there is no frontmatter: line 1 is not "---"`, ""},
		"four hyphens":       {"----\nname: a\n----\n", `1:1 frontmatter-missing there is no frontmatter: line 1 is not "---"`, ""},
		"late":               {"\n\n  ---\nname: a\n---\n", "3:3 frontmatter-missing the opening fence is not on line 1, column 1", ""},
		"never closed":       {"---\nname: a\n# Title\n", "1:1 frontmatter-unclosed the frontmatter is never closed", ""},
		"closed wrongly":     {"---\nname: a\n----\n# Title\n", `3:1 frontmatter-unclosed the frontmatter is never closed: "----" is not a fence`, ""},
		"closed indented":    {"---\nname: a\n  ---\n# Title\n", `3:1 frontmatter-unclosed the frontmatter is never closed: "  ---" is not a fence`, ""},
		"fence only":         {"---", "1:1 frontmatter-unclosed the frontmatter is never closed", ""},
		"empty block":        {"---\n---\nbody", "1:1 frontmatter-empty the frontmatter is empty", ""},
		"comment only":       {"---\n# nothing\n---\n", "1:1 frontmatter-empty the frontmatter is empty", ""},
		"null":               {"---\nnull\n---\n", "1:1 frontmatter-empty the frontmatter is empty", ""},
		"list":               {"---\n- a\n- b\n---\n", "2:1 frontmatter-mapping the frontmatter is a list, not a mapping of fields", ""},
		"scalar":             {"---\njust words\n---\n", "2:1 frontmatter-mapping the frontmatter is text, not a mapping of fields", ""},
		"number":             {"---\n42\n---\n", "2:1 frontmatter-mapping the frontmatter is a number, not a mapping of fields", ""},
		"byte order mark":    {"\ufeff---\nname: a\n---\n", "1:1 encoding-bom the file starts with a byte order mark", "a"},
		"UTF-16 LE":          {"\xff\xfe-\x00-\x00-\x00", "1:1 encoding-utf16 the file is UTF-16", ""},
		"UTF-16 BE":          {"\xfe\xff\x00-\x00-\x00-", "1:1 encoding-utf16 the file is UTF-16", ""},
		"not UTF-8 in block": {"---\nname: a\xe9\n---\n", "2:8 encoding-utf8 byte 0xe9 is not UTF-8", ""},
		"not UTF-8 in body":  {"---\nname: a\n---\né\xff\n", "4:2 encoding-utf8 byte 0xff is not UTF-8", "a"},
		"CR LF":              {"---\r\nname: a\r\n---\r\n", "1:0 line-endings-crlf lines end with CR LF", "a"},
		"duplicate":          {"---\nname: a\nname: b\n---\n", `3:1 frontmatter-duplicate-key the key "name" is already on line 2`, "a"},
		"duplicate inside":   {"---\nname: a\nmetadata:\n  k: 1\n  \"k\": 2\n---\n", `5:3 frontmatter-duplicate-key the key "k" is already on line 4`, "a"},
		"alias":              {"---\nname: &n a\ndescription: *n\n---\n", "2:7 frontmatter-alias a YAML anchor or alias is used\n3:14 frontmatter-alias a YAML anchor or alias is used", "a"},
		"merge key":          {"---\nname: a\n<<: {license: MIT}\n---\n", "3:1 frontmatter-alias a YAML merge key is used", "a"},
		"tag":                {"---\nname: !!python/name:os.system a\n---\n", `2:7 frontmatter-tag the YAML tag "!!python/name:os.system" is used`, "a"},
		"hyphens in a value": {"---\nname: a\ndescription: x --- y\n---\n", `3:16 fence-in-value a line of the frontmatter holds "---"`, "a"},
		"two documents":      {"---\nname: a\n--- b\n---\n", "3:1 fence-in-value a line of the frontmatter holds \"---\"\n3:1 frontmatter-yaml \"--- b\" is not a \"key: value\" line", "a"},
		"colon":              {"---\nname: a\ndescription: use when: always\n---\n", `3:22 frontmatter-yaml the value holds ": " and is not in quotes`, "a"},
		"colon at the end":   {"---\nname: a:\nlicense: b:\n---\n", `2:8 frontmatter-yaml the value holds ": " and is not in quotes`, "a:"},
		"open quote":         {"---\nname: a\ndescription: \"never\n---\n", `3:14 frontmatter-yaml the quoted value of "description" is not closed, or text follows it`, "a"},
		"text after quote":   {"---\nname: a\nlicense: 'b' c\n---\n", `3:10 frontmatter-yaml the quoted value of "license" is not closed, or text follows it`, "a"},
		"tab":                {"---\nname: a\nmetadata:\n\tk: v\n---\n", "4:1 frontmatter-yaml a tab indents the line", "a"},
		"reserved":           {"---\nname: a\nlicense: @me\n---\n", "3:10 frontmatter-yaml the value starts with @, which YAML reserves", "a"},
		"unknown alias":      {"---\nname: a\nlicense: *me\n---\n", "3:10 frontmatter-yaml the value starts with *, which means an alias, an anchor or a tag", "a"},
		"open bracket":       {"---\nname: a\nhint: [x] [y]\n---\n", "3:7 frontmatter-yaml the value starts with [, but is not a YAML list or mapping", "a"},
		"continued":          {"---\nname: a\ndescription: x\nand more\n---\n", `4:1 frontmatter-yaml "and more" is not a "key: value" line`, "a"},
		"bad block":          {"---\nname: a\nmetadata:\n  k: v\n bad: w\n---\n", `3:10 frontmatter-yaml the lines under "metadata" are not valid YAML`, "a"},
		"control character":  {"---\nname: a\nlicense: b\x07c\n---\n", "3:11 frontmatter-yaml the control character U+0007 is not allowed", "a"},
		"NUL":                {"---\nname: a\x00\n---\n", "2:8 frontmatter-yaml the control character U+0000 is not allowed", "a\x00"},
		"flow end":           {"---\nname: a\nmetadata: {\n  a: b\n}\n}\n---\n", "3:11 frontmatter-yaml the value starts with {, but is not a YAML list or mapping", "a"},
		"indented fields":    {"---\n  name: a\n  license: MIT\n---\n", "", "a"},
		"odd indentation":    {"---\n  name: a\nlicense: MIT\n---\n", "2:1 frontmatter-yaml the frontmatter is not valid YAML", "a"},
		"odd line ends":      {"---\nlicense: x\rname: a\u2028k: y\nname: b\n---\n", `3:1 frontmatter-duplicate-key the key "name" is already on line 2`, "a"},
		"too large":          {"---\nname: a\nx: " + strings.Repeat("y", spec.MaxFrontmatter) + "\n---\n", "1:1 frontmatter-size the frontmatter has 65548 bytes, more than 65536", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := spec.Parse([]byte(tc.text))
			var got []string
			for _, p := range d.Problems {
				got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.ID, p.Message))
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if d.Metadata.Name != tc.name {
				t.Errorf("name = %q, want %q", d.Metadata.Name, tc.name)
			}
			if d.Size != len(tc.text) {
				t.Errorf("size = %d, want %d", d.Size, len(tc.text))
			}
		})
	}
}

func TestParseKeepsReportsShort(t *testing.T) {
	t.Parallel()
	d := spec.Parse([]byte("---\n" + strings.Repeat("k: v\n", 10000) + "---\n"))
	if len(d.Problems) != 50 {
		t.Fatalf("%d problems, want 50", len(d.Problems))
	}
	if last := d.Problems[49].Message; !strings.HasSuffix(last, "(more were not listed)") {
		t.Errorf("last message = %q, want a note that more were found", last)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	const head = "---\nname: a\n---\n"
	tree := fstest.MapFS{
		"a/SKILL.md":     file(head),
		"big/SKILL.md":   file(head + strings.Repeat("é", spec.MaxFile)),
		"dir/SKILL.md/x": file(""),
	}
	d, err := spec.Read(tree, spec.Skill{ID: "a", File: "SKILL.md"})
	if err != nil || d.Metadata.Name != "a" {
		t.Errorf("name = %q, err = %v, want a", d.Metadata.Name, err)
	}
	d, err = spec.Read(tree, spec.Skill{ID: "big", File: "SKILL.md"})
	if err != nil || d.Size > spec.MaxFile || len(d.Problems) != 0 {
		t.Errorf("size = %d, problems = %v, err = %v, want at most %d bytes and no half character", d.Size, d.Problems, err, spec.MaxFile)
	}
	if _, err = spec.Read(tree, spec.Skill{ID: "gone", File: "SKILL.md"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v, want not exist", err)
	}
	if _, err = spec.Read(tree, spec.Skill{ID: "dir", File: "SKILL.md"}); err == nil {
		t.Error("a folder named SKILL.md was read")
	}
}
