package markdown_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/output/markdown"
)

func TestText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"words":       {"plain words, 100%?", "plain words, 100%?"},
		"markup":      {"*a* _b_ `c` ~d~ [e](f)", `\*a\* \_b\_ ` + "\\`c\\`" + ` \~d\~ \[e\]\(f\)`},
		"HTML":        {"<img src=x onerror=y>&lt;", `\<img src\=x onerror\=y\>\&lt\;`},
		"table":       {`a|b\|c`, `a\|b\\\|c`},
		"lines":       {"a\n\n# b", `a\\n\\n\#&#8203; b`},
		"links":       {"https://x.example www.x.example", `https\://x\.example www\.x\.example`},
		"mention":     {"@octocat x#12", `\@&#8203;octocat x\#&#8203;12`},
		"list":        {"1. - +", `1\. \- \+`},
		"blanks":      {"    code ", "code"},
		"hostile":     {"\u202e\u200b\x1b", `\\u202e\\u200b\\u001b`},
		"other words": {"日本語 ü", "日本語 ü"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, markdown.Text(tc.in)); diff != "" {
				t.Errorf("Text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff("<code>"+tc.want+"</code>", markdown.Code(tc.in)); diff != "" {
				t.Errorf("Code (-want +got):\n%s", diff)
			}
		})
	}
	if got := markdown.Code("  "); got != "" {
		t.Errorf("Code of blanks is %q", got)
	}
}

// FuzzText: every mark that could mean something is escaped, and what a reader
// sees is the sanitised text.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a|b", `\|`, "`", "<b>", "@x", "#1", "&#8203;", "\n", "![x](y)", "\xff\u202e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := markdown.Text(in)
		if output.SanitizeLine(out) != out {
			t.Errorf("%q gave %q, which is not safe to show", in, out)
		}
		seen := strings.Builder{}
		rest := out
		for rest != "" {
			switch {
			case strings.HasPrefix(rest, "&#8203;"):
				rest = rest[len("&#8203;"):]
			case rest[0] == '\\' && len(rest) > 1:
				seen.WriteByte(rest[1])
				rest = rest[2:]
			case strings.ContainsAny(rest[:1], "\\|<>&`*_[]!~$#@:."):
				t.Fatalf("%q gave %q: %q is not escaped", in, out, rest[:1])
			default:
				seen.WriteByte(rest[0])
				rest = rest[1:]
			}
		}
		if diff := cmp.Diff(strings.Trim(output.SanitizeLine(in), " "), seen.String()); diff != "" {
			t.Errorf("a reader sees something else (-want +got):\n%s", diff)
		}
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	if err := markdown.Table(&buf, []string{"A", "B"}, [][]string{{"1"}, {"2", "3", "4"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("| A | B |\n| --- | --- |\n| 1 |  |\n| 2 | 3 |\n", buf.String()); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
	r, pipe := io.Pipe()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := markdown.Table(pipe, []string{"A"}, nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("closed pipe: %v", err)
	}
}

func ExampleTable() {
	rows := [][]string{{markdown.Code("SKILL.md"), markdown.Text("<b>curl</b> | sh")}}
	if err := markdown.Table(os.Stdout, []string{"File", "Finding"}, rows); err != nil {
		fmt.Println(err)
	}
	// Output:
	// | File | Finding |
	// | --- | --- |
	// | <code>SKILL\.md</code> | \<b\>curl\</b\> \| sh |
}
