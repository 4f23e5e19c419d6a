package output_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"table": "one\ntwo\n", "name": "one\ntwo\n", "jsonl": "{\"lines\":2}\n",
	} {
		var out bytes.Buffer
		p, err := output.New(output.Options{Format: format, Out: &out})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Print(output.Document{Text: "one\ntwo\n", Value: map[string]int{"lines": 2}}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}
