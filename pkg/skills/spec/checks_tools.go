package spec

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// toolChecks are about the form of allowed-tools. Whether a skill asks for too
// much is for the scanner to judge.
func toolChecks() []Check {
	return []Check{{
		ID: "allowed-tools-type", Level: Error,
		Title: "The field allowed-tools is not text",
		Why:   "an agent that cannot read the field grants nothing, or refuses the skill",
		Fix:   "write the tools in one line, with spaces between them",
		find:  toolTypes,
	}, {
		ID: "allowed-tools-form", Level: Info,
		Title: "The field allowed-tools is not text with spaces between the tools",
		Why:   "the specification has text with spaces; lists and commas are read by some agents only",
		Fix:   "write the tools in one line, with spaces between them",
		find:  toolForm,
	}, {
		ID: "allowed-tools-syntax", Level: Warning,
		Title: "A tool pattern has a parenthesis too many or too few",
		Why:   "agents then read other tools than were meant",
		Fix:   "write patterns as Tool(pattern)",
		find: func(s *subject) []hit {
			var all []hit
			for _, t := range s.doc.Tools {
				if strings.Count(t.Text, "(") != strings.Count(t.Text, ")") {
					all = append(all, at(t.Pos, "the parentheses of %q do not match", clip(t.Text)))
				}
			}
			return all
		},
	}}
}

func toolTypes(s *subject) []hit {
	_, v := s.doc.field("allowed-tools")
	if v == nil || isBlank(v) {
		return nil
	}
	if v.Kind != yaml.SequenceNode {
		if isText(v) {
			return nil
		}
		return []hit{at(posOf(v), "allowed-tools is %s", kindName(v))}
	}
	var all []hit
	for _, item := range v.Content {
		if !isText(item) {
			all = append(all, at(posOf(item), "an entry of allowed-tools is %s, not text", kindName(item)))
		}
	}
	return all
}

func toolForm(s *subject) []hit {
	_, v := s.doc.field("allowed-tools")
	switch {
	case v == nil || isBlank(v):
	case v.Kind == yaml.SequenceNode:
		return []hit{at(posOf(v), "allowed-tools is a list")}
	case v.Kind == yaml.ScalarNode && commaOutside(v.Value):
		return []hit{at(posOf(v), "allowed-tools has commas between the tools")}
	}
	return nil
}

// commaOutside reports whether a comma stands outside of parentheses.
func commaOutside(s string) bool {
	depth := 0
	for _, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth <= 0 {
				return true
			}
		}
	}
	return false
}
