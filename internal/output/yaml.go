package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (p *Printer) yaml(w io.Writer, v View) error {
	doc, err := v.source().document()
	if err != nil {
		return err
	}
	data, err := EncodeJSONLine(doc)
	if err != nil {
		return err
	}
	data, err = jsonToYAML(data)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// jsonToYAML goes by way of nodes, not of Go values, so that numbers keep
// their digits and keys their order.
func jsonToYAML(data []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	node, err := yamlNode(dec)
	if err != nil {
		return nil, fmt.Errorf("read the result back: %w", err)
	}
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(node), enc.Close()); err != nil {
		return nil, fmt.Errorf("encode the result as YAML: %w", err)
	}
	return escapeYAML(buf.String()), nil
}

func yamlNode(dec *json.Decoder) (*yaml.Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return yamlCollection(dec, token)
	case string:
		return yamlString(token), nil
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: token.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(token)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}, nil
}

func yamlCollection(dec *json.Decoder, open json.Delim) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.SequenceNode}
	if open == '{' {
		node.Kind = yaml.MappingNode
	}
	for dec.More() {
		child, err := yamlNode(dec)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, child)
	}
	if len(node.Content) == 0 {
		node.Style = yaml.FlowStyle // [] and {}
	}
	_, err := dec.Token()
	return node, err
}

// yamlString quotes what any reader could take for something else than text,
// and what escapeYAML will have to escape.
func yamlString(s string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if sanitize(s, keepLines) != s || looksTyped(s) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// looksTyped reports whether YAML 1.1 or 1.2 may read s as a bool, null, number,
// date or merge key. The encoder sees most of these itself, but as version 1.2
// has them: it would let yes, off and 1:30 pass.
func looksTyped(s string) bool {
	switch strings.ToLower(s) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "=":
		return true
	}
	return strings.Contains("0123456789+-.", s[:1])
}

// escapeYAML replaces unsafe code points by escapes. The encoder leaves some of
// them as they are, but only in double quotes, where yamlString has put them.
func escapeYAML(s string) []byte { return []byte(sanitize(s, keepLines)) }
