package spec

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"
)

var errDocuments = errors.New("more than one YAML document")

// decode reads the frontmatter as YAML and sets d.root, unless the frontmatter
// is not a mapping at all.
func (d *Document) decode() {
	block, line := d.Frontmatter, 2
	switch {
	case len(block) > MaxFrontmatter:
		d.fault("frontmatter-size", at(Pos{1, 1}, "the frontmatter has %d bytes, more than %d", len(block), MaxFrontmatter))
		return
	case invalidUTF8(block) >= 0:
		return
	}
	if i := bytes.Index(block, []byte("---")); i >= 0 {
		p := posAt(block, i)
		d.fault("fence-in-value", at(Pos{p.Line + 1, p.Column}, "a line of the frontmatter holds \"---\""))
	}
	root, err := decodeYAML(block)
	switch {
	case err != nil:
		d.root, d.salvaged = d.salvage(block, line), true
	case root == nil:
		d.fault("frontmatter-empty", at(Pos{1, 1}, "the frontmatter is empty"))
	case root.Kind != yaml.MappingNode:
		shift(root, block, line)
		d.fault("frontmatter-mapping", at(posOf(root), "the frontmatter is %s, not a mapping of fields", kindName(root)))
	default:
		shift(root, block, line)
		d.root = root
		d.strict(root)
	}
}

// decodeYAML returns the only node of a YAML text, nil when it holds none.
func decodeYAML(text []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.Join(errDocuments, err)
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		return nil, nil
	}
	return root, nil
}

// shift makes the lines of the nodes of a text that starts at line first count
// in the file.
func shift(n *yaml.Node, text []byte, first int) {
	lines := yamlLines(text, first)
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		n.Line = lines(n.Line)
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(n)
}

// yamlLines maps the lines that YAML counts to those of the file: to YAML a lone
// carriage return, U+0085, U+2028 and U+2029 end a line too.
func yamlLines(text []byte, first int) func(int) int {
	odd := bytes.Count(text, []byte("\r")) > bytes.Count(text, []byte("\r\n")) || bytes.ContainsAny(text, "\u0085\u2028\u2029")
	if !odd {
		return func(n int) int { return first + n - 1 }
	}
	starts, line := []int{first}, first
	for i, r := range string(text) {
		switch r {
		case '\n':
			line++
			starts = append(starts, line)
		case '\r', '\u0085', '\u2028', '\u2029':
			if r != '\r' || !bytes.HasPrefix(text[i+1:], []byte("\n")) {
				starts = append(starts, line)
			}
		}
	}
	return func(n int) int { return starts[min(max(n, 1), len(starts))-1] }
}

// strict reports what YAML allows and a skill must not need: anchors, aliases,
// merge keys, tags, duplicate keys. Nothing is ever expanded.
func (d *Document) strict(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode, n.Anchor != "":
		d.fault("frontmatter-alias", at(posOf(n), "a YAML anchor or alias is used"))
	case n.Style&yaml.TaggedStyle != 0:
		d.fault("frontmatter-tag", at(posOf(n), "the YAML tag %q is used", clip(n.Tag)))
	}
	if n.Kind == yaml.MappingNode {
		d.duplicates(n)
	}
	for _, c := range n.Content {
		d.strict(c)
	}
}

func (d *Document) duplicates(n *yaml.Node) {
	type key struct{ tag, value string }
	first := make(map[key]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			continue
		}
		if k.Tag == "!!merge" {
			d.fault("frontmatter-alias", at(posOf(k), "a YAML merge key is used"))
		}
		id := key{k.ShortTag(), k.Value}
		if line, seen := first[id]; seen {
			d.fault("frontmatter-duplicate-key", at(posOf(k), "the key %q is already on line %d", clip(k.Value), line))
			continue
		}
		first[id] = k.Line
	}
}

// kindName names what a node is, for messages.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	case yaml.AliasNode:
		return "an alias"
	case yaml.DocumentNode:
		return "a document"
	case yaml.ScalarNode:
	}
	if old11Bool(n) {
		return "a truth value to YAML 1.1"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a truth value"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}

// isText reports whether YAML 1.1 and 1.2 both read n as a string.
func isText(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" && !old11Bool(n)
}

// old11Bool reports whether n is a word that YAML 1.1, which most agents still
// read, takes for a truth value.
func old11Bool(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return false
	}
	switch n.Value {
	case "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF":
		return true
	}
	return false
}
