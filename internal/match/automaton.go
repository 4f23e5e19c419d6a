package match

import (
	"encoding/binary"
	"errors"
	"math"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Automaton tells whether a regular expression matches somewhere in a text, and
// nothing else, in a few nanoseconds a byte. It is deterministic and made as
// texts need it. It is safe for concurrent use.
type Automaton struct {
	program program
	idle    struct {
		sync.Mutex
		list []*tables
	}
	strikes atomic.Int32
}

const (
	// maxEntries bounds the tables of one user, in entries of two bytes, which
	// hold offsets into them. When they are full they are made anew.
	maxEntries = 12 << 10

	// An expression whose tables fill up maxStrikes times before they have read
	// wornIn bytes a state is not for an automaton.
	maxStrikes, wornIn = 16, 16
)

// ErrNoAutomaton is the error of [NewAutomaton] for an expression that is too
// large.
var ErrNoAutomaton = errors.New("expression too large for an automaton")

// NewAutomaton prepares the automaton of an expression. It does not change re.
func NewAutomaton(re *syntax.Regexp) (*Automaton, error) {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, err
	}
	a := &Automaton{program: program{inst: prog.Inst, start: uint32(prog.Start)}} //nolint:gosec // an index
	a.program.classify()
	a.program.anchor()
	if a.program.stride*8 > maxEntries || len(prog.Inst) > math.MaxUint16 {
		return nil, ErrNoAutomaton
	}
	return a, nil
}

// Match reports whether the expression matches somewhere in text. It is not
// known when the automaton would grow without end; the expression itself has to
// be asked then.
func (a *Automaton) Match(text string) (matched, known bool) {
	if a.strikes.Load() >= maxStrikes {
		return false, false
	}
	t := a.take()
	defer a.give(t)
	return t.match(text), true
}

// take returns tables that nobody else uses.
func (a *Automaton) take() *tables {
	a.idle.Lock()
	defer a.idle.Unlock()
	last := len(a.idle.list) - 1
	if last < 0 {
		return &tables{program: &a.program, strikes: &a.strikes}
	}
	t := a.idle.list[last]
	a.idle.list = a.idle.list[:last]
	return t
}

func (a *Automaton) give(t *tables) {
	a.idle.Lock()
	defer a.idle.Unlock()
	a.idle.list = append(a.idle.list, t)
}

// What a table says instead of a state.
const (
	unknown  = 0 // not asked before
	accepted = -1
	refused  = -2
)

// tables are the states that one user has made so far.
type tables struct {
	program *program
	next    []int16 // by state and class
	states  []state // the one at n*stride in next is states[n]
	byState map[state]int16
	first   int16
	read    int // bytes since the tables were empty
	strikes *atomic.Int32

	here, after set
	key         []byte
}

// state is where an expression can be at a place in a text: the character
// before, by its kind, and the instructions that read a character or look at the
// next one, two bytes each.
type state string

func (s state) at(i int) uint16 { return uint16(s[2*i]) | uint16(s[2*i+1])<<8 }

func (t *tables) match(text string) bool {
	if t.next == nil {
		t.clear()
	}
	at := t.first
	if at < unknown {
		return at == accepted
	}
	t.read += len(text)
	for i := 0; i < len(text); {
		var class int
		if c := text[i]; c < utf8.RuneSelf {
			class = int(t.program.ascii[c])
			i++
		} else {
			r, size := utf8.DecodeRuneInString(text[i:])
			class = t.program.class(r)
			i += size
		}
		next := t.next[int(at)+class]
		if next <= unknown {
			if next == unknown {
				next = t.step(at, class)
			}
			if next < unknown {
				return next == accepted
			}
		}
		at = next
	}
	end := t.program.stride - 1
	next := t.next[int(at)+end]
	if next == unknown {
		next = t.step(at, end)
	}
	return next == accepted
}

// clear forgets all states but the first.
func (t *tables) clear() {
	t.read = 0
	t.next, t.states, t.byState = t.next[:0], t.states[:0], map[state]int16{}
	t.add("") // so that no state is unknown
	t.after.reset(len(t.program.inst))
	t.program.follow(&t.after, t.program.start, syntax.EmptyBeginLine|syntax.EmptyBeginText, lookahead)
	t.first = t.intern(begin)
}

// step finds the state behind a character of a class.
func (t *tables) step(at int16, class int) int16 {
	p := t.program
	from := t.states[int(at)/p.stride]
	char := p.chars[class]
	t.here.reset(len(p.inst))
	flags := syntax.EmptyOpContext(rune(from.at(0))-1, char)
	for i := 1; i < len(from)/2; i++ {
		p.follow(&t.here, uint32(from.at(i)), flags, 0)
	}
	t.after.reset(len(p.inst))
	prev := p.kind(char)
	flags = syntax.EmptyOpContext(prev, ' ') & (syntax.EmptyBeginLine | syntax.EmptyBeginText)
	for _, pc := range t.here.list {
		if inst := &p.inst[pc]; class < p.stride-1 && inst.MatchRune(char) {
			p.follow(&t.after, inst.Out, flags, lookahead)
		}
	}
	next := int16(refused)
	switch {
	case t.here.matched || t.after.matched:
		next = accepted
	case class < p.stride-1:
		p.follow(&t.after, p.start, flags, lookahead)
		if len(t.next)+p.stride > maxEntries {
			return t.restart(prev)
		}
		next = t.intern(prev)
	}
	t.next[int(at)+class] = next
	return next
}

// intern returns the state of the instructions in t.after.
func (t *tables) intern(prev rune) int16 {
	switch {
	case t.after.matched:
		return accepted
	case len(t.after.list) == 0 && t.program.anchored:
		return refused
	}
	slices.Sort(t.after.list)
	t.key = binary.LittleEndian.AppendUint16(t.key[:0], uint16(prev+1)) //nolint:gosec // from kind
	for _, pc := range t.after.list {
		t.key = binary.LittleEndian.AppendUint16(t.key, pc)
	}
	at, known := t.byState[state(t.key)]
	if !known {
		s := state(t.key)
		at = t.add(s)
		t.byState[s] = at
	}
	return at
}

// restart empties the tables and goes on in the state of t.after.
func (t *tables) restart(prev rune) int16 {
	if t.read < wornIn*len(t.states) {
		t.strikes.Add(1)
	}
	insts, matched := slices.Clone(t.after.list), t.after.matched
	t.clear()
	t.after.reset(len(t.program.inst))
	t.after.list, t.after.matched = append(t.after.list, insts...), matched
	return t.intern(prev)
}

func (t *tables) add(s state) int16 {
	at := len(t.next)
	t.next = append(t.next, make([]int16, t.program.stride)...)
	t.states = append(t.states, s)
	return int16(at) //nolint:gosec // bounded
}
