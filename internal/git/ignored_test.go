package git_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIgnored(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	for _, name := range []string{"node_modules/a/x", "skill/.gitignore", "skill/hidden", "skill/a.log", "kept.log", "new"} {
		w.write(name, "*\n")
	}
	w.git("add", "-f", "kept.log", "skill/.gitignore")
	list := func() []string {
		t.Helper()
		got, err := w.open().Ignored(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := list(); got != nil {
		t.Errorf("want nothing without .gitignore in the root, got %q", got)
	}
	w.write(".gitignore", "node_modules/\n*.log\n")
	want := []string{"node_modules/", "skill/a.log"} // not what the skill's own file says, not what is tracked
	if diff := cmp.Diff(want, list()); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
}
