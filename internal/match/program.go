package match

import (
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// begin stands for the character before the first.
const begin = -1

// lookahead are the assertions that depend on the next character.
const lookahead = syntax.EmptyWordBoundary | syntax.EmptyNoWordBoundary | syntax.EmptyEndLine | syntax.EmptyEndText

// program is a compiled expression and the classes of characters that are all
// the same to it.
type program struct {
	inst  []syntax.Inst
	start uint32

	bounds  []rune // class of[i] holds the characters from bounds[i] to before bounds[i+1]
	of      []uint16
	ascii   [utf8.RuneSelf]uint16
	chars   []rune // one of each class; -1 for the class after the last, the end of the text
	stride  int    // classes, the end of the text included
	asserts syntax.EmptyOp

	anchored bool // matches begin at the beginning of the text
}

func (p *program) class(r rune) int {
	return int(p.of[sort.Search(len(p.bounds), func(i int) bool { return p.bounds[i] > r })-1])
}

// anchor finds out whether matches can begin but at the beginning of the text.
func (p *program) anchor() {
	var s set
	s.reset(len(p.inst))
	p.follow(&s, p.start, syntax.EmptyBeginLine, lookahead)
	p.anchored = len(s.list) == 0 && !s.matched
}

// kind returns a character that stands before others as r does.
func (p *program) kind(r rune) rune {
	switch {
	case r == '\n' && p.asserts&syntax.EmptyBeginLine != 0:
		return '\n'
	case p.asserts&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0 && r >= 0 && syntax.IsWordChar(r):
		return 'a'
	}
	return ' '
}

// classify cuts the characters at the borders of all ranges of the program and
// joins the pieces that lie in the same ranges. Each instruction has a number of
// its own at random; pieces in the same ranges have the same sum of them.
func (p *program) classify() {
	marks := map[rune]uint64{0: 0}
	mark := func(low, high rune, number uint64) {
		marks[low] ^= number
		marks[high+1] ^= number
	}
	number := uint64(1)
	random := func() uint64 { // splitmix64
		number += 0x9e3779b97f4a7c15
		z := (number ^ number>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	word, line := random(), random()
	for _, r := range [][2]rune{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}} {
		mark(r[0], r[1], word)
	}
	mark('\n', '\n', line)
	for i := range p.inst {
		inst := &p.inst[i]
		if inst.Op == syntax.InstEmptyWidth {
			p.asserts |= syntax.EmptyOp(inst.Arg) //nolint:gosec // a set of bits
		}
		eachRange(inst, func(low, high rune) { mark(low, high, random()) })
	}
	for low := range marks {
		if low <= unicode.MaxRune {
			p.bounds = append(p.bounds, low)
		}
	}
	slices.Sort(p.bounds)
	classes := map[uint64]uint16{}
	sum := uint64(0)
	for _, low := range p.bounds {
		sum ^= marks[low]
		class, known := classes[sum]
		if !known {
			class = uint16(len(classes)) //nolint:gosec // NewAutomaton refuses more
			classes[sum] = class
			p.chars = append(p.chars, low)
		}
		p.of = append(p.of, class)
	}
	p.chars = append(p.chars, -1)
	p.stride = len(p.chars)
	for c := range p.ascii {
		p.ascii[c] = uint16(p.class(rune(c))) //nolint:gosec // as above
	}
}

// eachRange visits the ranges of characters that an instruction accepts.
func eachRange(inst *syntax.Inst, visit func(low, high rune)) {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
	default:
		return
	}
	if len(inst.Rune) > 1 {
		for i := 0; i+1 < len(inst.Rune); i += 2 {
			visit(inst.Rune[i], inst.Rune[i+1])
		}
		return
	}
	for _, r := range inst.Rune {
		visit(r, r)
		if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 { //nolint:gosec // a set of bits
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				visit(f, f)
			}
		}
	}
}

// follow adds to s what can be reached from an instruction without reading: what
// reads, and assertions that open decides. Others hold if they are in flags.
func (p *program) follow(s *set, pc uint32, flags, open syntax.EmptyOp) {
	for s.enter(pc) {
		inst := &p.inst[pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			p.follow(s, inst.Out, flags, open)
			pc = inst.Arg
		case syntax.InstCapture, syntax.InstNop:
			pc = inst.Out
		case syntax.InstEmptyWidth:
			switch need := syntax.EmptyOp(inst.Arg); { //nolint:gosec // a set of bits
			case need&^flags == 0:
				pc = inst.Out
			case need&^(flags|open) == 0:
				s.list = append(s.list, uint16(pc)) //nolint:gosec // NewAutomaton refuses more
				return
			default:
				return
			}
		case syntax.InstMatch:
			s.matched = true
			return
		case syntax.InstFail:
			return
		default:
			s.list = append(s.list, uint16(pc)) //nolint:gosec // NewAutomaton refuses more
			return
		}
	}
}

// set is a set of instructions.
type set struct {
	list    []uint16
	matched bool
	seen    []uint32 // by instruction: the round in which it was entered
	round   uint32
}

func (s *set) reset(size int) {
	if s.seen == nil {
		s.seen = make([]uint32, size)
	}
	s.list, s.matched = s.list[:0], false
	s.round++
}

// enter reports whether pc was not in s before.
func (s *set) enter(pc uint32) bool {
	if s.seen[pc] == s.round {
		return false
	}
	s.seen[pc] = s.round
	return true
}
