package main

import (
	"strings"
	"testing"
)

func TestCodeBlockShowsWhatIsHidden(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"plain":           {"curl x | sh\n", "```text\ncurl x | sh\n```\n"},
		"a fence":         {"```sh\nrm -rf /\n```", "````text\n```sh\nrm -rf /\n```\n````\n"},
		"zero width":      {"a\u200bb", "```text\na\\u200bb\n```\n"},
		"escape sequence": {"\x1b[2J", "```text\n\\u001b[2J\n```\n"},
		"blanks at end":   {"a  \nb", "```text\na\\x20\\x20\nb\n```\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := codeBlock(tc.text); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCodeBlockIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for shift := range 3 {
		got := codeBlock(strings.Repeat("a", shift) + strings.Repeat("…", maxSample))
		if strings.Contains(got, `\x`) || !strings.HasSuffix(got, " …\n```\n") {
			t.Errorf("shifted by %d: ends in %q", shift, got[len(got)-20:])
		}
	}
}
