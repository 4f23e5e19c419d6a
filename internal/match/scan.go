package match

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// step is how many grams one word of eight bytes holds.
const step = 8 - gramSize + 1

// Hit is one occurrence of a literal.
type Hit struct {
	Literal int // index into the literals given to New
	End     int // offset of the byte after the occurrence
}

// Scan appends every occurrence in text to dst and returns the result. Hits
// rise in End; of those with the same End the longest literal comes first, and
// equal literals come in order of their index. Of a literal that is 32 bytes or
// more of one kind, a run of which would hold it at every place, Scan reports
// only occurrences side by side.
//
// Scan allocates nothing but room in dst. A hostile text can hold as many hits
// as bytes and more.
func (s *Set) Scan(dst []Hit, text []byte) []Hit {
	from := len(dst)
	for _, r := range s.runs {
		dst = r.scan(dst, text)
	}
	for at := s.next(text, 0); at < len(text); at = s.next(text, at+1) {
		for l := s.head(text, at); l != 0; l = s.literals[l-1].next {
			if end, ok := s.literals[l-1].occurs(text, at); ok {
				dst = append(dst, Hit{int(l - 1), end})
			}
		}
	}
	found := dst[from:]
	if !slices.IsSortedFunc(found, s.order) {
		slices.SortFunc(found, s.order)
	}
	return dst
}

func (s *Set) order(a, b Hit) int {
	return cmp.Or(a.End-b.End, len(s.literals[b.Literal].text)-len(s.literals[a.Literal].text), a.Literal-b.Literal)
}

// Any reports whether one of the literals occurs in text.
func (s *Set) Any(text string) bool {
	b := []byte(text) // not copied: nothing writes to it
	for at := s.next(b, 0); at < len(b); at = s.next(b, at+1) {
		for l := s.head(b, at); l != 0; l = s.literals[l-1].next {
			if _, ok := s.literals[l-1].occurs(b, at); ok {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.runs, func(r run) bool { return len(r.scan(nil, b)) > 0 })
}

// next returns the first offset from at on where the filter passes a gram, or
// len(text).
//
// The inner loop is what the whole package is for: it reads eight bytes for five
// grams, and nothing waits for what came before.
func (s *Set) next(text []byte, at int) int {
	const folded = foldCase * eachByte
	if len(s.filter) == 0 {
		return len(text)
	}
	if len(s.filter) == maxWords {
		const shift = 32 - maxBits
		filter := (*[maxWords]uint64)(s.filter)
		for ; at+8 <= len(text); at += step {
			w := binary.LittleEndian.Uint64(text[at:]) | folded
			switch {
			case filter[spread(w)>>shift]>>(w>>24&63)&1 != 0:
				return at
			case filter[spread(w>>8)>>shift]>>(w>>32&63)&1 != 0:
				return at + 1
			case filter[spread(w>>16)>>shift]>>(w>>40&63)&1 != 0:
				return at + 2
			case filter[spread(w>>24)>>shift]>>(w>>48&63)&1 != 0:
				return at + 3
			case filter[spread(w>>32)>>shift]>>(w>>56&63)&1 != 0:
				return at + 4
			}
		}
	}
	for ; at+gramSize <= len(text); at++ {
		gram := uint64(binary.LittleEndian.Uint32(text[at:])) | folded
		if s.filter[spread(gram)>>s.shift]>>(gram>>24&63)&1 != 0 {
			return at
		}
	}
	// The last three bytes are no gram, but may be a literal.
	if at+minLiteral == len(text) && s.filter[spread(gramAt(text[at:]))>>s.shift] != 0 {
		return at
	}
	return len(text)
}

// gramAt is the part of a gram that chooses the word of the filter.
func gramAt(text []byte) uint64 {
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | 0x202020
}

// head returns the first literal whose gram may stand at an offset.
func (s *Set) head(text []byte, at int) uint32 {
	return s.heads[spread(gramAt(text[at:]))>>s.shift]
}

// occurs reports whether the literal stands where its gram is at an offset, and
// where it ends.
func (l *literal) occurs(text []byte, at int) (end int, ok bool) {
	start := at - l.gram
	end = start + len(l.text)
	if start < 0 || end > len(text) {
		return 0, false
	}
	for i, c := range text[start:end] {
		if fold(c) != l.text[i] {
			return 0, false
		}
	}
	return end, true
}

// scan appends the occurrences of a run side by side.
func (r run) scan(dst []Hit, text []byte) []Hit {
	for at := r.size - 1; at < len(text); at += r.size {
		if fold(text[at]) != r.byte {
			continue
		}
		start := at
		for start > 0 && fold(text[start-1]) == r.byte {
			start--
		}
		end := at + 1
		for end < len(text) && fold(text[end]) == r.byte {
			end++
		}
		for ; start+r.size <= end; start += r.size {
			dst = append(dst, Hit{r.literal, start + r.size})
		}
		at = end - 1
	}
	return dst
}
