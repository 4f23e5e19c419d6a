package spec

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"
)

// ref is a file that a Markdown text names.
type ref struct {
	Pos
	target string // the path, decoded, without fragment; backslashes kept
	link   bool   // a Markdown link, not a bare mention
}

// maxLine and maxTarget are how much of a line and of a link is read, in bytes.
// What is longer is data, not text; without a limit one line could take hours.
const (
	maxLine   = 8 << 10
	maxTarget = 1 << 10
)

// markdown reads references off a Markdown text line by line. It knows code
// fences, code spans, inline links, images and link definitions; that is enough
// to tell a link from an example.
type markdown struct {
	refs  []ref
	fence string // the marker of the open code fence
}

// references lists the links of a text, and the files under scripts/,
// references/ and assets/ that it mentions. line is the number of the first line.
func references(text []byte, line int) []ref {
	var m markdown
	for rest, more := text, len(text) > 0; more; line++ {
		var this []byte
		this, rest, more = cutLine(rest)
		m.line(this, line)
	}
	return m.refs
}

func (m *markdown) line(text []byte, n int) {
	if m.toggle(text) {
		return
	}
	if bytes.IndexByte(text, '/') < 0 && bytes.IndexByte(text, '\\') < 0 && bytes.IndexByte(text, ']') < 0 {
		return
	}
	s := string(text[:min(len(text), maxLine)])
	if m.fence == "" {
		m.links(s, n)
	}
	m.mentions(s, n)
}

// toggle follows code fences and reports whether the line is one.
func (m *markdown) toggle(text []byte) bool {
	s := bytes.TrimLeft(text, " \t>")
	if len(s) < 3 || s[0] != '`' && s[0] != '~' {
		return false
	}
	run := len(s) - len(bytes.TrimLeft(s, string(s[:1])))
	marker, info := string(s[:run]), s[run:]
	switch {
	case run < 3:
		return false
	case m.fence == "" && bytes.IndexByte(info, '`') < 0:
		m.fence = marker
		return true
	case m.fence != "" && strings.HasPrefix(marker, m.fence) && len(bytes.TrimSpace(info)) == 0:
		m.fence = ""
		return true
	}
	return false
}

// links adds `](target)`, and `[label]: target` at the start of a line.
func (m *markdown) links(s string, n int) {
	code := codeSpans(s)
	for from := 0; ; {
		i := strings.Index(s[from:], "](")
		if i < 0 {
			break
		}
		i += from
		from = i + 2
		if code.holds(i) {
			continue
		}
		if target, ok := linkTarget(s[from:min(len(s), from+maxTarget)]); ok {
			m.link(target, s, from, n)
		}
	}
	indent := len(s) - len(strings.TrimLeft(s, " "))
	if indent > 3 || !strings.HasPrefix(s[indent:], "[") || strings.HasPrefix(s[indent:], "[^") {
		return
	}
	if label, target, ok := strings.Cut(s, "]: "); ok && !strings.Contains(label, "](") {
		if fields := strings.Fields(target); len(fields) > 0 {
			m.link(strings.Trim(fields[0], "<>"), s, len(label)+3, n)
		}
	}
}

// linkTarget returns the destination at the start of s, which follows "](".
func linkTarget(s string) (string, bool) {
	if strings.HasPrefix(s, "<") {
		target, _, ok := strings.Cut(s[1:], ">")
		return target, ok
	}
	depth := 0
	for i, r := range s {
		switch {
		case r == ' ' || r == '\t':
			return s[:i], strings.Contains(s[i:], ")")
		case r == '(':
			depth++
		case r == ')' && depth == 0:
			return s[:i], true
		case r == ')':
			depth--
		}
	}
	return "", false
}

func (m *markdown) link(target, line string, at, n int) {
	target, _, _ = strings.Cut(target, "#")
	target, _, _ = strings.Cut(target, "?")
	if decoded, err := url.PathUnescape(target); err == nil {
		target = decoded
	}
	if target == "" || isURL(target) || isPlaceholder(target) || !strings.ContainsAny(target, "./\\") {
		return
	}
	m.refs = append(m.refs, ref{Pos{n, utf8.RuneCountInString(line[:at]) + 1}, target, true})
}

// isURL reports whether a link leads out of the file system. A single letter
// before the colon is a Windows drive, not a scheme.
func isURL(target string) bool {
	i := strings.IndexByte(target, ':')
	return i > 1 && !strings.ContainsAny(target[:i], "/\\.") || strings.HasPrefix(target, "//")
}

// isPlaceholder reports whether a path stands for others: a pattern, a
// variable, an ellipsis, or one of the names that examples use.
func isPlaceholder(target string) bool {
	return strings.ContainsAny(target, "{}<>*$|…\"'`,;=()") || strings.Contains(target, "...") ||
		strings.HasPrefix(target, "path/") || strings.HasPrefix(target, "./path/") || strings.HasPrefix(target, "/path/")
}

// mentions adds bare paths such as scripts/run.py, which have to start a word.
// A line that says it gives examples does not speak of the skill's own files.
func (m *markdown) mentions(s string, n int) {
	if strings.Contains(s, "xample") || strings.Contains(s, "e.g.") {
		return
	}
	for _, dir := range []string{"scripts", "references", "assets"} {
		for from := 0; ; {
			i := strings.Index(s[from:], dir)
			if i < 0 {
				break
			}
			i += from
			from = i + len(dir)
			if from == len(s) || s[from] != '/' && s[from] != '\\' || !startsPath(s[:i]) {
				continue
			}
			end := i + pathLen(s[i:])
			target := strings.TrimRight(s[i:end], ".-_/\\")
			if end < len(s) && strings.ContainsRune("<>{}[*$(…", rune(s[end])) || isPlaceholder(target) || !hasExtension(target) {
				continue
			}
			m.refs = append(m.refs, ref{Pos{n, utf8.RuneCountInString(s[:i]) + 1}, target, false})
		}
	}
}

// startsPath reports whether a path from the skill's folder may start after
// before: at a blank, a quote or a bracket, or behind ./ or a variable that
// agents replace by the skill's folder.
func startsPath(before string) bool {
	for _, p := range []string{"{baseDir}/", "${CLAUDE_SKILL_DIR}/", "$CLAUDE_SKILL_DIR/", "{skill_dir}/", "./"} {
		if rest, ok := strings.CutSuffix(before, p); ok {
			return p != "./" || startsWord(rest)
		}
	}
	return startsWord(before)
}

// startsWord reports whether a word starts after before. A link target does
// not: it is reported as a link.
func startsWord(before string) bool {
	return before == "" || isBoundary(before[len(before)-1]) && !strings.HasSuffix(before, "](")
}

func isBoundary(c byte) bool { return strings.IndexByte(" \t`\"'(", c) >= 0 }

func pathLen(s string) int {
	for i, r := range s {
		if !isWordRune(r) && !strings.ContainsRune("._-/\\+@%", r) {
			return i
		}
	}
	return len(s)
}

func isWordRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// hasExtension tells a file from a folder or a word.
func hasExtension(target string) bool {
	base := target[strings.LastIndexAny(target, "/\\")+1:]
	i := strings.LastIndexByte(base, '.')
	return i > 0 && i < len(base)-1 && len(base)-i <= 6
}

// spans are byte ranges of a line, in order.
type spans [][2]int

func (s spans) holds(i int) bool {
	for _, r := range s {
		if i >= r[0] && i < r[1] {
			return true
		}
	}
	return false
}

// codeSpans finds `code` in a line: runs of backticks of the same length.
func codeSpans(s string) spans {
	var all spans
	for i := 0; i < len(s); {
		if s[i] != '`' {
			i++
			continue
		}
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		end := closingRun(s, i+run, run)
		if end < 0 {
			i += run
			continue
		}
		all = append(all, [2]int{i, end})
		i = end
	}
	return all
}

// closingRun returns the end of the next run of exactly n backticks, or -1.
func closingRun(s string, from, n int) int {
	for i := from; i < len(s); i++ {
		if s[i] != '`' {
			continue
		}
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if run == n {
			return i + run
		}
		i += run - 1
	}
	return -1
}
