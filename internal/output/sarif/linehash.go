package sarif

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	hashWindow = 100 // code units that a hash covers, from the start of its line
	hashFactor = 37
	endOfFile  = 0xffff // stands behind the last character
)

// PrimaryLocationLineHash returns the fingerprint of one line of content,
// counted from 1, or "" when there is no such line. See [LineHashes].
func PrimaryLocationLineHash(content []byte, line int) string {
	hashes, err := LineHashes(bytes.NewReader(content), []int{line})
	if err != nil {
		return "" // a bytes.Reader does not fail
	}
	return hashes[line]
}

// LineHashes reads a file once and returns the fingerprint of each wanted line
// that it has, keyed by line number, counted from 1. It is what GitHub computes
// for primaryLocationLineHash: a polynomial hash of 64 bits over the 100 UTF-16
// code units from the start of the line, blanks and tabs left out and every
// line ending taken as LF, then a colon and how often the file has had that
// hash so far. A file ends with an empty line when its last byte is a line
// ending. It reads no further than it must.
func LineHashes(r io.Reader, lines []int) (map[int]string, error) {
	h := lineHasher{hashes: map[int]string{}, seen: map[uint64]int{}, wanted: map[int]bool{}, lineStart: true, leaving: power(hashFactor, hashWindow)}
	if len(lines) == 0 {
		return h.hashes, nil
	}
	for _, line := range lines {
		h.wanted[line] = true
	}
	h.last = slices.Max(lines)

	in := bufio.NewReader(r)
	units := make([]uint16, 0, 2)
	for h.done < h.last {
		r, err := readRune(in)
		if errors.Is(err, io.EOF) {
			h.finish()
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the lines to fingerprint: %w", err)
		}
		for _, unit := range utf16.AppendRune(units, r) {
			h.character(unit)
		}
	}
	return h.hashes, nil
}

func power(base, exponent uint64) uint64 {
	p := uint64(1)
	for range exponent {
		p *= base
	}
	return p
}

// lineHasher keeps a rolling hash over a ring of code units. When the ring has
// come round to the start of a line, the hash is that line's.
type lineHasher struct {
	window  [hashWindow]uint16
	starts  [hashWindow]int // the line that begins at this place, 0 if none
	at      int
	hash    uint64
	leaving uint64 // the weight of the unit that drops out

	line      int
	lineStart bool
	afterCR   bool

	seen   map[uint64]int
	wanted map[int]bool
	hashes map[int]string
	last   int // the last wanted line
	done   int // the last line with a hash
}

func (h *lineHasher) character(c uint16) {
	afterCR := h.afterCR
	h.afterCR = c == '\r'
	switch {
	case c == ' ', c == '\t', afterCR && c == '\n':
		return
	case c == '\r':
		c = '\n'
	}
	h.emit()
	if h.lineStart {
		h.line++
		h.starts[h.at] = h.line
	}
	h.lineStart = c == '\n'
	h.push(c)
}

// finish appends the end mark and as many zeros as the last lines need.
func (h *lineHasher) finish() {
	h.character(endOfFile)
	for range hashWindow {
		h.emit()
		h.push(0)
	}
}

func (h *lineHasher) push(c uint16) {
	h.hash = hashFactor*h.hash + uint64(c) - h.leaving*uint64(h.window[h.at])
	h.window[h.at] = c
	h.at = (h.at + 1) % hashWindow
}

// emit gives the line that began a whole window ago its hash.
func (h *lineHasher) emit() {
	line := h.starts[h.at]
	if line == 0 {
		return
	}
	h.starts[h.at] = 0
	h.seen[h.hash]++
	h.done = line
	if h.wanted[line] {
		h.hashes[line] = strconv.FormatUint(h.hash, 16) + ":" + strconv.Itoa(h.seen[h.hash])
	}
}

// readRune decodes as JavaScript does: each longest start of a character that
// is not UTF-8 becomes one U+FFFD, where Go makes one of every byte.
func readRune(in *bufio.Reader) (rune, error) {
	r, size, err := in.ReadRune()
	if err != nil || r != utf8.RuneError || size != 1 {
		return r, err
	}
	if err := in.UnreadRune(); err != nil {
		return 0, err
	}
	head, err := in.Peek(utf8.UTFMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	_, err = in.Discard(brokenPrefix(head))
	return utf8.RuneError, err
}

// brokenPrefix returns how many bytes of b, at least one, could begin a
// character, given that b does not begin with a whole one.
func brokenPrefix(b []byte) int {
	low, high, size := byte(0x80), byte(0xbf), 0
	switch first := b[0]; {
	case 0xc2 <= first && first <= 0xdf:
		size = 2
	case 0xe0 <= first && first <= 0xef:
		size = 3
	case 0xf0 <= first && first <= 0xf4:
		size = 4
	}
	switch b[0] {
	case 0xe0:
		low = 0xa0
	case 0xed:
		high = 0x9f
	case 0xf0:
		low = 0x90
	case 0xf4:
		high = 0x8f
	}
	n := 1
	for n < size && n < len(b) && low <= b[n] && b[n] <= high {
		low, high = 0x80, 0xbf
		n++
	}
	return n
}
