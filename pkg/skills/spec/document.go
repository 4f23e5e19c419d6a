package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The caps on what is read.
const (
	MaxFrontmatter = 64 << 10 // bytes between the fences
	MaxFile        = 1 << 20  // bytes of a file
)

// Metadata is the frontmatter of a skill, for programs. A field that is absent
// or of the wrong type is empty; a number or a date keeps its spelling.
type Metadata struct {
	Name          string            `json:"name"`
	Description   string            `json:"description"`
	License       string            `json:"license,omitempty"`
	Compatibility string            `json:"compatibility,omitempty"`
	AllowedTools  []string          `json:"allowed_tools,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"` // without nested values
	Extra         []string          `json:"extra,omitempty"`    // other top-level fields, as in the file
}

// Tool is one entry of allowed-tools, such as `Bash(git add:*)`.
type Tool struct {
	Text string
	Pos
}

// Document is a skill file taken apart. It shares memory with what it was
// parsed from.
type Document struct {
	Metadata Metadata
	Tools    []Tool    // the allowed tools with their places
	Problems []Problem // what is wrong with encoding and frontmatter
	Size     int       // bytes

	Frontmatter []byte // between the fences, nil when there is none
	Body        []byte // after the closing fence; everything when there is no frontmatter
	BodyOffset  int    // of Body in the file, in bytes
	BodyLine    int    // of the first line of Body, from 1

	root      *yaml.Node // the mapping, lines counted in the file; nil when it was not decoded
	salvaged  bool       // root holds only what could be read
	faults    []fault
	truncated bool
}

// fault is a problem noticed while parsing; check is the ID of its Check.
type fault struct {
	check string
	hit
}

func (d *Document) fault(check string, h hit) { d.faults = append(d.faults, fault{check, h}) }

func (d *Document) faultsOf(check string) []hit {
	var all []hit
	for _, f := range d.faults {
		if f.check == check {
			all = append(all, f.hit)
		}
	}
	return all
}

// Pos returns where the top-level field of this name is, or the zero Pos.
func (d Document) Pos(field string) Pos {
	if key, _ := d.field(field); key != nil {
		return posOf(key)
	}
	return Pos{}
}

// field returns key and value of a top-level field, nil when it is absent.
func (d Document) field(name string) (key, value *yaml.Node) {
	if d.root == nil {
		return nil, nil
	}
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if d.root.Content[i].Value == name {
			return d.root.Content[i], d.root.Content[i+1]
		}
	}
	return nil, nil
}

func posOf(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// Parse takes a SKILL.md apart. It never fails: what is wrong is in
// [Document.Problems], and what could be read is in the other fields.
func Parse(data []byte) Document {
	d := Document{Size: len(data), Body: data, BodyLine: 1}
	d.parse(data)
	if len(d.faults) > 0 {
		for _, c := range append(fileChecks(), frontmatterChecks()...) {
			d.Problems = append(d.Problems, c.problems("", "", d.faultsOf(c.ID))...)
		}
		sortProblems(d.Problems)
	}
	return d
}

func (d *Document) parse(data []byte) {
	text, bom := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		d.fault("encoding-utf16", hit{Pos: Pos{1, 1}, message: "the file is UTF-16"})
		d.Body = nil
		return
	case bom:
		d.fault("encoding-bom", hit{Pos: Pos{1, 1}, message: "the file starts with a byte order mark"})
	}
	if i := invalidUTF8(text); i >= 0 {
		d.fault("encoding-utf8", at(posAt(text, i), "byte 0x%02x is not UTF-8", text[i]))
	}
	if bytes.Contains(text, []byte("\r\n")) {
		d.fault("line-endings-crlf", hit{Pos: Pos{Line: 1}, message: "lines end with CR LF"})
	}
	d.split(text, len(data)-len(text))
	if d.Frontmatter != nil {
		d.decode()
	}
	d.extract()
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// posAt returns the place of offset i in text.
func posAt(text []byte, i int) Pos {
	line := bytes.LastIndexByte(text[:i], '\n') + 1
	return Pos{bytes.Count(text[:i], []byte("\n")) + 1, utf8.RuneCount(text[line:i]) + 1}
}

// Read reads and parses the skill file of s: at most [MaxFile] bytes, and
// nothing at all when it is not a regular file ([fs.ErrInvalid]).
func Read(fsys fs.FS, s Skill) (Document, error) {
	if s.Irregular {
		return Document{}, &fs.PathError{Op: "read", Path: s.Path(), Err: fs.ErrInvalid}
	}
	data, err := readCapped(fsys, s.Path())
	if err != nil {
		return Document{}, fmt.Errorf("read skill: %w", err)
	}
	truncated := len(data) > MaxFile
	if truncated {
		data = wholeRunes(data[:MaxFile])
	}
	d := Parse(data)
	d.truncated = truncated
	return d, nil
}

// readCapped returns at most MaxFile+1 bytes of a regular file.
func readCapped(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	buf := bytes.NewBuffer(make([]byte, 0, min(max(info.Size(), 0), MaxFile)+bytes.MinRead))
	_, err = io.Copy(buf, io.LimitReader(f, MaxFile+1))
	return buf.Bytes(), err
}

// wholeRunes drops a rune that the cap cut in two.
func wholeRunes(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
