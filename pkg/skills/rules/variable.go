package rules

import "strings"

// resolve replaces a variable at the start of an address by what the document
// assigns to it.
func (s *Scene) resolve(word string) string {
	scheme, rest, ok := strings.Cut(word, "://")
	if !ok {
		scheme, rest = "", word
	}
	name := variableAt(rest)
	if name == "" {
		return word
	}
	value := s.assigned(name)
	if value == "" {
		return word
	}
	rest = value + rest[strings.Index(rest, name)+len(name):]
	if scheme == "" || strings.Contains(value, "://") {
		return rest
	}
	return scheme + "://" + rest
}

// variableAt returns the name of the variable t starts with, or "".
func variableAt(t string) string {
	if !strings.HasPrefix(t, "$") {
		return ""
	}
	t = strings.TrimLeft(t[1:], "{")
	n := 0
	for n < len(t) && (t[n] == '_' || t[n] >= '0' && t[n] <= '9' || t[n]|0x20 >= 'a' && t[n]|0x20 <= 'z') {
		n++
	}
	return t[:n]
}

// assigned returns what the document first assigns to a variable, without
// quotes, up to the end of the line; "" when it does not.
func (s *Scene) assigned(name string) string {
	if name == "" {
		return "" // found everywhere, and never ends
	}
	data := string(s.Doc.Data)
	for from := 0; ; {
		n := strings.Index(data[from:], name)
		if n < 0 {
			return ""
		}
		from += n + len(name)
		start := from - len(name) - 1
		if start >= 0 && !strings.ContainsRune(" \t\n;&('\"`{", rune(data[start])) {
			continue
		}
		line, _, _ := strings.Cut(data[from:min(len(data), from+512)], "\n")
		value, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "=")
		if !ok || strings.HasPrefix(value, "=") {
			continue
		}
		return strings.Trim(strings.TrimRight(strings.TrimSpace(value), ";"), `"'`+"`")
	}
}
