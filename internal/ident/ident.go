// Package ident knows how agents, runs and submissions are named: by a UUID of 36
// characters, with dashes, in either case. Start with [Valid].
//
// It refuses the other forms of a UUID, which a runtime may take where a path
// names something, but writes nowhere.
package ident

// Valid reports whether text is such an id.
func Valid(text string) bool {
	if len(text) != len("00000000-0000-0000-0000-000000000000") {
		return false
	}
	for i := range len(text) {
		c := text[i] | 0x20 // lower case; digits stay
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if text[i] != '-' {
				return false
			}
		case (text[i] < '0' || text[i] > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
