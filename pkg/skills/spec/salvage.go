package spec

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// salvage reads a block that is not YAML as a whole field by field, reports the
// first field that is broken, and keeps the text of a broken name or description
// as it stands: a lenient agent would, and a list of skills should show it.
func (d *Document) salvage(block []byte, line int) *yaml.Node {
	root := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: line, Column: 1}
	reported := false
	for _, c := range chunks(block, line) {
		node, err := decodeYAML(c.text)
		if err == nil && node == nil {
			continue
		}
		if err == nil && node.Kind == yaml.MappingNode {
			shift(node, c.text, c.line)
			d.strict(node)
			root.Content = append(root.Content, node.Content...)
			continue
		}
		if !reported {
			d.fault("frontmatter-yaml", c.cause())
			reported = true
		}
		if key, value, ok := c.raw(); ok {
			root.Content = append(root.Content, key, value)
		}
	}
	if !reported {
		d.fault("frontmatter-yaml", at(Pos{line, 1}, "the frontmatter is not valid YAML"))
	}
	return root
}

// chunk is a top-level field with its continuation lines.
type chunk struct {
	text []byte
	line int
}

// chunks cuts a block before every line that starts a field: one that is not
// blank, indented, a comment, a list item or a closing bracket, and before every
// line that starts another document.
func chunks(block []byte, line int) []chunk {
	var all []chunk
	for rest, more := block, true; more && len(rest) > 0; line++ {
		before := rest
		_, rest, more = cutLine(rest)
		this := before[:len(before)-len(rest)]
		if len(all) == 0 || !bytes.ContainsAny(this[:1], " \t\r\n#-]}") || bytes.HasPrefix(this, []byte("---")) {
			all = append(all, chunk{line: line})
		}
		last := &all[len(all)-1]
		last.text = append(last.text, this...)
	}
	return all
}

// raw returns `key: value` as text, for a chunk that YAML refuses.
func (c chunk) raw() (key, value *yaml.Node, ok bool) {
	name, rest, ok := strings.Cut(string(c.text), ":")
	if !ok || name != "name" && name != "description" {
		return nil, nil, false
	}
	column := utf8.RuneCountInString(name) + 3
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: c.line, Column: 1},
		&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.TrimSpace(rest), Line: c.line, Column: column}, true
}

// cause says why YAML refuses the chunk, with the fix for the usual reasons.
func (c chunk) cause() hit {
	if h, ok := c.badLine(); ok {
		return h
	}
	first, _, _ := cutLine(c.text)
	name, value, ok := strings.Cut(string(first), ":")
	if !ok {
		h := at(Pos{c.line, 1}, "%q is not a \"key: value\" line", clip(string(first)))
		h.fix = "indent it if it continues the line before"
		return h
	}
	trimmed := strings.TrimLeft(value, " ")
	pos := Pos{c.line, utf8.RuneCountInString(name) + 2 + len(value) - len(trimmed)}
	if trimmed == "" || trimmed[0] == '|' || trimmed[0] == '>' {
		return at(pos, "the lines under %q are not valid YAML", clip(name))
	}
	quote := "put the value in quotes, or on an indented line after `>-`"
	h := hit{Pos: pos, fix: quote}
	switch trimmed[0] {
	case '"', '\'':
		return at(pos, "the quoted value of %q is not closed, or text follows it", clip(name))
	case '@', '`', '%', ',', ']', '}':
		h.message = "the value starts with " + string(trimmed[0]) + ", which YAML reserves"
	case '*', '&', '!':
		h.message = "the value starts with " + string(trimmed[0]) + ", which means an alias, an anchor or a tag"
	case '[', '{':
		h.message = "the value starts with " + string(trimmed[0]) + ", but is not a YAML list or mapping"
	default:
		i := colonInValue(trimmed)
		if i < 0 {
			return at(pos, "the value of %q is not valid YAML", clip(name))
		}
		h.Column += utf8.RuneCountInString(trimmed[:i])
		h.message = "the value holds \": \" and is not in quotes"
	}
	return h
}

// badLine finds what no place of YAML allows: a control character or a tab in
// the indentation.
func (c chunk) badLine() (hit, bool) {
	for i, line := range strings.Split(string(c.text), "\n") {
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		if strings.HasPrefix(body, "\t") && strings.TrimSpace(body) != "" {
			h := at(Pos{c.line + i, indent + 1}, "a tab indents the line")
			h.fix = "indent with spaces"
			return h, true
		}
		if j := strings.IndexFunc(line, isControl); j >= 0 {
			r, _ := utf8.DecodeRuneInString(line[j:])
			h := at(Pos{c.line + i, utf8.RuneCountInString(line[:j]) + 1}, "the control character %U is not allowed", r)
			h.fix = "remove the character"
			return h, true
		}
	}
	return hit{}, false
}

func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\r' || r >= 0x7f && r <= 0x9f && r != 0x85
}

func colonInValue(s string) int {
	if i := strings.Index(s, ": "); i >= 0 {
		return i
	}
	if strings.HasSuffix(s, ":") {
		return len(s) - 1
	}
	return -1
}
