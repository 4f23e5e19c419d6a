package github_test

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
	"github.com/symbi-ctl/symbi-ctl/internal/output/github"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   github.Annotation
		want string
	}{
		"full": {
			github.Annotation{Level: github.Error, File: "a/b.md", Line: 3, EndLine: 4, Column: 5, EndColumn: 6, Title: "T", Message: "M"},
			"::error file=a/b.md,line=3,endLine=4,col=5,endColumn=6,title=T::M\n",
		},
		"least":            {github.Annotation{}, "::notice::\n"},
		"lines":            {github.Annotation{Level: github.Warning, Message: "a\nb\r\n100%"}, "::warning::a%0Ab\\r%0A100%25\n"},
		"second command":   {github.Annotation{Message: "x\n::set-output name=a::b"}, "::notice::x%0A::set-output name=a::b\n"},
		"old style":        {github.Annotation{Message: "##[add-mask]x"}, "::notice::##[add-mask]x\n"},
		"property escapes": {github.Annotation{File: "a,line=1::x%0A.md", Title: "b: c\nd"}, "::notice file=a%2Cline=1%3A%3Ax%250A.md,title=b%3A c\\nd::\n"},
		"hostile":          {github.Annotation{Title: "\u202e", Message: "\x1b[2J\u200b"}, "::notice title=\\u202e::\\u001b[2J\\u200b\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var buf bytes.Buffer
			if err := github.Write(&buf, tc.in); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, buf.String()); diff != "" {
				t.Errorf("command differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	if err := github.Write(io.Discard, github.Annotation{Level: "x::y"}); err == nil {
		t.Error("an unknown level was written")
	}
	r, pipe := io.Pipe()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := github.Write(pipe, github.Annotation{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("closed pipe: %v", err)
	}
}

// parse reads a command as the runner does: properties end at the first "::"
// after the start, and are split at commas.
func parse(line string) (command string, properties map[string]string, data string) {
	head, data, _ := strings.Cut(strings.TrimPrefix(line, "::"), "::")
	command, list, _ := strings.Cut(head, " ")
	properties = map[string]string{}
	for pair := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(pair, "=")
		properties[name] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
	}
	return command, properties, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)
}

func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"a", "a\n::error::b", "::", "a,b=c", "%0A%25", "\r", "a: b", "\x1b\u202e\xff", "=,:%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		var buf bytes.Buffer
		if err := github.Write(&buf, github.Annotation{Level: github.Error, File: text, Line: 2, Title: text, Message: text}); err != nil {
			t.Fatal(err)
		}
		line, rest, _ := strings.Cut(buf.String(), "\n")
		if rest != "" || output.SanitizeLine(line) != line {
			t.Fatalf("not one safe line: %q", buf.String())
		}
		command, properties, data := parse(line)
		wantProperties := map[string]string{"file": output.SanitizeLine(text), "line": "2", "title": output.SanitizeLine(text)}
		if diff := cmp.Diff(wantProperties, properties); diff != "" || command != "error" || data != output.Sanitize(text) {
			t.Errorf("%q reads back as %s, %q; properties (-want +got):\n%s", text, command, data, diff)
		}
	})
}

func ExampleWrite() {
	err := github.Write(os.Stdout, github.Annotation{
		Level: github.Error, File: "skills/weather/SKILL.md", Line: 7,
		Title: "pipe-to-shell", Message: "Download piped into a shell\nPin and verify it.",
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: ::error file=skills/weather/SKILL.md,line=7,title=pipe-to-shell::Download piped into a shell%0APin and verify it.
}
