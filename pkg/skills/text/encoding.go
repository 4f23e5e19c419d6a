package text

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Encoding is how the bytes of a file stand for text.
type Encoding string

// The encodings that are told apart.
const (
	UTF8    Encoding = "utf-8"
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
	UTF32LE Encoding = "utf-32le"
	NULs    Encoding = "text with NUL bytes" // which some shells pass over
	Other   Encoding = "8-bit"               // not UTF-8: read byte by byte, so ASCII words are found
	Binary  Encoding = "binary"
)

const sniff = 8 << 10 // bytes that decide whether a file is text

// Detect judges the encoding by the first 8 KiB: byte order mark, then the
// places of NUL bytes.
func Detect(data []byte) Encoding {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe, 0, 0}):
		return UTF32LE
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return UTF16LE
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return UTF16BE
	}
	head := data[:min(len(data), sniff)]
	if n := bytes.Count(head, []byte{0}); n > 0 {
		return sixteenBit(head, n)
	}
	if !utf8.Valid(head) && !utf8.Valid(trimPartial(head)) {
		if controls(head)*20 > len(head) {
			return Binary
		}
		return Other
	}
	return UTF8
}

// sixteenBit tells UTF-16 without a mark from binary data: nearly every second
// byte is NUL.
func sixteenBit(head []byte, nuls int) Encoding {
	switch {
	case nuls*100 < len(head)+200 && controls(head)*20 < len(head) && mostlyASCII(head):
		return NULs
	case nuls*3 < len(head):
		return Binary
	}
	var odd int
	for i := 1; i < len(head); i += 2 {
		if head[i] == 0 {
			odd++
		}
	}
	switch {
	case odd*10 >= nuls*9 && nuls*5 >= len(head)*2:
		return UTF16LE
	case odd*10 <= nuls && nuls*5 >= len(head)*2:
		return UTF16BE
	}
	return Binary
}

func mostlyASCII(b []byte) bool {
	n := 0
	for _, c := range b {
		if c >= 0x80 {
			n++
		}
	}
	return n*5 < len(b)
}

// trimPartial cuts a character that the end of the sample split.
func trimPartial(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n < len(b); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			return b[:len(b)-n]
		}
	}
	return b
}

func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			n++
		}
	}
	return n
}

// ToUTF8 returns data as UTF-8 text without a byte order mark and NUL bytes.
// Line feeds stay where they are, so line numbers hold. Data of the encodings [UTF8] and
// [Other] is returned as it is.
func ToUTF8(data []byte, enc Encoding) []byte {
	switch enc {
	case UTF16LE:
		return fromUTF16(data, binary.LittleEndian)
	case UTF16BE:
		return fromUTF16(data, binary.BigEndian)
	case NULs:
		return bytes.ReplaceAll(data, []byte{0}, nil)
	case UTF32LE:
		out := make([]byte, 0, len(data)/4)
		for i := 4; i+3 < len(data); i += 4 {
			out = utf8.AppendRune(out, codePoint(uint64(binary.LittleEndian.Uint32(data[i:]))))
		}
		return out
	default:
		return data
	}
}

// codePoint is v as a character, U+FFFD when it is none.
func codePoint(v uint64) rune {
	if v > utf8.MaxRune {
		return utf8.RuneError
	}
	return rune(v)
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i+1 < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) && i+3 < len(data) {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(data[i+2:]))); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		if i == 0 && r == 0xfeff {
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
