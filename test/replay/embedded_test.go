package replay_test

import (
	"slices"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/test/replay"
)

// TestEmbedded tells the story of a real runtime 3.0.0 to the embedded one. Each
// difference stands in docs/embedded-runtime.md with its reason, and nothing
// stands there that does not differ.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	stage, story := newStage(t), recorded(t)
	rows, told := deviations(t), 0
	stage.player.Known = func(d replay.Difference) bool { return explained(rows, d) }
	for _, area := range replay.Areas() {
		for _, e := range area.Select(story) {
			if e.Slug == "agent-execute-replay-at-once" {
				continue // the moment between the end of a run and its saved result
			}
			stage.prepare(t, e.Slug)
			found, err := stage.player.Play(t.Context(), e)
			if err != nil {
				t.Error(err)
			}
			told++
			for _, d := range found {
				if !explained(rows, d) {
					t.Errorf("%s: %v", area.Name, d)
				}
			}
		}
	}
	for _, row := range rows {
		for _, pattern := range slices.Concat(row.slugs, row.whats, row.gots) {
			if !row.used[pattern] {
				t.Errorf("docs/embedded-runtime.md: %q explains nothing: no exchange differs so any more", pattern)
			}
		}
	}
	t.Logf("%d exchanges told", told)
}

// explained reports whether a row is about d, and notes it on each that is.
func explained(rows []deviation, d replay.Difference) bool {
	known := false
	for _, row := range rows {
		known = row.explains(d) || known
	}
	return known
}
