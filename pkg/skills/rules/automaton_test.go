package rules_test

import (
	"regexp"
	"regexp/syntax"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// TestAutomata holds the automaton of each pattern against the pattern, on the
// samples of all rules.
func TestAutomata(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, r := range rules.Symbi().Rules {
		for _, s := range append(r.Hits, r.Misses...) {
			texts = append(texts, s.Text)
		}
	}
	for _, r := range rules.Symbi().Rules {
		for _, pattern := range []string{r.Pattern, r.Not} {
			parsed, err := syntax.Parse(pattern, syntax.Perl)
			if err != nil {
				t.Fatal(err)
			}
			a, err := match.NewAutomaton(parsed)
			if err != nil {
				t.Errorf("%s: %v", r.ID, err)
				continue
			}
			re := regexp.MustCompile(pattern)
			for _, text := range texts {
				if got, known := a.Match(text); known && got != re.MatchString(text) {
					t.Errorf("%s: %q in %q: the automaton says %v", r.ID, pattern, text, got)
				}
			}
		}
	}
}
