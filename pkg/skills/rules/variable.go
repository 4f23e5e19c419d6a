package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
)

// Resolve parses an address after filling in its variables with what the
// document assigns to them, or with their defaults.
func (s *Scene) Resolve(url string) host.Address {
	if !strings.Contains(url, "$") {
		return host.Parse(url)
	}
	full := variable().ReplaceAllStringFunc(url, func(ref string) string {
		if fields := strings.Fields(s.assigned(strings.Trim(ref, "${}"))); len(fields) > 0 {
			return strings.Trim(fields[0], `"';,`)
		}
		return ref
	})
	if n := strings.LastIndex(full, "://"); n > 0 { // tcp://$URL, ${URL:-http://…}
		start := strings.LastIndexAny(full[:n], "/-= ") + 1
		full = full[start:]
	}
	if strings.HasPrefix(full, "$") {
		return host.Address{URL: url, Class: host.Example}
	}
	return host.Parse(full)
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
		if value, ok := valueOf(line); ok {
			return strings.Trim(strings.TrimRight(strings.TrimSpace(value), ";,"), `"'`+"`")
		}
	}
}

// evaluates reports whether the document runs what a variable of a shell holds.
func (s *Scene) evaluates(name string) bool {
	data := string(s.Doc.Data)
	for _, before := range []string{"eval ", "sh -c "} {
		for _, ref := range []string{`"$` + name, `"${` + name, "$" + name, "${" + name} {
			if at := strings.Index(data, before+ref); at >= 0 && !isNamePart(data, at+len(before)+len(ref)) {
				return true
			}
		}
	}
	return false
}

func isNamePart(t string, at int) bool {
	return at < len(t) && (t[at] == '_' || t[at] >= '0' && t[at] <= '9' || t[at]|0x20 >= 'a' && t[at]|0x20 <= 'z')
}

// valueOf returns what stands behind the sign of an assignment; behind a colon
// only an address counts.
func valueOf(line string) (string, bool) {
	line = strings.TrimLeft(line, ` "'`)
	if value, ok := strings.CutPrefix(line, ":"); ok && !strings.HasPrefix(value, "=") {
		return value, strings.Contains(value, "://") && strings.HasPrefix(value, " ")
	}
	value, ok := strings.CutPrefix(strings.TrimPrefix(line, ":"), "=")
	return value, ok && !strings.HasPrefix(value, "=")
}

//nolint:gochecknoglobals // compiled on first use
var variable = lazy(`\$\{?\w+\}?`)
