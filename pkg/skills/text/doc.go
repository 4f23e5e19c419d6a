// Package text knows what kind of text a file of a skill is, and for each of
// its lines what context it stands in: prose, a fenced block, a script, an HTML
// comment. It joins continued lines, undoes encodings, finds characters a
// reader cannot see, and decodes payloads.
//
// Start with [New] and [Doc.Unit]. Nothing here judges: that is the business of
// the rules. Offsets are bytes in [Doc.Data]; line numbers and columns start at
// 1, columns count bytes.
package text

import (
	"bytes"
	"sort"
	"strings"
)

// Doc is a text with the context of its lines. It is not safe for concurrent
// use.
type Doc struct {
	Path string // slash-separated, as reported
	Kind Kind
	Role Role
	Data []byte // UTF-8 as far as the file was

	payload  bool
	starts   []int
	wheres   []Where
	langs    []string // fence language of a line, "" elsewhere
	headings []int    // lines that are Markdown headings
}

// New analyses data. It reads the lines once; nothing is copied, so data must
// not change while the Doc is used.
func New(path string, data []byte) *Doc {
	d := &Doc{Path: path, Data: data, Kind: KindOf(path, data), Role: RoleOf(path)}
	d.splitLines()
	d.contexts()
	return d
}

// NewPayload analyses text that was decoded out of a file at path: all of it
// has the context [Payload].
func NewPayload(path string, data []byte) *Doc {
	d := &Doc{Path: path, Data: data, Kind: Shell, Role: RoleOf(path), payload: true}
	d.splitLines()
	d.contexts()
	return d
}

func (d *Doc) splitLines() {
	d.starts = make([]int, 1, 1+bytes.Count(d.Data, []byte("\n")))
	for i := 0; ; {
		n := bytes.IndexByte(d.Data[i:], '\n')
		if n < 0 {
			return
		}
		i += n + 1
		d.starts = append(d.starts, i)
	}
}

// Lines is the number of lines; a final line feed starts an empty one.
func (d *Doc) Lines() int { return len(d.starts) }

// LineAt returns the index, from 0, of the line that holds offset.
func (d *Doc) LineAt(offset int) int {
	return sort.Search(len(d.starts), func(i int) bool { return d.starts[i] > offset }) - 1
}

// Start returns the offset of line i, from 0.
func (d *Doc) Start(i int) int { return d.starts[i] }

// Line returns line i, from 0, without its line end.
func (d *Doc) Line(i int) []byte {
	end := len(d.Data)
	if i+1 < len(d.starts) {
		end = d.starts[i+1] - 1
	}
	return bytes.TrimSuffix(d.Data[d.starts[i]:end], []byte("\r"))
}

// Where returns the context of line i.
func (d *Doc) Where(i int) Where {
	if d.wheres == nil {
		return d.uniform()
	}
	return d.wheres[i]
}

// Lang returns the language of line i: that of its fence, or of the file.
func (d *Doc) Lang(i int) string {
	if d.langs != nil && d.langs[i] != "" {
		return d.langs[i]
	}
	return d.Kind.String()
}

// uniform is the context of every line of a file that has but one.
func (d *Doc) uniform() Where {
	switch {
	case d.payload:
		return Payload
	case d.Kind == Plain:
		return Prose
	case d.Kind == JSON, d.Kind == YAML, d.Kind == TOML:
		return Data
	}
	return Script
}

func (d *Doc) contexts() {
	switch d.Kind {
	case Markdown:
		d.markdown()
	case Markup:
		d.wheres = make([]Where, len(d.starts))
		inComment := false
		for i := range d.starts {
			d.wheres[i] = Script
			inComment = d.commentLine(i, inComment)
		}
	default: // every line has the context of the file
	}
}

// markdown walks the lines once: frontmatter, fences, HTML comments, headings.
func (d *Doc) markdown() {
	d.wheres = make([]Where, len(d.starts))
	d.langs = make([]string, len(d.starts))
	i := d.frontmatter()
	fence, lang, inComment := "", "", false
	for ; i < len(d.starts); i++ {
		line := bytes.TrimLeft(d.Line(i), " \t>")
		d.wheres[i] = Prose
		if fence != "" {
			d.wheres[i], d.langs[i] = Fence, lang
			if bytes.HasPrefix(line, []byte(fence)) && len(bytes.Trim(line, fence[:1]+" \t")) == 0 {
				fence = ""
			}
			continue
		}
		if !inComment {
			if mark := fenceMark(line); mark != "" {
				fence, d.wheres[i] = mark, Fence
				lang = fenceLang(line[len(mark):])
				d.langs[i] = lang
				continue
			}
			if len(line) > 0 && line[0] == '#' {
				d.headings = append(d.headings, i)
			}
		}
		inComment = d.commentLine(i, inComment)
	}
}

// commentLine marks line i when it lies in an HTML comment and returns whether
// the comment goes on. A comment that shares its line with other text leaves
// the line as it was unless the comment is the larger part.
func (d *Doc) commentLine(i int, inside bool) bool {
	line := d.Line(i)
	if !inside && !bytes.Contains(line, []byte("<!--")) {
		return false
	}
	hidden := 0
	for rest := line; len(rest) > 0; {
		mark := "<!--"
		if inside {
			mark = "-->"
		}
		n := bytes.Index(rest, []byte(mark))
		if n < 0 {
			n = len(rest)
		} else {
			n += len(mark)
		}
		if inside {
			hidden += n
		}
		if n < len(rest) || bytes.HasSuffix(rest[:n], []byte(mark)) {
			inside = !inside
		}
		rest = rest[n:]
	}
	if hidden*2 > len(line) || inside && hidden > 0 {
		d.wheres[i] = Comment
	}
	return inside
}

// frontmatter marks the YAML head and returns the first line after it.
func (d *Doc) frontmatter() int {
	first := bytes.TrimPrefix(d.Line(0), []byte("\ufeff"))
	if string(bytes.TrimRight(first, " \t")) != "---" {
		return 0
	}
	for i := 1; i < len(d.starts); i++ {
		if end := string(bytes.TrimRight(d.Line(i), " \t")); end == "---" || end == "..." {
			for k := range i + 1 {
				d.wheres[k] = Frontmatter
			}
			return i + 1
		}
	}
	return 0
}

func fenceMark(line []byte) string {
	for _, c := range []string{"`", "~"} {
		n := len(line) - len(bytes.TrimLeft(line, c))
		if n >= 3 && (c == "~" || !bytes.Contains(line[n:], []byte("`"))) {
			return strings.Repeat(c, n)
		}
	}
	return ""
}

func fenceLang(info []byte) string {
	word, _, _ := strings.Cut(strings.TrimSpace(string(info)), " ")
	word = strings.ToLower(strings.Trim(word, "{}."))
	switch word {
	case "sh", "bash", "zsh", "shell", "console", "terminal", "shell-session", "bash-session", "command", "cmdline", "fish":
		return "shell"
	case "ps1", "powershell", "pwsh":
		return "powershell"
	case "py", "python", "python3":
		return "python"
	case "js", "javascript", "ts", "typescript", "jsx", "tsx", "mjs", "node":
		return "javascript"
	case "yml":
		return "yaml"
	case "jsonc", "json5":
		return "json"
	}
	return word
}

// Headings returns the headings that govern line i, the nearest first.
func (d *Doc) Headings(i int) []string {
	var out []string
	level := 7
	for k := len(d.headings) - 1; k >= 0 && level > 1; k-- {
		at := d.headings[k]
		if at > i {
			continue
		}
		line := strings.TrimLeft(string(d.Line(at)), " \t>")
		depth := len(line) - len(strings.TrimLeft(line, "#"))
		if depth < level {
			level = depth
			out = append(out, strings.TrimSpace(line[depth:]))
		}
	}
	return out
}

// Intro returns the prose line that introduces the fence line i lies in: the
// last line with text before it. It is "" elsewhere.
func (d *Doc) Intro(i int) string {
	if d.Where(i) != Fence {
		return ""
	}
	for i >= 0 && d.Where(i) == Fence {
		i--
	}
	for ; i >= 0; i-- {
		if line := bytes.TrimSpace(d.Line(i)); len(line) > 0 {
			return string(line)
		}
	}
	return ""
}
