package shell

import (
	"slices"
	"strings"
)

func shells() []string {
	return []string{"sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "csh", "tcsh"}
}

func languages() []string {
	return []string{"python", "python2", "python3", "node", "nodejs", "deno", "bun", "perl", "ruby", "php", "pwsh", "powershell", "osascript", "lua", "tclsh", "rscript", "pypy3"}
}

// inner returns the script that c gets as an argument: sh -c, eval, ssh host,
// docker exec … sh -c, find -exec, xargs sh -c.
func (e *evaluator) inner(c Call) []Pipeline {
	if c.Name == "eval" {
		var text []string
		for _, w := range c.Args {
			text = append(text, w.Text)
		}
		return e.nested(strings.Join(text, " "))
	}
	for i, w := range c.Args {
		if i+1 >= len(c.Args) {
			break
		}
		shellBefore := slices.Contains(shells(), c.Name) && i == e.lastFlag(c) || i > 0 && slices.Contains(shells(), baseName(c.Args[i-1].Text))
		if shellBefore && isFlagWith(w.Text, 'c') {
			return e.nested(c.Args[i+1].Text)
		}
	}
	if c.Name == "su" || c.Name == "script" {
		if v, ok := c.Value("c", "command"); ok {
			return e.nested(v)
		}
	}
	return nil
}

// lastFlag is the index of the first flag of c that holds a c, or -1.
func (e *evaluator) lastFlag(c Call) int {
	return slices.IndexFunc(c.Args, func(w Word) bool { return isFlagWith(w.Text, 'c') })
}

func isFlagWith(word string, letter byte) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-' && len(word) < 8 && strings.IndexByte(word, letter) > 0
}

// Operands returns the arguments that are not flags. Values of flags count as
// operands, since which flags take one is not known for every command.
func (c Call) Operands() []Word {
	var out []Word
	for _, w := range c.Args {
		if len(w.Text) > 1 && w.Text[0] == '-' && !w.Quoted {
			continue
		}
		out = append(out, w)
	}
	return out
}

// Has reports whether one of the flags was given: a single letter alone or in a
// cluster (-rf), a longer name with two dashes or one (find -delete).
func (c Call) Has(flags ...string) bool {
	for _, w := range c.Args {
		for _, f := range flags {
			if len(f) == 1 && len(w.Text) > 1 && w.Text[0] == '-' && w.Text[1] != '-' && strings.Contains(w.Text[1:], f) {
				return true
			}
			name, _, _ := strings.Cut(strings.TrimLeft(w.Text, "-"), "=")
			if len(f) > 1 && strings.HasPrefix(w.Text, "-") && name == f {
				return true
			}
		}
	}
	return false
}

// Value returns the value of the first of the flags that is given: "-o x",
// "-ox", "--output x", "--output=x".
func (c Call) Value(flags ...string) (string, bool) {
	for i, w := range c.Args {
		for _, f := range flags {
			dash := "--"
			if len(f) == 1 {
				dash = "-"
			}
			if w.Text == dash+f || len(f) == 1 && isFlagWith(w.Text, f[0]) && w.Text[len(w.Text)-1] == f[0] {
				if i+1 < len(c.Args) {
					return c.Args[i+1].Text, true
				}
				return "", false
			}
			if v, ok := strings.CutPrefix(w.Text, dash+f+"="); ok && len(f) > 1 {
				return v, true
			}
			if v, ok := strings.CutPrefix(w.Text, "-"+f); ok && len(f) == 1 && v != "" {
				return v, true
			}
			if _, v, _ := strings.Cut(w.Text, f); len(f) == 1 && isFlagWith(w.Text, f[0]) {
				return v, true
			}
		}
	}
	return "", false
}
