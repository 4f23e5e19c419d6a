package text_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

func TestFindConcealed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		line string
		want []text.Concealed
	}{
		"plain":                   {"nothing to see", nil},
		"a broken byte at an end": {"caf\xe9", nil},
		"zero width space":        {"a\u200bb", []text.Concealed{{How: text.ZeroWidth, Pos: 1, End: 4}}},
		"after broken bytes":      {"\xff\xfe\u202e", []text.Concealed{{How: text.Bidi, Pos: 2, End: 5}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, text.FindConcealed(tc.line)); diff != "" {
				t.Errorf("FindConcealed(%q) differs (-want +got):\n%s", tc.line, diff)
			}
		})
	}
}
