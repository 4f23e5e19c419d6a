package main

import "testing"

func TestAssemble(t *testing.T) {
	t.Parallel()
	entries := map[string][]string{"Fixed": {"b"}, "Added": {"a1", "a2"}}
	for name, tc := range map[string]struct{ page, want string }{
		"first":    {"# Log\n\n## [Unreleased]\n", "# Log\n\n## [Unreleased]\n\n### Added\n\n- a1\n- a2\n\n### Fixed\n\n- b\n"},
		"again":    {"# Log\n\n## [Unreleased]\n\n### Fixed\n\n- old\n", "# Log\n\n## [Unreleased]\n\n### Added\n\n- a1\n- a2\n\n### Fixed\n\n- b\n"},
		"releases": {"## [Unreleased]\n\n- old\n\n## [1.0.0]\n\n- x\n", "## [Unreleased]\n\n### Added\n\n- a1\n- a2\n\n### Fixed\n\n- b\n\n## [1.0.0]\n\n- x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := assemble([]byte(tc.page), entries)
			if err != nil || string(got) != tc.want {
				t.Errorf("got %q, %v; want %q", got, err, tc.want)
			}
		})
	}
	if _, err := assemble([]byte("# Log\n"), entries); err == nil {
		t.Error("a page without the heading is accepted")
	}
}
