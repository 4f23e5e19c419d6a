package spec

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// extract fills Metadata and Tools from the decoded frontmatter.
func (d *Document) extract() {
	if d.root == nil {
		return
	}
	m := &d.Metadata
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		key, value := d.root.Content[i], d.root.Content[i+1]
		switch key.Value {
		case "name":
			setText(&m.Name, value)
		case "description":
			setText(&m.Description, value)
		case "license":
			setText(&m.License, value)
		case "compatibility":
			setText(&m.Compatibility, value)
		case "allowed-tools":
			d.Tools = append(d.Tools, toolsOf(value)...)
		case "metadata":
			setMap(m, value)
		default:
			if key.Kind == yaml.ScalarNode {
				m.Extra = append(m.Extra, key.Value)
			}
		}
	}
	for _, t := range d.Tools {
		m.AllowedTools = append(m.AllowedTools, t.Text)
	}
}

// setText takes the first value of a field; a duplicate does not win.
func setText(to *string, value *yaml.Node) {
	if *to == "" && value.Kind == yaml.ScalarNode && value.ShortTag() != "!!null" {
		*to = strings.TrimSpace(value.Value)
	}
}

func setMap(m *Metadata, value *yaml.Node) {
	if value.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(value.Content); i += 2 {
		k, v := value.Content[i], value.Content[i+1]
		if k.Kind != yaml.ScalarNode || v.Kind != yaml.ScalarNode {
			continue
		}
		if m.Metadata == nil {
			m.Metadata = map[string]string{}
		}
		if _, seen := m.Metadata[k.Value]; !seen {
			m.Metadata[k.Value] = v.Value
		}
	}
}

// toolsOf reads allowed-tools in the forms that exist: text with spaces or
// commas between the tools, or a list of them.
func toolsOf(value *yaml.Node) []Tool {
	switch value.Kind {
	case yaml.ScalarNode:
		if value.ShortTag() == "!!null" {
			return nil
		}
		return splitTools(value.Value, value)
	case yaml.SequenceNode:
		var all []Tool
		for _, item := range value.Content {
			if item.Kind == yaml.ScalarNode {
				if text := strings.TrimSpace(item.Value); text != "" {
					all = append(all, Tool{text, posOf(item)})
				}
			}
		}
		return all
	case yaml.DocumentNode, yaml.MappingNode, yaml.AliasNode:
	}
	return nil
}

// splitTools cuts at spaces and commas that are not in parentheses. The columns
// are exact for text on one line.
func splitTools(text string, node *yaml.Node) []Tool {
	pos, oneLine := posOf(node), node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0
	if node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		pos.Column++
	}
	var all []Tool
	depth, start, where := 0, -1, pos
	for i, r := range text {
		switch {
		case depth == 0 && (r == ',' || unicode.IsSpace(r)):
			if start >= 0 {
				all = append(all, Tool{text[start:i], where})
			}
			start = -1
		case start < 0:
			start, where = i, pos
			fallthrough
		default:
			depth = nesting(depth, r)
		}
		if oneLine {
			pos.Column++
		}
	}
	if start >= 0 {
		all = append(all, Tool{text[start:], where})
	}
	return all
}

// nesting is the depth of parentheses after r.
func nesting(depth int, r rune) int {
	switch {
	case r == '(':
		return depth + 1
	case r == ')' && depth > 0:
		return depth - 1
	}
	return depth
}
