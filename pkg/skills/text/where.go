package text

import "strings"

// Where is a set of the kinds of text a rule looks at.
type Where uint16

// The kinds of text. A line of a file has exactly one of them.
const (
	Prose       Where = 1 << iota // Markdown or other text outside code
	Fence                         // a fenced or indented code block of Markdown
	Script                        // a program or shell script, a Dockerfile, a Makefile
	Data                          // JSON, YAML, TOML and other settings
	Frontmatter                   // the YAML head of a SKILL.md
	Comment                       // an HTML comment: a reader does not see it, an agent does
	Payload                       // text that was decoded out of another text

	Code     = Fence | Script | Payload
	Anywhere = Prose | Fence | Script | Data | Frontmatter | Comment | Payload
)

// Has reports whether w includes one of the kinds in v.
func (w Where) Has(v Where) bool { return w&v != 0 }

// String names the kinds, joined by "+".
func (w Where) String() string {
	if w == Anywhere {
		return "anywhere"
	}
	var names []string
	for i, name := range []string{"prose", "fence", "script", "data", "frontmatter", "comment", "payload"} {
		if w&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// ParseWhere reads one kind by its name, or "anywhere".
func ParseWhere(name string) (Where, bool) {
	for w := Prose; w <= Payload; w <<= 1 {
		if w.String() == name {
			return w, true
		}
	}
	return Anywhere, name == Anywhere.String()
}
