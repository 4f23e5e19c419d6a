package upstream

import (
	"bytes"
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
)

// gate is what a matching line must hold: a literal of each group, in this
// order, none overlapping the one before. It lets most text go by without the
// expression being run at all.
type gate []group

// group is a set of literals.
type group []literal

type literal struct {
	text []byte
	bits []uint32 // that a sketch has set if the literal stands in its text
}

// newGate reads the gate off an expression. If folds is true, the expression
// ignores case and the literals are in lower case. If sketchFolds is true, the
// sketches are of texts in lower case.
func newGate(re *syntax.Regexp, sketchFolds bool) (g gate, folds bool) {
	spelled, folds := spell(re)
	g = make(gate, len(spelled))
	for i, texts := range spelled {
		for _, text := range texts {
			sketched := text
			if sketchFolds {
				sketched = strings.ToLower(text)
			}
			g[i] = append(g[i], literal{[]byte(text), sketchBits(sketched)})
		}
	}
	return g, folds
}

// admits tells whether line can match.
func (g gate) admits(line []byte) bool {
	for _, literals := range g {
		end := -1
		for _, l := range literals {
			if i := bytes.Index(line, l.text); i >= 0 && (end < 0 || i+len(l.text) < end) {
				end = i + len(l.text)
			}
		}
		if end < 0 {
			return false
		}
		line = line[end:]
	}
	return true
}

// rarest returns the group that is likely to be the rarest.
func (g gate) rarest() group {
	return slices.MaxFunc(g, func(a, b group) int {
		return compareRarity(a.texts(), b.texts())
	})
}

func (g group) texts() []string {
	texts := make([]string, len(g))
	for i, l := range g {
		texts[i] = string(l.text)
	}
	return texts
}

// compareRarity puts the texts of which the shortest is longer last, and of
// equals those that are fewer.
func compareRarity(a, b []string) int {
	byLength := func(x, y string) int { return cmp.Compare(len(x), len(y)) }
	return cmp.Or(byLength(slices.MinFunc(a, byLength), slices.MinFunc(b, byLength)), cmp.Compare(len(b), len(a)))
}
