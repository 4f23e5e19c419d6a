package spec

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// optionalChecks are about the other fields.
func optionalChecks() []Check {
	return []Check{{
		ID: "license-type", Level: Warning,
		Title: "The license is not text",
		Why:   "the license is a name, or the name of a file in the skill",
		Fix:   "write the name of the license",
		find:  notTextUnlessBlank("license"),
	}, {
		ID: "license-file", Level: Warning,
		Title: "The license file is not in the skill",
		Why:   "who installs the skill alone gets no license",
		Fix:   "add the file, or name the license itself",
		find:  licenseFile,
	}, {
		ID: "compatibility-type", Level: Error,
		Title: "The compatibility is not text",
		Why:   "the specification wants 1 to 500 characters of text",
		Fix:   "write one sentence",
		find:  notTextUnlessBlank("compatibility"),
	}, {
		ID: "compatibility-length", Level: Error,
		Title: "The compatibility is longer than 500 characters",
		Why:   "the specification allows 500",
		Fix:   "name the requirements only",
		find:  tooLong("compatibility", MaxCompatibility),
	}, {
		ID: "metadata-type", Level: Error,
		Title: "The field metadata is not a mapping",
		Why:   "metadata maps text to text",
		Fix:   "write indented key: value lines",
		find: func(s *subject) []hit {
			_, v := s.doc.field("metadata")
			if v == nil || v.Kind == yaml.MappingNode || isBlank(v) {
				return nil
			}
			return []hit{at(posOf(v), "metadata is %s, not a mapping", kindName(v))}
		},
	}, {
		ID: "metadata-value", Level: Warning,
		Title: "A value of metadata is not text",
		Why:   "metadata maps text to text; 1.10 without quotes is the number 1.1",
		Fix:   "put the value in quotes",
		find:  metadataValues,
	}, {
		ID: "metadata-nested", Level: Info,
		Title: "A value of metadata is a list or a mapping",
		Why:   "the specification has text only; some agents read their own settings there, others drop them",
		Fix:   "keep nested values only for the agent that reads them",
		find:  metadataNested,
	}, {
		ID: "field-empty", Level: Warning,
		Title: "An optional field is empty",
		Why:   "an empty field says nothing, and some readers refuse it",
		Fix:   "give it a value or remove it",
		find:  emptyFields,
	}, {
		ID: "field-vendor", Level: Info,
		Title: "A field that only some agents know",
		Why:   "it is not in the specification: other agents ignore it and the reference validator refuses it",
		Fix:   "keep it if the skill is meant for these agents",
		find: func(s *subject) []hit {
			return s.extra(func(name string) (hit, bool) {
				agents := vendorFields()[name]
				return hit{message: fmt.Sprintf("%s is a field of %s", clip(name), agents)}, agents != ""
			})
		},
	}, {
		ID: "field-unknown", Level: Warning,
		Title: "An unknown field",
		Why:   "it is not in the specification: agents ignore it and the reference validator refuses it",
		Fix:   "move it under metadata",
		find: func(s *subject) []hit {
			vendors := vendorFields()
			return s.extra(func(name string) (hit, bool) {
				h := hit{message: fmt.Sprintf("%q is not a field of the specification", clip(name))}
				if meant := nearestField(name, vendors); meant != "" {
					h.fix = "did you mean " + meant + "?"
				}
				return h, vendors[name] == ""
			})
		},
	}}
}

func specFields() []string {
	return []string{"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
}

// vendorFields maps the fields outside the specification that agents document
// to the agents that read them.
func vendorFields() map[string]string {
	return map[string]string{
		"agent": "Claude Code", "argument-hint": "Claude Code, GitHub Copilot", "arguments": "Claude Code",
		"background": "Claude Code", "context": "Claude Code", "disable-model-invocation": "Claude Code, Cursor, GitHub Copilot, OpenClaw",
		"disallowed-tools": "Claude Code", "effort": "Claude Code", "hooks": "Claude Code", "model": "Claude Code",
		"paths": "Claude Code, Cursor", "shell": "Claude Code", "user-invocable": "Claude Code, GitHub Copilot, OpenClaw",
		"when_to_use": "Claude Code", "command-arg-mode": "OpenClaw", "command-dispatch": "OpenClaw",
		"command-tool": "OpenClaw", "homepage": "OpenClaw",
	}
}

// extra runs a rule over the fields that are not in the specification.
func (s *subject) extra(rule func(name string) (hit, bool)) []hit {
	if s.doc.root == nil {
		return nil
	}
	var all []hit
	for i := 0; i+1 < len(s.doc.root.Content); i += 2 {
		key := s.doc.root.Content[i]
		if slices.Contains(specFields(), key.Value) && key.Kind == yaml.ScalarNode {
			continue
		}
		if h, ok := rule(key.Value); ok {
			h.Pos = posOf(key)
			all = append(all, h)
		}
	}
	return all
}

// nearestField returns the field that was most likely meant, or "".
func nearestField(name string, vendors map[string]string) string {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '-' || r == '_' || r == ' ' {
				return -1
			}
			return unicode.ToLower(r)
		}, s)
	}
	known := specFields()
	for v := range vendors {
		known = append(known, v)
	}
	slices.Sort(known)
	best, least := "", 3
	for _, k := range known {
		if d := edits(plain(name), plain(k)); d < least && d*3 <= len(k) {
			best, least = k, d
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements between two words.
// Words of very different length are far apart without counting.
func edits(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func isBlank(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "") ||
		n.Kind != yaml.ScalarNode && n.Kind != yaml.AliasNode && len(n.Content) == 0
}

func notTextUnlessBlank(name string) func(*subject) []hit {
	check := notText(name)
	return func(s *subject) []hit {
		if _, v := s.doc.field(name); v == nil || isBlank(v) {
			return nil
		}
		return check(s)
	}
}

func emptyFields(s *subject) []hit {
	var all []hit
	for _, name := range specFields()[2:] {
		if _, v := s.doc.field(name); v != nil && isBlank(v) {
			all = append(all, at(s.doc.Pos(name), "%s is empty", name))
		}
	}
	return all
}

// metadataPairs runs a rule over the entries of metadata.
func metadataPairs(s *subject, rule func(key, value *yaml.Node) (string, bool)) []hit {
	_, v := s.doc.field("metadata")
	if v == nil || v.Kind != yaml.MappingNode {
		return nil
	}
	var all []hit
	for i := 0; i+1 < len(v.Content); i += 2 {
		if message, ok := rule(v.Content[i], v.Content[i+1]); ok {
			all = append(all, hit{Pos: posOf(v.Content[i]), message: message})
		}
	}
	return all
}

func metadataValues(s *subject) []hit {
	return metadataPairs(s, func(k, v *yaml.Node) (string, bool) {
		switch {
		case !isText(k):
			return fmt.Sprintf("the metadata key %q is %s, not text", clip(k.Value), kindName(k)), true
		case v.Kind == yaml.ScalarNode && v.ShortTag() != "!!str":
			return fmt.Sprintf("metadata %q is %s, not text", clip(k.Value), kindName(v)), true
		}
		return "", false
	})
}

func metadataNested(s *subject) []hit {
	return metadataPairs(s, func(k, v *yaml.Node) (string, bool) {
		nested := v.Kind == yaml.MappingNode || v.Kind == yaml.SequenceNode
		return fmt.Sprintf("metadata %q is %s", clip(k.Value), kindName(v)), nested
	})
}

// flowStyle reports the first bracket or brace of a frontmatter.
func flowStyle(n *yaml.Node) []hit {
	if n == nil {
		return nil
	}
	if n.Style&yaml.FlowStyle != 0 {
		return []hit{at(posOf(n), "%s is written in flow style", kindName(n))}
	}
	for _, c := range n.Content {
		if h := flowStyle(c); h != nil {
			return h
		}
	}
	return nil
}

// licenseFile reports a file that the license names and the skill does not have.
func licenseFile(s *subject) []hit {
	_, v := s.doc.field("license")
	if v == nil || v.Kind != yaml.ScalarNode {
		return nil
	}
	for word := range strings.FieldsSeq(v.Value) {
		word = strings.Trim(word, ".,;:()[]\"'`")
		upper := strings.ToUpper(word)
		if !strings.HasPrefix(upper, "LICENSE") && !strings.HasPrefix(upper, "COPYING") || path.Ext(word) == "" {
			continue
		}
		file := path.Join(s.skill.ID, word)
		if _, err := fs.Lstat(s.fsys, file); err != nil {
			return []hit{at(posOf(v), "the license file %q does not exist", clip(word))}
		}
	}
	return nil
}
