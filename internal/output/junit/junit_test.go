package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/output/junit"
)

func write(t *testing.T, name string, suites []junit.Suite) string {
	t.Helper()
	var buf bytes.Buffer
	if err := junit.Write(&buf, name, suites); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestWrite(t *testing.T) {
	t.Parallel()
	got := write(t, "skills", []junit.Suite{
		{
			Name: "weather", Time: 1500 * time.Millisecond, Properties: []junit.Property{{"rules", "40"}},
			Cases: []junit.Case{
				{
					Name: "pipe-to-shell", ClassName: "weather/SKILL.md", File: "weather/SKILL.md", Line: 7, Time: time.Millisecond,
					Properties: []junit.Property{{"severity", "critical"}},
					Failure:    &junit.Problem{Message: `"curl" | sh <x> & y`, Type: "critical", Text: "line 1\nline 2"},
				},
				{Name: "passes", ClassName: "weather"},
				{Name: "broken", ClassName: "weather", Error: &junit.Problem{Message: "no such file"}},
				{Name: "accepted", ClassName: "weather", Skipped: &junit.Problem{Message: "in the baseline"}, Output: "said"},
			},
		},
		{Name: "empty"},
	})
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="skills" tests="4" failures="1" errors="1" skipped="1" time="1.500">
  <testsuite name="weather" tests="4" failures="1" errors="1" skipped="1" time="1.500">
    <properties>
      <property name="rules" value="40"></property>
    </properties>
    <testcase name="pipe-to-shell" classname="weather/SKILL.md" file="weather/SKILL.md" line="7" time="0.001">
      <properties>
        <property name="severity" value="critical"></property>
      </properties>
      <failure message="&#34;curl&#34; | sh &lt;x&gt; &amp; y" type="critical">line 1&#xA;line 2</failure>
    </testcase>
    <testcase name="passes" classname="weather" time="0.000"></testcase>
    <testcase name="broken" classname="weather" time="0.000">
      <error message="no such file"></error>
    </testcase>
    <testcase name="accepted" classname="weather" time="0.000">
      <skipped message="in the baseline"></skipped>
      <system-out>said</system-out>
    </testcase>
  </testsuite>
  <testsuite name="empty" tests="0" failures="0" errors="0" skipped="0" time="0.000"></testsuite>
</testsuites>
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("XML differs (-want +got):\n%s", diff)
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	w := iotest.TruncateWriter(nil, 0)
	if err := junit.Write(w, "x", nil); err != nil {
		t.Errorf("a writer that takes all: %v", err)
	}
	r, pipe := io.Pipe()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := junit.Write(pipe, "x", nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("closed pipe: %v", err)
	}
}

// FuzzWrite: any text gives XML that reads back as the sanitised text.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"", "]]>", "<!--", "\x00\x0b\x1b[2J", "\ufffe\uffff", "\xff", "a\r\nb\tc", "&amp;", "\u202e\u200b", "🚀"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data := write(t, text, []junit.Suite{{Name: text, Properties: []junit.Property{{text, text}}, Cases: []junit.Case{{
			Name: text, ClassName: text, File: text, Failure: &junit.Problem{Message: text, Type: text, Text: text},
			Error: &junit.Problem{Message: text}, Skipped: &junit.Problem{Message: text}, Output: text,
		}}}})
		dec := xml.NewDecoder(strings.NewReader(data))
		want, failures := output.Sanitize(text), 0
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q gave %q: %v", text, data, err)
			}
			start, ok := token.(xml.StartElement)
			if !ok || start.Name.Local != "failure" {
				continue
			}
			failures++
			body, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			if chars, _ := body.(xml.CharData); string(chars) != want {
				t.Errorf("%q reads back as %q", text, chars)
			}
		}
		if failures != 1 {
			t.Errorf("%q gave %d failures", text, failures)
		}
		if output.Sanitize(data) != data {
			t.Errorf("%q gave %q, which is not safe to show", text, data)
		}
	})
}

func ExampleWrite() {
	suites := []junit.Suite{{Name: "weather", Cases: []junit.Case{{
		Name: "pipe-to-shell", ClassName: "SKILL.md", Failure: &junit.Problem{Message: "line 7"},
	}}}}
	if err := junit.Write(os.Stdout, "skills", suites); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites name="skills" tests="1" failures="1" errors="0" skipped="0" time="0.000">
	//   <testsuite name="weather" tests="1" failures="1" errors="0" skipped="0" time="0.000">
	//     <testcase name="pipe-to-shell" classname="SKILL.md" time="0.000">
	//       <failure message="line 7"></failure>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}
