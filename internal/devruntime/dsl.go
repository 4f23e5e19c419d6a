package devruntime

import (
	"errors"
	"regexp"
	"strings"
	"sync"
)

// What is wrong with a definition, in upstream's words.
var (
	errSyntax  = errors.New("DSL contains syntax errors")
	errNoAgent = errors.New("workflow declares no agent")
)

// agentDSL is what the embedded runtime takes from a definition: the first
// agent and the metadata around it. It checks the outline of the language, not
// every statement.
type agentDSL struct {
	name        string
	description string
}

//nolint:gochecknoglobals // compiled on first use
var (
	dslComment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/|#[^\n]*`) })
	dslString  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`) })
	dslItem    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\s*(?:(metadata|with|schedule|channel|memory|webhook|policy|type|fn|function|import)\b|agent\s+(\w+)\s*(\(?))`)
	})
	dslMetadata = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(name|description)\s*[=:]\s*"((?:[^"\\\n]|\\.)*)"`)
	})
	dslRule = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bpolicy\s+(\w+)\s*\{[^}]*?\b(require|audit)\s*:`) })
)

// parseDSL reads a definition. The error is upstream's.
func parseDSL(source string) (agentDSL, error) {
	plain := dslComment().ReplaceAllStringFunc(source, func(s string) string { return strings.Repeat(" ", len(s)) })
	bare := dslString().ReplaceAllStringFunc(plain, func(s string) string { return `"` + strings.Repeat("_", len(s)-2) + `"` })
	var found agentDSL
	for rest := bare; strings.TrimSpace(rest) != ""; {
		m := dslItem().FindStringSubmatch(rest)
		if m == nil {
			return agentDSL{}, errSyntax
		}
		if m[2] != "" && found.name == "" {
			found.name = m[2]
		}
		end := itemEnd(rest)
		if end < 0 {
			return agentDSL{}, errSyntax
		}
		if m[1] == "metadata" {
			from := len(bare) - len(rest)
			for _, pair := range dslMetadata().FindAllStringSubmatch(plain[from:from+end], -1) {
				if pair[1] == "description" {
					found.description = pair[2]
				}
			}
		}
		rest = rest[end:]
	}
	if found.name == "" {
		return agentDSL{}, errNoAgent
	}
	if m := dslRule().FindStringSubmatch(bare); m != nil {
		return agentDSL{}, errors.New("inline policy " + m[1] + ": " + m[2] + " rules require an unsupported interpreter")
	}
	return found, nil
}

// itemEnd returns where the braces of an item close, or -1.
func itemEnd(text string) int {
	var open []byte
	for i := range len(text) {
		switch c := text[i]; c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			if len(open) == 0 || open[len(open)-1] != map[byte]byte{')': '(', ']': '[', '}': '{'}[c] {
				return -1
			}
			if open = open[:len(open)-1]; len(open) == 0 && c == '}' {
				return i + 1
			}
		}
	}
	return -1
}

// workflowName is the name in the metadata of a definition, or that of its
// agent.
func workflowName(source string, a agentDSL) string {
	for _, m := range dslMetadata().FindAllStringSubmatch(source, -1) {
		if m[1] == "name" {
			return m[2]
		}
	}
	return a.name
}
