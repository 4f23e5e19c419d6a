// Package match finds many literals in a text in one pass.
//
// It is the first stage of a rule engine: a [Set], made by [New] from the
// literals that the rules cannot do without, tells with [Set.Scan] where they
// occur, so that the expensive questions are asked of few lines. [Inspect]
// tells which of the costlier views of a text (normalised, decoded) are worth
// making at all, and an [Automaton] whether an expression has to be tried.
//
// A Set looks at every four bytes of a text through a filter that lets few pass
// but those that stand in a literal; what passes is compared. A thousand literals
// take a fraction of a millisecond, and the filter stays in the cache. Matching is over bytes; of letters, only ASCII
// ones fold. A Set refuses literals of fewer than three bytes, which would be found
// everywhere. The package knows neither lines nor rules.
package match

import (
	"fmt"
	"math/bits"
	"strings"
)

const (
	// minLiteral is the shortest literal, in bytes, worth looking for.
	minLiteral = 3

	// gramSize is how many bytes of a literal the filter knows. A literal of
	// fewer fills a word of it.
	gramSize = 4

	// minRun is the length, in bytes, from which a literal that is one byte
	// over and over is looked for in strides of its length: in steps of four it
	// would seem to begin at every indentation.
	minRun = 32

	// The filter of few literals is small, the filter of many has one size, which
	// the compiler can count on.
	minWords, maxWords = 1 << 6, 1 << maxBits // in words of 64 bits
	maxBits            = 13

	fewLiterals = 256

	foldCase = 0x20 // the bit in which the cases of a letter differ
)

// Set recognises the literals it was made from. It never changes and is safe
// for concurrent use. The zero Set recognises nothing.
type Set struct {
	// filter has a bit for each gram: three bytes, hashed, choose the word and
	// the fourth the bit. Its length is a power of two.
	filter []uint64
	shift  uint // of the hash, to give an index into filter

	heads    []uint32 // by word of the filter: the first literal there, counted from 1
	literals []literal
	runs     []run
}

type literal struct {
	text string // folded
	gram int    // where the bytes begin that the filter knows
	next uint32 // the next literal of the same word, counted from 1
}

// run is a literal that is one byte over and over.
type run struct {
	literal, size int
	byte          byte
}

// New makes a Set. A literal is known by its index in literals; equal ones are
// all reported. The case of ASCII letters does not count. A literal of fewer
// than three bytes is an error.
func New(literals []string) (*Set, error) {
	words := maxWords
	if len(literals) < fewLiterals {
		words = max(minWords, 1<<bits.Len(uint(4*len(literals))))
	}
	s := &Set{
		filter: make([]uint64, words), heads: make([]uint32, words), shift: uint(32 - bits.Len(uint(words-1))),
		literals: make([]literal, len(literals)),
	}
	for i, text := range literals {
		if len(text) < minLiteral {
			return nil, fmt.Errorf("literal %d, %q, is shorter than %d bytes", i, text, minLiteral)
		}
		if len(text) >= minRun && strings.Count(text, text[:1]) == len(text) {
			s.literals[i].text = text
			s.runs = append(s.runs, run{i, len(text), fold(text[0])})
			continue
		}
		s.add(i, lower(text))
	}
	return s, nil
}

// add makes the filter pass the rarest gram of a literal.
func (s *Set) add(i int, text string) {
	at := 0
	if len(text) > gramSize {
		at = rarest(text)
	}
	word := spread(gramAt([]byte(text[at:at+minLiteral]))) >> s.shift
	if len(text) < gramSize {
		s.filter[word] = ^uint64(0)
	} else {
		s.filter[word] |= 1 << ((text[at+3] | foldCase) & 63)
	}
	s.literals[i] = literal{text, at, s.heads[word]}
	s.heads[word] = uint32(i + 1) //nolint:gosec // there is no memory for so many
}

// spread hashes the lower three bytes of gram. Of 120 factors this one makes the
// fewest words of public skills collide with triggers of rules.
func spread(gram uint64) uint32 {
	return uint32(gram) * 0xb4cf3900 //nolint:gosec // cut on purpose
}

// lower folds text. Most literals are so already.
func lower(text string) string {
	for i := range len(text) {
		if fold(text[i]) != text[i] {
			folded := []byte(text)
			for k, c := range folded {
				folded[k] = fold(c)
			}
			return string(folded)
		}
	}
	return text
}

func fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
