package skills

import (
	"bytes"
	"fmt"
)

// binaryKind names what a binary file is, and whether it is of a kind that
// skills ship for what it shows: pictures, fonts, sound.
func binaryKind(head []byte) (what string, harmless bool) {
	for _, k := range []struct {
		magic, name string
		harmless    bool
	}{
		{"\x89PNG", "picture", true},
		{"\xff\xd8\xff", "picture", true},
		{"GIF8", "picture", true},
		{"BM", "picture", true},
		{"\x00\x00\x01\x00", "icon", true},
		{"wOFF", "font", true},
		{"wOF2", "font", true},
		{"\x00\x01\x00\x00\x00", "font", true},
		{"OTTO", "font", true},
		{"true\x00", "font", true},
		{"ttcf", "font", true},
		{"OggS", "sound", true},
		{"ID3", "sound", true},
		{"fLaC", "sound", true},
		{"\x00\x00\x00\x18ftyp", "video", true},
		{"\x00\x00\x00\x20ftyp", "video", true},
		{"\x1aE\xdf\xa3", "video", true},
		{"\x7fELF", "executable (ELF)", false},
		{"MZ", "executable (Windows)", false},
		{"\xcf\xfa\xed\xfe", "executable (Mach-O)", false},
		{"\xca\xfe\xba\xbe", "executable (Mach-O or Java)", false},
		{"PK\x03\x04", "zip archive or office document", false},
		{"Rar!", "rar archive", false},
		{"7z\xbc\xaf", "7z archive", false},
		{"\x1f\x8b", "gzip", false},
		{"\xfd7zXZ", "xz", false},
		{"BZh", "bzip2", false},
		{"%PDF", "PDF", false},
		{"SQLite format 3", "database", false},
		{"\x00asm", "WebAssembly", false},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return k.name, k.harmless
		}
	}
	if len(head) > 12 && string(head[:4]) == "RIFF" {
		return "picture or sound", true
	}
	return fmt.Sprintf("unknown data (%x…)", head[:min(4, len(head))]), false
}
