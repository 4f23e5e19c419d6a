package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const (
	maxSuggestions = 3
	maxDistance    = 2 // of a word of four letters or more; half of shorter ones
)

// suggestion is a command that may have been meant.
type suggestion struct {
	name     string
	distance int
	begins   bool // one of the two words begins with the other
}

// suggestions returns the names of the commands that word may have meant: those
// that are nearest to it and those that begin like it, the best first, or the
// one that says it is often called so (SuggestFor).
func suggestions(word string, commands []*cobra.Command) []string {
	word = strings.ToLower(word)
	var found []suggestion
	nearest := min(maxDistance, (len(word)+1)/2)
	for _, c := range commands {
		name := c.Name()
		if word == "" || !c.IsAvailableCommand() {
			continue
		}
		if slices.Contains(c.SuggestFor, word) {
			return []string{name}
		}
		s := suggestion{name, distance(word, name), strings.HasPrefix(name, word) || strings.HasPrefix(word, name)}
		nearest = min(nearest, s.distance)
		found = append(found, s)
	}
	found = slices.DeleteFunc(found, func(s suggestion) bool { return s.distance > nearest && !s.begins })
	slices.SortFunc(found, func(a, b suggestion) int {
		first := map[bool]int{true: 0, false: 1}
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(first[a.begins], first[b.begins]), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, s := range found[:min(len(found), maxSuggestions)] {
		names = append(names, s.name)
	}
	return names
}

// oneOf lists words as they are read: "a", "a or b", "a, b or c".
func oneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Nearest returns the candidate that is closest to word, or "" when none is
// close enough to be what was meant (at most a third of the letters differ).
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d <= bestDistance && (d < bestDistance || best == "") {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
