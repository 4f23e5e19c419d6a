package spec_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing/fstest"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

func tree() fstest.MapFS {
	return fstest.MapFS{
		"skills/pdf/SKILL.md": {Data: []byte("---\nname: pdf\ndescription: Reads PDF files.\nallowed-tools: Read Bash(qpdf *)\n---\nSee [forms](FORMS.md).\n")},
		"skills/csv/SKILL.md": {Data: []byte("---\nname: CSV\ndescription: use when: tables\n---\nRead the table.\n")},
	}
}

func ExampleDiscover() {
	found, err := spec.Discover(context.Background(), tree())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range found.Skills {
		fmt.Println(s.ID, s.Path())
	}
	// Output:
	// skills/csv skills/csv/SKILL.md
	// skills/pdf skills/pdf/SKILL.md
}

func ExampleParse() {
	d := spec.Parse([]byte("---\nname: pdf\ndescription: Reads PDF files.\nallowed-tools: Read Bash(qpdf *)\n---\n# PDF\n"))
	fmt.Println(d.Metadata.Name, d.BodyLine)
	for _, tool := range d.Tools {
		fmt.Printf("%d:%d %s\n", tool.Line, tool.Column, tool.Text)
	}
	// Output:
	// pdf 6
	// 4:16 Read
	// 4:21 Bash(qpdf *)
}

func ExampleLint() {
	for _, p := range spec.Lint(spec.Skill{ID: "skills/pdf", File: "SKILL.md", Folder: "pdf"}, tree()) {
		fmt.Println(p.Where(), p.Level, p.ID, p.Message)
	}
	// Output:
	// skills/pdf/SKILL.md:6:13 warning link-missing "FORMS.md" does not exist
}

func ExampleLintTree() {
	report, err := spec.LintTree(context.Background(), tree())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range report.Problems {
		fmt.Println(p.Where(), p.Level, p.ID)
	}
	// Output:
	// skills/csv/SKILL.md:2:7 error name-case
	// skills/csv/SKILL.md:2:7 error name-folder
	// skills/csv/SKILL.md:3:22 error frontmatter-yaml
	// skills/pdf/SKILL.md:6:13 warning link-missing
}

func ExampleInventory() {
	files, err := spec.Inventory(context.Background(), tree(), spec.Skill{ID: "skills/csv", File: "SKILL.md"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range files {
		fmt.Println(f.Path, f.Size, f.Kind)
	}
	// Output:
	// SKILL.md 64 skill
}

func ExampleUserDirs() {
	for _, d := range spec.UserDirs("/home/me")[:2] {
		fmt.Println(d.Agent, filepath.ToSlash(d.Path))
	}
	// Output:
	// any /home/me/.agents/skills
	// claude-code /home/me/.claude/skills
}
