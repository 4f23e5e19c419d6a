package spec_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

// linkCases are about the body, which starts on line 6.
func linkCases() map[string][]checkCase {
	body := func(lines ...string) map[string]string { return md(sound + strings.Join(lines, "\n") + "\n") }
	with := func(files map[string]string, extra ...string) map[string]string {
		for i := 0; i < len(extra); i += 2 {
			files[extra[i]] = extra[i+1]
		}
		return files
	}
	return map[string][]checkCase{
		"link-missing": {
			{body("see [x](references/x.md) and ![i](<i m.png>)", "[d]: scripts/d.sh 'title'", "[y](y.md \"Y\")", "[p](a%20b.md#part)"), []string{
				`a/SKILL.md:6:9 "references/x.md" does not exist`,
				`a/SKILL.md:6:35 "i m.png" does not exist`,
				`a/SKILL.md:7:6 "scripts/d.sh" does not exist`,
				`a/SKILL.md:8:5 "y.md" does not exist`,
				`a/SKILL.md:9:5 "a b.md" does not exist`,
			}},
			{with(body("[x](references/X.md)"), "references/x.md", ""), []string{
				`a/SKILL.md:6:5 "references/X.md" does not exist, but references/x.md does`,
			}},
			{with(body("[x](references/x.md) [again](references/x.md)"), "references/x.md", "[y](y.md)\n[s](../SKILL.md)"), []string{
				`a/references/x.md:1:5 "y.md" does not exist`,
			}},
			{body("日本 [x](x.md)"), []string{`a/SKILL.md:6:8 "x.md" does not exist`}},
			{body("`[x](x.md)` and ``a ` [y](y.md)``", "```md", "[z](z.md)", "```", "~~~~", "```", "[z](z.md)", "~~~~"), nil},
			{body("[u](https://x.example/y.md) [m](mailto:a@b.c) [h](#part) [p](path/to/x.md) [v](${X}/y.md) [w](word) [n](//x.example/y.md)", "[^1]: note.md"), nil},
			{with(body("[x](references/x.md)", "[f](references/)", "[q](references/x.md?raw=1)"), "references/x.md", ""), nil},
		},
		"path-missing": {
			{body("run scripts/run.py, then `references/a.md`.", "```sh", "python ./scripts/other.py --x", "{baseDir}/scripts/base.sh", "```"), []string{
				`a/SKILL.md:6:5 "scripts/run.py" does not exist`,
				`a/SKILL.md:6:27 "references/a.md" does not exist`,
				`a/SKILL.md:8:10 "scripts/other.py" does not exist`,
				`a/SKILL.md:9:11 "scripts/base.sh" does not exist`,
			}},
			{with(body("run scripts/run.py"), "scripts/run.py", ""), nil},
			{body("my/scripts/run.py ../scripts/x.py scripts/<name>.py scripts/*.py scripts/ assets/{a}.png transcripts/a.md", "for example scripts/x.py", "[x](scripts/x.py)"), nil},
		},
		"link-outside": {
			{body("[b](../b/SKILL.md)", "[c](references/../../c.md)"), []string{
				`a/SKILL.md:6:5 "../b/SKILL.md" leaves the skill's folder`,
				`a/SKILL.md:7:5 "references/../../c.md" leaves the skill's folder`,
			}},
			{with(body("[x](references/x.md)"), "references/x.md", "[y](../../y.md) [s](../SKILL.md)"), []string{
				`a/references/x.md:1:5 "../../y.md" leaves the skill's folder`,
			}},
			{with(body("[x](references/../x.md)"), "x.md", ""), nil},
		},
		"link-absolute": {
			{body("[a](/docs/a.md) [b](~/b.md)", `[c](C:\c.md)`), []string{
				`a/SKILL.md:6:5 "/docs/a.md" is an absolute path`,
				`a/SKILL.md:6:21 "~/b.md" is an absolute path`,
				`a/SKILL.md:7:5 "C:\\c.md" is an absolute path`,
			}},
			{body("[a](docs/a.md)"), nil},
		},
		"path-backslash": {
			{with(body(`run scripts\run.ps1 or [r](references\r.md)`), "references/r.md", ""), []string{
				`a/SKILL.md:6:5 "scripts\\run.ps1" has backslashes`, `a/SKILL.md:6:28 "references\\r.md" has backslashes`,
			}},
			{body(`grep '\.py$' and C:\x\y.py`), nil},
		},
		"path-home": {
			{body("cd /home/mallory/work", "`/Users/Mallory/x` /home/mallory/again", `C:\Users\mallory\x`), []string{
				`a/SKILL.md:6:4 "/home/mallory" is a path of one machine`,
				`a/SKILL.md:7:2 "/Users/Mallory" is a path of one machine`,
				`a/SKILL.md:8:1 "C:\\Users\\mallory" is a path of one machine`,
			}},
			{body("/home/user/x /Users/<you>/x https://x.example/home/mallory/x ~/x /home/mallory"), nil},
		},
		"reference-chain": {
			{with(body("[x](references/x.md)"), "references/x.md", "[y](y.md) [y](./y.md) [z](z.txt) [s](../SKILL.md)", "references/y.md", "", "references/z.txt", ""), []string{
				`a/references/x.md:1:5 "references/y.md" is reached only through "references/x.md"`,
			}},
			{with(body("[x](references/x.md)", "and references/y.md"), "references/x.md", "[y](y.md)", "references/y.md", ""), nil},
			{with(body("[n](nested/SKILL.md)"), "nested/SKILL.md", "[y](y.md)", "nested/y.md", ""), nil},
		},
	}
}

func TestLongLinesAreCut(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("](", 500_000) + "[x](x.md)"
	got := spec.Lint(spec.Skill{ID: "a", File: "SKILL.md", Folder: "a"}, fstest.MapFS{"a/SKILL.md": file(sound + line)})
	for _, p := range got {
		if p.ID == "link-missing" {
			t.Errorf("problem %v, want none from the end of a very long line", p)
		}
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"allowed_tools":  "did you mean allowed-tools?",
		"allowedTools":   "did you mean allowed-tools?",
		"licence":        "did you mean license?",
		"descriptions":   "did you mean description?",
		"user-invokable": "did you mean user-invocable?",
		"version":        "move it under metadata",
		"tags":           "move it under metadata",
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			got := spec.Lint(spec.Skill{ID: "a", File: "SKILL.md", Folder: "a"}, fstest.MapFS{"a/SKILL.md": file(front(field + ": x"))})
			if len(got) != 1 || got[0].Fix != want {
				t.Errorf("problems = %+v, want one with fix %q", got, want)
			}
		})
	}
}
