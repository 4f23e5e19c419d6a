package upstream

import (
	"bytes"
	"slices"
)

// sketch has one bit for each three bytes that stand in a text; some share a
// bit. It tells cheaply that a literal is nowhere in the text.
type sketch [1 << 10]uint64

func newSketch(text []byte) *sketch {
	var s sketch
	var window uint32
	for _, c := range text {
		window = window<<8 | uint32(c)
		bit := bitOf(window)
		s[bit>>6] |= 1 << (bit & 63)
	}
	return &s
}

// bitOf returns the bit for the last three bytes of window.
func bitOf(window uint32) uint32 {
	const spread = 0x9e3779b1 // 2³² divided by the golden ratio
	return ((window << 8) * spread) >> 16
}

// sketchBits returns the bits of text, none if it is shorter than three bytes.
func sketchBits(text string) []uint32 {
	var bits []uint32
	for ; len(text) >= 3; text = text[1:] {
		bits = append(bits, bitOf(uint32(text[0])<<16|uint32(text[1])<<8|uint32(text[2])))
	}
	return bits
}

// mayPass is false only if the text does not hold a literal of each group.
func (s *sketch) mayPass(g gate) bool {
	for _, literals := range g {
		if !slices.ContainsFunc(literals, s.mayHold) {
			return false
		}
	}
	return true
}

func (s *sketch) mayHold(l literal) bool {
	for _, bit := range l.bits {
		if s[bit>>6]&(1<<(bit&63)) == 0 {
			return false
		}
	}
	return true
}

// cursor finds the next of several literals in a text.
type cursor struct {
	text     []byte
	literals group
	found    []int // where each literal is next; len(text) if nowhere
}

func newCursor(text []byte, literals group) *cursor {
	c := &cursor{text: text, literals: literals, found: make([]int, len(literals))}
	for i := range c.found {
		c.find(i, 0)
	}
	return c
}

// next returns where the first literal at offset or later is, or -1. Offsets
// must not fall from call to call.
func (c *cursor) next(offset int) int {
	first := len(c.text)
	for i := range c.found {
		if c.found[i] < offset {
			c.find(i, offset)
		}
		first = min(first, c.found[i])
	}
	if first == len(c.text) {
		return -1
	}
	return first
}

func (c *cursor) find(i, offset int) {
	c.found[i] = len(c.text)
	if at := bytes.Index(c.text[offset:], c.literals[i].text); at >= 0 {
		c.found[i] = offset + at
	}
}
