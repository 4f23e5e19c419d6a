package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const maxFile = 1 << 20

// Role says how far a settings file is trusted.
type Role string

// The roles of files. [RoleConfig] is the file given with --config.
const (
	RoleUser    Role = "user"
	RoleProject Role = "project"
	RoleConfig  Role = "config"
	RoleEnvFile Role = "env_file"
)

// section holds the values of one mapping by key.
type section map[string]value

// document is one settings file, taken apart.
type document struct {
	path     string
	role     Role
	root     *yaml.Node // the document node, nil when the file holds none
	top      section
	names    []string // of the profiles, in the order of the file
	profiles map[string]section
	lines    map[string]int // where each profile starts
	problems []*Error
}

// parseDocument never fails: what it does not accept is in problems.
func parseDocument(path string, role Role, data []byte) *document {
	d := &document{path: path, role: role, top: section{}, profiles: map[string]section{}, lines: map[string]int{}}
	d.root = d.decode(data)
	if d.root == nil {
		return d
	}
	d.walk(d.root.Content[0], "", d.top)
	if selected, ok := d.top["profile"]; ok && d.profiles[fmt.Sprint(selected.parsed)] == nil {
		d.add(selected.source.Line, "profile", fmt.Sprintf("profile %q is not defined in this file", selected.parsed), suggest(fmt.Sprint(selected.parsed), d.names))
	}
	return d
}

func (d *document) add(line int, key, message, hint string) {
	d.problems = append(d.problems, &Error{Source: d.source(line, ""), Key: key, Message: message, Hint: hint})
}

func (d *document) source(line int, profile string) Source {
	return Source{Kind: FromFile, File: d.path, Line: line, Profile: profile, Project: d.role == RoleProject}
}

func (d *document) decode(data []byte) *yaml.Node {
	if len(data) > maxFile {
		d.add(0, "", "the file is bigger than 1 MiB", "")
		return nil
	}
	if line := badUTF8(data); line > 0 {
		d.add(line, "", "the file is not UTF-8 text", "save it as UTF-8")
		return nil
	}
	var root, next yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&root)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if err = dec.Decode(&next); err == nil {
			d.add(next.Line, "", "the file holds more than one YAML document", "keep one, without --- in between")
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		line, text := yamlProblem(err)
		d.add(line, "", "this is not YAML: "+text, "")
		return nil
	}
	return &root
}

// badUTF8 returns the line of the first byte that is not UTF-8, or 0.
func badUTF8(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return 1 + bytes.Count(data[:at], []byte("\n"))
		}
		at += size
	}
	return 0
}

// yamlProblem takes the library's message apart, because it gives the line
// only there. Words of the file are left out: one may be a secret that begins
// with an asterisk.
func yamlProblem(err error) (line int, text string) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if number, rest, ok := strings.Cut(strings.TrimPrefix(text, "line "), ": "); ok {
		if n, err := strconv.Atoi(number); err == nil {
			line, text = n, rest
		}
	}
	if before, _, ok := strings.Cut(text, "anchor '"); ok {
		text = before + "anchor"
	}
	return max(line, 1), text
}

// walk reads one mapping into sec: the top of the file, or a profile.
func (d *document) walk(n *yaml.Node, profile string, sec section) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode || n.Anchor != "" {
		d.add(n.Line, profile, "wants lines of the form key: value", "")
		return
	}
	for name, pair := range d.pairs(n) {
		if name == "profiles" && profile == "" {
			d.walkProfiles(pair.value)
			continue
		}
		key, err := LookupKey(name)
		var unknown *Error
		switch {
		case errors.As(err, &unknown):
			d.add(pair.key.Line, name, unknown.Message, unknown.Hint)
		case name == "profile" && profile != "":
			d.add(pair.key.Line, name, "a profile cannot select a profile", "")
		default:
			if v, ok := d.scalar(key, pair.value, profile); ok {
				sec[name] = v
			}
		}
	}
}

func (d *document) walkProfiles(n *yaml.Node) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode || n.Anchor != "" {
		d.add(n.Line, "profiles", "wants lines of the form name: and the profile's settings below it", "")
		return
	}
	for name, pair := range d.pairs(n) {
		if _, ok := parseProfile(name); !ok {
			d.add(pair.key.Line, name, "a profile wants "+wantsProfile, "")
			continue
		}
		d.names = append(d.names, name)
		d.lines[name] = pair.key.Line
		d.profiles[name] = section{}
		d.walk(pair.value, name, d.profiles[name])
	}
}

type pair struct{ key, value *yaml.Node }

// pairs yields the entries of a mapping that have a plain, new name, and
// reports the others.
func (d *document) pairs(n *yaml.Node) iter.Seq2[string, pair] {
	return func(yield func(string, pair) bool) {
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := pair{n.Content[i], n.Content[i+1]}
			name, first := p.key.Value, seen[p.key.Value]
			switch {
			case p.key.Kind != yaml.ScalarNode, p.key.ShortTag() != "!!str", p.key.Anchor != "":
				d.add(p.key.Line, "", "a key wants to be plain text", "YAML anchors, aliases and merge keys are not accepted")
			case first != 0:
				d.add(p.key.Line, name, fmt.Sprintf("the key is there already, on line %d", first), "keep one of the two")
			default:
				seen[name] = p.key.Line
				if !yield(name, p) {
					return
				}
			}
		}
	}
}

// scalar reads the value of key, or reports why it cannot.
func (d *document) scalar(key Key, n *yaml.Node, profile string) (value, bool) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.add(n.Line, key.Name, "YAML anchors and aliases are not accepted", "write the value out")
		return value{}, false
	}
	if found := wrongType(key, n); found != "" {
		hint := ""
		if key.Kind == Text && n.Kind == yaml.ScalarNode && !isNull(n) {
			hint = "put the value in quotes"
		}
		d.add(n.Line, key.Name, "wants "+key.Wants+", not "+found, hint)
		return value{}, false
	}
	parsed, ok := key.parse(n.Value)
	if !ok {
		d.add(n.Line, key.Name, key.wrong(n.Value), "")
		return value{}, false
	}
	if refusal := key.project.refuse(parsed); d.role == RoleProject && refusal != "" {
		d.add(n.Line, key.Name, refusal, "put it into your own settings file or into the environment")
		return value{}, false
	}
	return value{parsed: parsed, source: d.source(n.Line, profile)}, true
}

// wrongType names the type of n when it does not suit key, else it is empty.
func wrongType(key Key, n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
	default:
		return "this"
	}
	tag := n.ShortTag()
	accepted := map[Kind]string{Text: "!!str", Address: "!!str", Int: "!!int", Bool: "!!bool", Duration: "!!str !!int !!float"}[key.Kind]
	for want := range strings.FieldsSeq(accepted) {
		if tag == want {
			return ""
		}
	}
	if name, ok := map[string]string{"!!str": "text", "!!int": "a number", "!!float": "a number", "!!bool": "true or false", "!!null": "nothing", "!!timestamp": "a date"}[tag]; ok {
		return name
	}
	return "a value tagged " + tag
}

// wrong is the message for a value that key does not accept. The value is
// quoted only where it cannot be a secret.
func (k Key) wrong(text string) string {
	if k.Secret || k.Kind == Address {
		return "wants " + k.Wants
	}
	return fmt.Sprintf("wants %s, not %.40q", k.Wants, text)
}

// refuse returns why a project file may not give this value, or "".
func (r projectRule) refuse(parsed any) string {
	switch {
	case r == projectNever:
		return "a project file may not set this"
	case r == projectGuard && parsed == false:
		return "a project file may turn this on, not off"
	case r == projectStrict && parsed != modeStrict:
		return "a project file may set this to strict only"
	case r == projectRemote && parsed == localURL:
		return "a project file may not move work to the embedded runtime"
	}
	return ""
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" && n.Anchor == ""
}
