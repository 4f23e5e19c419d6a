package cli_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// Where errors are JSON, every line of stderr is.
func TestNotices(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		global cli.Global
		want   string
	}{
		"for people":   {cli.Global{Output: "table"}, "two\n  | lines\nan id: 7\n"},
		"for programs": {cli.Global{Output: "json"}, `{"notice":"two\nlines"}` + "\n" + `{"id":"7"}` + "\n"},
		"quiet":        {cli.Global{Output: "json", Quiet: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs bytes.Buffer
			app := cli.New(&cli.App{Err: &errs, Global: tc.global, Changed: func(flag string) bool { return flag == "output" }})
			app.Notice("%s", "two\nlines")
			app.Tell(map[string]string{"id": "7"}, "an id: %d", 7)
			if diff := cmp.Diff(tc.want, errs.String()); diff != "" {
				t.Errorf("stderr (-want +got)\n%s", diff)
			}
		})
	}
}
