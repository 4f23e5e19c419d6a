package match

import (
	"math/bits"
	"slices"
)

const (
	// lanes is how many places of a text are read at once. One automaton waits
	// for the memory at every byte; four, each a quarter of the text apart,
	// wait together.
	lanes = 4

	// blockSize is how much text, in bytes, is cut into lanes at a time. The
	// hits of a block are found out of order and put in order at its end.
	blockSize = 64 << 10

	// minLane is the shortest lane, in bytes, that pays for its start.
	minLane = 64
)

// Hit is one occurrence of a literal.
type Hit struct {
	Literal int // index into the literals given to New
	End     int // offset of the byte after the occurrence
}

// Scan appends every occurrence in text to dst and returns the result. Hits
// rise in End; of those with the same End the longest literal comes first, and
// equal literals come in order of their index.
//
// Scan allocates nothing but room in dst, which may for a while need twice the
// hits of 64 KiB of text. A hostile text can hold as many hits as bytes and
// more; who wants bounded memory scans it in pieces that end where no literal
// can lie across, such as at ends of lines.
func (s *Set) Scan(dst []Hit, text []byte) []Hit {
	if s.longest == 0 {
		return dst
	}
	var row uint32
	for start := 0; start < len(text); {
		block := text[start:min(start+blockSize, len(text))]
		if lane := len(block) / lanes; lane >= max(minLane, 2*s.longest) {
			block = block[:lanes*lane]
			dst, row = s.scanLanes(dst, block, start, row)
		} else {
			dst, row = s.scanLane(dst, block, start, row)
		}
		start += len(block)
	}
	return dst
}

// scanLane reads text, which starts at offset base, from the state row and
// returns the state after it.
func (s *Set) scanLane(dst []Hit, text []byte, base int, row uint32) ([]Hit, uint32) {
	for i, c := range text {
		row = s.table[row+uint32(s.class[c])]
		if row >= matched {
			row &^= matched
			dst = s.report(dst, row, base+i+1)
		}
	}
	return dst, row
}

// report appends the literals that end at row.
func (s *Set) report(dst []Hit, row uint32, end int) []Hit {
	for i := s.table[row+s.stride-1]; i != 0; i = s.outputs[i].next {
		dst = append(dst, Hit{Literal: s.outputs[i].literal, End: end})
	}
	return dst
}

// scanLanes does what scanLane does for a text that divides into lanes.
func (s *Set) scanLanes(dst []Hit, text []byte, base int, row uint32) ([]Hit, uint32) {
	size := len(text) / lanes
	w := walk{row: [lanes]uint32{row}}
	for i := range w.lane {
		w.lane[i] = text[i*size : (i+1)*size]
	}
	s.warmUp(&w)

	from := len(dst)
	var count [lanes]int
	for {
		w.advance(s.table, &s.class)
		found := w.marked()
		if found == 0 {
			break
		}
		for ; found != 0; found &= found - 1 {
			i := bits.TrailingZeros32(found) % lanes
			w.row[i] &^= matched
			n := len(dst)
			dst = s.report(dst, w.row[i], base+i*size+w.at)
			count[i] += len(dst) - n
		}
	}
	return settle(dst, from, count, base, size), w.row[lanes-1]
}

// settle puts dst[from:] in order: the hits of each lane are so already, but
// those of different lanes are mixed. Lanes are size bytes long, the first
// starts at base, and count is how many hits each has.
func settle(dst []Hit, from int, count [lanes]int, base, size int) []Hit {
	found := len(dst) - from
	dst = slices.Grow(dst, found)[:from+2*found]
	mixed, sorted := dst[from:from+found], dst[from+found:]
	var next [lanes]int
	for i := 1; i < lanes; i++ {
		next[i] = next[i-1] + count[i-1]
	}
	for _, h := range mixed {
		i := (h.End - 1 - base) / size
		sorted[next[i]] = h
		next[i]++
	}
	copy(mixed, sorted)
	return dst[:from+found]
}

// walk is the automaton at one place in each of several lanes.
type walk struct {
	lane [lanes][]byte // all of one length
	row  [lanes]uint32
	at   int // bytes read of each lane
}

// marked returns the set of lanes that are in a marked state, as bits.
func (w *walk) marked() uint32 {
	const shift = 31
	return w.row[0]>>shift | w.row[1]>>shift<<1 | w.row[2]>>shift<<2 | w.row[3]>>shift<<3
}

// warmUp puts every lane but the first into the state in which the lane before
// it ends. The last longest-1 bytes decide that: no literal that is still
// incomplete began earlier. Matches on the way are for the lane before.
func (s *Set) warmUp(w *walk) {
	tail := len(w.lane[0]) - (s.longest - 1)
	a, b, c := w.lane[0][tail:], w.lane[1][tail:], w.lane[2][tail:]
	var ra, rb, rc uint32
	for i := range a {
		ra = s.table[ra+uint32(s.class[a[i]])] &^ matched
		rb = s.table[rb+uint32(s.class[b[i]])] &^ matched
		rc = s.table[rc+uint32(s.class[c[i]])] &^ matched
	}
	w.row[1], w.row[2], w.row[3] = ra, rb, rc
}

// advance reads on until a lane is in a marked state or the lanes end.
//
// The inner loop is what the whole package is for. A marked row lies beyond
// the table, so one comparison a byte finds the match and is the bounds check
// too; the compiler sees it and adds none.
func (w *walk) advance(table []uint32, class *[256]uint8) {
	a := w.lane[0]
	b, c, d := w.lane[1][:len(a)], w.lane[2][:len(a)], w.lane[3][:len(a)]
	ra, rb, rc, rd := w.row[0], w.row[1], w.row[2], w.row[3]
	i := w.at
	for ; uint(i) < uint(len(a)); i++ {
		na := ra + uint32(class[a[i]])
		nb := rb + uint32(class[b[i]])
		nc := rc + uint32(class[c[i]])
		nd := rd + uint32(class[d[i]])
		end := uint(len(table))
		if uint(na) >= end || uint(nb) >= end || uint(nc) >= end || uint(nd) >= end {
			break
		}
		ra, rb, rc, rd = table[na], table[nb], table[nc], table[nd]
	}
	w.row, w.at = [lanes]uint32{ra, rb, rc, rd}, i
}

// Any reports whether one of the literals occurs in text.
func (s *Set) Any(text string) bool {
	if s.longest == 0 {
		return false
	}
	var row uint32
	for i := range len(text) {
		row = s.table[row+uint32(s.class[text[i]])]
		if row >= matched {
			return true
		}
	}
	return false
}
