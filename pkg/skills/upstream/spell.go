package upstream

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// mostSpellings is the number past which spellings are no longer multiplied:
// looking for many literals costs more than running the expression.
const mostSpellings = 16

// spell returns, in their order, sets of which every match of re holds one
// element each. If folds is true, re ignores case and the elements are in lower
// case.
func spell(re *syntax.Regexp) (sets [][]string, folds bool) {
	var s speller
	s.add(re)
	s.close()
	return s.done, s.folds
}

type speller struct {
	done  [][]string
	open  []string // what the elements just read spell; nil if that is not known
	folds bool
}

// add reads the next element.
func (s *speller) add(re *syntax.Regexp) {
	if texts, ok := s.spellings(re); ok {
		s.extend(texts)
		return
	}
	switch re.Op {
	case syntax.OpCapture:
		s.add(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			s.add(sub)
		}
	case syntax.OpAlternate:
		s.close()
		if set := s.anyBranch(re.Sub); set != nil {
			s.done = append(s.done, set)
		}
	default:
		s.close()
	}
}

// close ends the open set: what follows it is not known.
func (s *speller) close() {
	if len(s.open) > 0 && !slices.Contains(s.open, "") {
		s.done = append(s.done, s.open)
	}
	s.open = nil
}

// extend appends each of texts to each of the open set.
func (s *speller) extend(texts []string) {
	if len(s.open)*len(texts) > mostSpellings {
		s.close()
	}
	if s.open == nil {
		s.open = texts
	} else {
		s.open = product(s.open, texts)
	}
}

// anyBranch returns one set for all branches of an alternation, or nil if a
// branch has none.
func (s *speller) anyBranch(branches []*syntax.Regexp) []string {
	var all []string
	for _, branch := range branches {
		sets, folds := spell(branch)
		if len(sets) == 0 {
			return nil
		}
		s.folds = s.folds || folds
		all = append(all, slices.MaxFunc(sets, compareRarity)...)
	}
	return all
}

// spellings returns all that re can match, if that is known and short.
func (s *speller) spellings(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}, true
		}
		s.folds = true
		return []string{strings.ToLower(string(re.Rune))}, true
	case syntax.OpCapture:
		return s.spellings(re.Sub[0])
	case syntax.OpConcat:
		return s.combine(re.Sub, product)
	case syntax.OpAlternate:
		return s.combine(re.Sub, func(x, y []string) []string { return slices.Concat(x, y) })
	default:
		return nil, false
	}
}

func (s *speller) combine(subs []*syntax.Regexp, join func(x, y []string) []string) ([]string, bool) {
	var all []string
	for i, sub := range subs {
		texts, ok := s.spellings(sub)
		switch {
		case !ok || max(len(all), 1)*len(texts) > mostSpellings:
			return nil, false
		case i == 0:
			all = texts
		default:
			all = join(all, texts)
		}
	}
	return all, true
}

// product returns each of x followed by each of y.
func product(x, y []string) []string {
	out := make([]string, 0, len(x)*len(y))
	for _, head := range x {
		for _, tail := range y {
			out = append(out, head+tail)
		}
	}
	return out
}
