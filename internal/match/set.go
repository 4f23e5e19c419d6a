// Package match finds many literals in a text in one pass.
//
// It is the first stage of a rule engine: a [Set], made by [New] from the
// literals that the rules cannot do without, tells with [Set.Scan] where they
// occur, so that the expensive questions are asked of few lines. [Inspect]
// tells which of the costlier views of a text (normalised, decoded) are worth
// making at all.
//
// The package promises that every occurrence is reported, overlapping ones
// too, in time linear in the text and in the number of occurrences whatever
// the text is. Matching is over bytes; of letters, only ASCII ones fold. It
// knows neither lines nor rules, and it refuses literals of one byte, which
// would be found everywhere.
package match

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const (
	// minLiteral is the shortest literal, in bytes, worth looking for.
	minLiteral = 2

	// maxTable bounds the table of a Set, in entries of four bytes: 64 MiB,
	// some 250,000 bytes of unrelated literals.
	maxTable = 1 << 24

	// matched marks a reference to a row at which a literal ends. No row is
	// that far down (see maxTable), so a marked reference is always out of the
	// table's bounds: see walk.advance for what that saves.
	matched = 1 << 31
)

// Set is an automaton that recognises the literals it was made from. It never
// changes and is safe for concurrent use. The zero Set recognises nothing.
type Set struct {
	// class maps a byte to its column. Bytes that occur in no literal share
	// column 0, the two cases of a letter share one.
	class [256]uint8

	// table is a deterministic Aho-Corasick automaton: one row of stride
	// entries for each prefix of a literal, the empty prefix first, then by
	// length. An entry is the offset of the row to go to, perhaps marked. The
	// last column is no class: it holds the row's first index into outputs.
	table  []uint32
	stride uint32

	// outputs are linked lists of the literals that end at a row, the longest
	// first. Index 0 ends a list.
	outputs []output

	longest int // length of the longest literal in bytes
}

type output struct {
	literal int
	next    uint32
}

// New builds a Set. A literal is known by its index in literals; equal ones
// are all reported. The case of ASCII letters does not count. A literal of
// fewer than two bytes is an error, and so are literals so many or so long
// that the automaton would pass 64 MiB. Few literals are longer than 32 bytes
// to any purpose: length costs memory and slows the scan of short texts.
func New(literals []string) (*Set, error) {
	entries, err := sortedEntries(literals)
	if err != nil {
		return nil, err
	}
	s := &Set{stride: 2, outputs: make([]output, 1, 1+len(entries))}
	s.classify(entries)
	rows := 1
	for _, e := range entries {
		rows += len(e.text) - e.shared
		s.longest = max(s.longest, len(e.text))
	}
	if rows > maxTable/int(s.stride) {
		return nil, fmt.Errorf("automaton of %d states over %d byte classes: more than %d entries", rows, s.stride-1, maxTable)
	}
	s.table = make([]uint32, rows*int(s.stride))
	b := builder{Set: s, entries: entries, fallback: make([]uint32, rows), next: s.stride, nextOutput: 1}
	for depth := range s.longest {
		b.addLevel(depth)
	}
	return s, nil
}

// entry is a literal while a Set is being built.
type entry struct {
	text   []byte // folded
	index  int
	shared int    // number of leading bytes that the entry before it has too
	row    uint32 // row of the prefix that the levels so far have reached
}

// sortedEntries returns the folded literals in byte order, which puts those
// with a common prefix side by side and a prefix before what it begins. Equal
// literals are in falling order of index, because lists of outputs grow at
// their head.
func sortedEntries(literals []string) ([]entry, error) {
	folded := []byte(strings.Join(literals, ""))
	for i, c := range folded {
		folded[i] = fold(c)
	}
	entries := make([]entry, len(literals))
	for i, literal := range literals {
		n := len(literal)
		if n < minLiteral {
			return nil, fmt.Errorf("literal %d, %q, is shorter than %d bytes", i, literal, minLiteral)
		}
		entries[i] = entry{text: folded[:n:n], index: i}
		folded = folded[n:]
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(bytes.Compare(a.text, b.text), cmp.Compare(b.index, a.index))
	})
	for i := 1; i < len(entries); i++ {
		entries[i].shared = commonPrefix(entries[i-1].text, entries[i].text)
	}
	return entries, nil
}

func fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// classify gives every byte that occurs in the literals a column, the most
// frequent first: what ordinary text needs of a row then lies in a cache line
// or two.
func (s *Set) classify(entries []entry) {
	var count [256]int
	for _, e := range entries {
		for _, c := range e.text {
			count[c]++
		}
	}
	var used []byte
	for c := range count {
		if count[c] > 0 {
			used = append(used, byte(c))
		}
	}
	slices.SortStableFunc(used, func(a, b byte) int { return cmp.Compare(count[b], count[a]) })
	for i, c := range used {
		s.class[c] = uint8(i + 1)
		s.stride++
	}
	for c := 'A'; c <= 'Z'; c++ {
		s.class[c] = s.class[fold(byte(c))]
	}
}

// builder adds rows to a Set, all prefixes of one length at a time.
type builder struct {
	*Set
	entries  []entry
	fallback []uint32 // by row number: row of the longest proper suffix that has one

	next       uint32 // the first row not yet in use
	nextOutput uint32 // length of outputs
}

// addLevel adds a row for every prefix of depth+1 bytes.
func (b *builder) addLevel(depth int) {
	first := b.next
	var row uint32
	for i := range b.entries {
		e := &b.entries[i]
		if len(e.text) <= depth {
			continue
		}
		ends := len(e.text) == depth+1
		if e.shared <= depth {
			row = b.addRow(e.row, uint32(b.class[e.text[depth]]), ends)
		}
		e.row = row
		if ends {
			head := &b.table[row+b.stride-1]
			b.outputs = append(b.outputs, output{literal: e.index, next: *head})
			*head = b.nextOutput
			b.nextOutput++
		}
	}
	// Where a row has no longer prefix to go to it does what its fallback does.
	// That row is complete only now: it may have got children in this level.
	for row := first; row < b.next; row += b.stride {
		from := b.fallback[row/b.stride]
		copy(b.table[row:row+b.stride-1], b.table[from:])
	}
}

// addRow adds the row that parent goes to on class and returns it. A literal
// may end there by itself, or because one ends at the fallback.
func (b *builder) addRow(parent, class uint32, ends bool) uint32 {
	row := b.next
	b.next += b.stride
	var fallback uint32
	if parent != 0 {
		fallback = b.table[b.fallback[parent/b.stride]+class] &^ matched
	}
	b.fallback[row/b.stride] = fallback
	inherited := b.table[fallback+b.stride-1]
	b.table[row+b.stride-1] = inherited
	b.table[parent+class] = row
	if ends || inherited != 0 {
		b.table[parent+class] |= matched
	}
	return row
}
