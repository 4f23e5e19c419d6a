package text

import (
	"bytes"
	"path"
	"strings"
)

// Kind is what a text file is written in.
type Kind uint8

// The kinds of text.
const (
	Plain Kind = iota
	Markdown
	Shell
	PowerShell
	Batch
	Python
	JavaScript
	OtherCode
	Dockerfile
	Makefile
	JSON
	YAML
	TOML
	Markup
)

// String returns the lower-case name, as fences spell it where they have one.
func (k Kind) String() string {
	return [...]string{"text", "markdown", "shell", "powershell", "batch", "python", "javascript", "code", "dockerfile", "makefile", "json", "yaml", "toml", "markup"}[k]
}

// KindOf judges by the name and, where the name says nothing, by the first
// line.
func KindOf(file string, head []byte) Kind {
	name := strings.ToLower(path.Base(file))
	switch strings.TrimPrefix(path.Ext(name), ".") {
	case "md", "mdx", "markdown", "mdc", "rst", "adoc":
		return Markdown
	case "sh", "bash", "zsh", "ksh", "fish", "command", "envrc", "bats", "bashrc", "zshrc", "profile":
		return Shell
	case "ps1", "psm1", "psd1":
		return PowerShell
	case "bat", "cmd", "vbs", "hta":
		return Batch
	case "py", "pyw", "pyi", "ipynb":
		return Python
	case "js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "vue", "svelte":
		return JavaScript
	case "json", "jsonc", "json5", "jsonl", "map":
		return JSON
	case "yaml", "yml":
		return YAML
	case "toml", "ini", "cfg", "conf", "properties", "env", "plist", "service", "timer", "lock":
		return TOML
	case "html", "htm", "svg", "xml", "xhtml", "erb":
		return Markup
	case "rb", "pl", "pm", "php", "go", "rs", "java", "kt", "swift", "c", "h", "cc", "cpp", "hpp", "cs", "lua", "r", "scala", "applescript", "scpt", "ex", "exs", "dart", "m", "sql", "tcl", "awk", "groovy", "gradle", "nix", "ml", "hs", "clj", "el", "zig", "sol", "move", "jl":
		return OtherCode
	case "txt", "text", "csv", "log", "tex":
		return Plain
	case "dockerfile", "containerfile":
		return Dockerfile
	case "mk", "just":
		return Makefile
	}
	switch {
	case strings.HasPrefix(name, "dockerfile"), name == "containerfile":
		return Dockerfile
	case name == "makefile", name == "gnumakefile", name == "justfile", name == "taskfile":
		return Makefile
	case name == ".env", strings.HasPrefix(name, ".env."), name == ".npmrc", name == ".gitconfig", name == "procfile":
		return TOML
	case name == "readme", name == "license", name == "changelog", name == "notice", name == "authors":
		return Plain
	}
	return kindOfShebang(head)
}

func kindOfShebang(head []byte) Kind {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if !bytes.HasPrefix(first, []byte("#!")) {
		return Plain
	}
	line := string(first)
	for _, k := range []struct {
		word string
		kind Kind
	}{{"python", Python}, {"node", JavaScript}, {"deno", JavaScript}, {"bun", JavaScript}, {"pwsh", PowerShell}, {"sh", Shell}} {
		if strings.Contains(line, k.word) {
			return k.kind
		}
	}
	return OtherCode
}

// Role is a set of what a file is there for, as far as its path tells.
type Role uint8

// The roles.
const (
	Test      Role = 1 << iota // tests, fixtures, evaluations, examples of attacks
	Reference                  // documentation beside the skill itself
	Vendored                   // generated, minified, lock and licence files
)

// RoleOf judges by the path.
func RoleOf(file string) Role {
	var r Role
	lower := strings.ToLower(file)
	name := path.Base(lower)
	for dir := range strings.SplitSeq(path.Dir(lower), "/") {
		switch dir {
		case "test", "tests", "__tests__", "testdata", "fixtures", "fixture", "spec", "specs", "evals", "eval", "evaluations", "testing", "mocks", "__mocks__", "samples", "e2e", "benchmarks":
			r |= Test
		case "references", "reference", "docs", "doc", "rules", "guides", "resources", "knowledge", "examples":
			r |= Reference
		case "node_modules", "vendor", "dist", "third_party", "site-packages":
			r |= Vendored
		}
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	switch {
	case strings.HasPrefix(stem, "test_"), strings.HasPrefix(stem, "test-"), strings.HasSuffix(stem, "_test"), strings.HasSuffix(stem, "-test"), strings.HasSuffix(stem, ".test"), strings.HasSuffix(stem, ".spec"),
		stem == "evals", stem == "conftest", strings.HasSuffix(stem, "_fixture"), strings.HasSuffix(stem, "-fixtures"):
		r |= Test
	case strings.HasPrefix(stem, "readme"), strings.HasPrefix(stem, "changelog"), strings.HasPrefix(stem, "history"), strings.HasPrefix(stem, "security"), strings.HasPrefix(stem, "contributing"):
		r |= Reference
	case strings.HasSuffix(stem, ".min"), strings.HasSuffix(stem, ".bundle"), strings.HasSuffix(name, ".lock"), strings.HasSuffix(name, ".map"),
		name == "package-lock.json", name == "pnpm-lock.yaml", name == "go.sum", strings.HasPrefix(stem, "license"):
		r |= Vendored
	}
	return r
}
