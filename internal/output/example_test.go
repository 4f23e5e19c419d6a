package output_test

import (
	"fmt"
	"os"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

type finding struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	Rule string `json:"rule"`
}

func findings() output.View {
	return output.List[finding]{
		Rows:  []finding{{"SKILL.md", 7, "pipe-to-shell"}, {"run.sh", 12, "reverse-shell"}},
		Empty: "No findings.",
		Columns: []output.Column[finding]{
			{Header: "WHERE", Cell: func(f finding) string { return fmt.Sprintf("%s:%d", f.Path, f.Line) }},
			{Header: "RULE", Cell: func(f finding) string { return f.Rule }},
		},
		Summary: "2 findings",
	}
}

func ExampleNew() {
	p, err := output.New(output.Options{JQ: ".[].rule", Out: os.Stdout})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Print(findings()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// pipe-to-shell
	// reverse-shell
}

func ExamplePrinter_Print() {
	for _, format := range []string{"table", "jsonl"} {
		p, err := output.New(output.Options{Format: format, Out: os.Stdout})
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := p.Print(findings()); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// WHERE        RULE
	// SKILL.md:7   pipe-to-shell
	// run.sh:12    reverse-shell
	//
	// 2 findings
	// {"path":"SKILL.md","line":7,"rule":"pipe-to-shell"}
	// {"path":"run.sh","line":12,"rule":"reverse-shell"}
}

func ExampleSanitizeLine() {
	fmt.Println(output.SanitizeLine("harmless\x1b]0;owned\a \u202etxt.exe"))
	// Output: harmless\u001b]0;owned\u0007 \u202etxt.exe
}
