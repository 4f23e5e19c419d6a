package spec

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"
)

// The limits of the specification, in characters.
const (
	MaxName          = 64
	MaxDescription   = 1024
	MaxCompatibility = 500
)

// nameChecks are about the field name.
func nameChecks() []Check {
	return []Check{{
		ID: "name-missing", Level: Error,
		Title: "The field name is missing",
		Why:   "the name is how agents and people call the skill",
		Fix:   "add name: with the name of the folder",
		find:  missingField("name"),
	}, {
		ID: "name-type", Level: Error,
		Title: "The name is not text",
		Why:   "YAML reads it as something else, and loaders that expect text fail",
		Fix:   "put the name in quotes",
		find:  notText("name"),
	}, {
		ID: "name-empty", Level: Error,
		Title: "The name is empty",
		Why:   "the name has 1 to 64 characters",
		Fix:   "use the name of the folder",
		find:  blankText("name"),
	}, {
		ID: "name-length", Level: Error,
		Title: "The name is longer than 64 characters",
		Why:   "the specification allows 64, and agents cut or refuse more",
		Fix:   "shorten the name and the folder",
		find:  tooLong("name", MaxName),
	}, {
		ID: "name-case", Level: Error,
		Title: "The name has upper-case letters",
		Why:   "the specification allows lower case only, so that the name is a safe file name everywhere",
		Fix:   "write the name in lower case",
		find: nameRule(func(name string) string {
			if name == strings.ToLower(name) {
				return ""
			}
			return "has upper-case letters"
		}),
	}, {
		ID: "name-charset", Level: Error,
		Title: "The name holds characters other than letters, digits and hyphens",
		Why:   "the name is used as folder, command and file name",
		Fix:   "use lower-case letters, digits and hyphens",
		find:  nameRule(badRunes),
	}, {
		ID: "name-hyphen", Level: Error,
		Title: "A hyphen of the name is misplaced",
		Why:   "the specification forbids a hyphen at the start, at the end and next to another",
		Fix:   "use single hyphens between words",
		find: nameRule(func(name string) string {
			switch {
			case strings.HasPrefix(name, "-"), strings.HasSuffix(name, "-"):
				return "starts or ends with a hyphen"
			case strings.Contains(name, "--"):
				return "has two hyphens in a row"
			}
			return ""
		}),
	}, {
		ID: "name-folder", Level: Error,
		Title: "The name is not the name of the folder",
		Why:   "agents disagree on which of the two names the skill",
		Fix:   "rename the folder or change the name",
		find:  folderName,
	}, {
		ID: "name-reserved", Level: Info,
		Title: "The name uses a reserved word",
		Why:   "Anthropic refuses uploads whose name holds anthropic or claude",
		Fix:   "choose another name if the skill is meant for that platform",
		find: nameRule(func(name string) string {
			for _, word := range []string{"anthropic", "claude"} {
				if strings.Contains(name, word) {
					return "holds the word " + word
				}
			}
			return ""
		}),
	}}
}

// descriptionChecks are about the field description.
func descriptionChecks() []Check {
	return []Check{{
		ID: "description-missing", Level: Error,
		Title: "The field description is missing",
		Why:   "an agent decides by the description whether to use the skill",
		Fix:   "add description: with what the skill does and when to use it",
		find:  missingField("description"),
	}, {
		ID: "description-type", Level: Error,
		Title: "The description is not text",
		Why:   "YAML reads it as something else, and loaders that expect text fail",
		Fix:   "put the description in quotes",
		find:  notText("description"),
	}, {
		ID: "description-empty", Level: Error,
		Title: "The description is empty",
		Why:   "an agent decides by the description whether to use the skill",
		Fix:   "say what the skill does and when to use it",
		find:  blankText("description"),
	}, {
		ID: "description-length", Level: Error,
		Title: "The description is longer than 1,024 characters",
		Why:   "the specification allows 1,024: every agent holds the descriptions of all skills in its context",
		Fix:   "move details to the body",
		find:  tooLong("description", MaxDescription),
	}, {
		ID: "description-markup", Level: Info,
		Title: "The description holds XML tags",
		Why:   "the description becomes part of the system prompt; Anthropic refuses tags there",
		Fix:   "describe without angle brackets",
		find:  markup,
	}}
}

// missingField reports a field that a readable frontmatter does not have.
func missingField(name string) func(*subject) []hit {
	return func(s *subject) []hit {
		if s.doc.root == nil || s.doc.salvaged {
			return nil
		}
		if key, _ := s.doc.field(name); key != nil {
			return nil
		}
		return []hit{at(Pos{1, 1}, "the frontmatter has no %s", name)}
	}
}

func notText(name string) func(*subject) []hit {
	return func(s *subject) []hit {
		_, v := s.doc.field(name)
		if v == nil || isText(v) {
			return nil
		}
		return []hit{at(posOf(v), "%s is %s, not text", name, kindName(v))}
	}
}

func blankText(name string) func(*subject) []hit {
	return func(s *subject) []hit {
		if _, v := s.doc.field(name); v != nil && isText(v) && strings.TrimSpace(v.Value) == "" {
			return []hit{at(posOf(v), "%s is empty", name)}
		}
		return nil
	}
}

func tooLong(name string, limit int) func(*subject) []hit {
	return func(s *subject) []hit {
		_, v := s.doc.field(name)
		if v == nil || v.Kind != yaml.ScalarNode {
			return nil
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(v.Value)); n > limit {
			return []hit{at(posOf(v), "%s has %d characters, %d more than allowed", name, n, n-limit)}
		}
		return nil
	}
}

// fold is the form in which names are compared: NFKC without outer blanks.
func fold(s string) string { return norm.NFKC.String(strings.TrimSpace(s)) }

// nameRule runs a rule over a name that is text; the rule says what is wrong.
func nameRule(rule func(name string) string) func(*subject) []hit {
	return func(s *subject) []hit {
		name, v, ok := s.name()
		if !ok {
			return nil
		}
		if what := rule(name); what != "" {
			return []hit{at(posOf(v), "the name %q %s", clip(name), what)}
		}
		return nil
	}
}

func (s *subject) name() (string, *yaml.Node, bool) {
	_, v := s.doc.field("name")
	if v == nil || v.Kind != yaml.ScalarNode || v.ShortTag() == "!!null" {
		return "", nil, false
	}
	name := fold(v.Value)
	return name, v, name != ""
}

func badRunes(name string) string {
	for _, r := range name {
		if r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return "holds " + strconv.QuoteRune(r)
		}
	}
	return ""
}

func folderName(s *subject) []hit {
	name, v, ok := s.name()
	if !ok || s.skill.Folder == "" || norm.NFKC.String(s.skill.Folder) == name {
		return nil
	}
	return []hit{at(posOf(v), "the name is %q, the folder is %q", clip(name), clip(s.skill.Folder))}
}

func markup(s *subject) []hit {
	_, v := s.doc.field("description")
	if v == nil || v.Kind != yaml.ScalarNode {
		return nil
	}
	for rest := v.Value; ; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return nil
		}
		rest = after
		tag := strings.TrimPrefix(after, "/")
		if end := strings.IndexByte(tag, '>'); end > 0 && unicode.IsLetter(rune(tag[0])) {
			return []hit{at(posOf(v), "the description holds the tag %q", clip("<"+after[:len(after)-len(tag)+end+1]))}
		}
	}
}
