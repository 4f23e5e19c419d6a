package shell

import (
	"path"
	"slices"
	"strings"
)

func shells() []string {
	return []string{"sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "csh", "tcsh"}
}

func languages() []string {
	return []string{"python", "python2", "python3", "node", "nodejs", "deno", "bun", "perl", "ruby", "php", "pwsh", "powershell", "osascript", "lua", "tclsh", "rscript", "pypy3"}
}

// unwrap takes off the commands that only run another one.
func unwrap(words []Word) (wrappers []string, rest []Word) {
	for len(words) > 0 {
		name := baseName(words[0].Text)
		valued, ok := wrapperFlags(name)
		if !ok || len(words) == 1 && name != "sudo" {
			break
		}
		wrappers = append(wrappers, name)
		words = skipFlags(words[1:], valued)
		switch name {
		case "env":
			for len(words) > 0 && strings.Contains(words[0].Text, "=") {
				words = words[1:]
			}
		case "timeout", "watch", "chroot", "runuser", "flock":
			if len(words) > 1 && name != "watch" {
				words = words[1:]
			}
		}
	}
	return wrappers, words
}

// wrapperFlags returns the letters of flags that take a value, for the commands
// that run their arguments.
func wrapperFlags(name string) (valued string, ok bool) {
	switch name {
	case "sudo":
		return "ugpCrthUDR", true
	case "doas":
		return "uC", true
	case "env":
		return "uSC", true
	case "xargs":
		return "nIPLsdEa", true
	case "nice":
		return "n", true
	case "ionice":
		return "cn", true
	case "timeout":
		return "ks", true
	case "stdbuf":
		return "ioe", true
	case "watch":
		return "n", true
	case "command", "builtin", "exec", "nohup", "time", "busybox", "toybox", "setsid", "unbuffer", "chroot", "caffeinate", "then", "do", "else", "!":
		return "", true
	}
	return "", false
}

func skipFlags(words []Word, valued string) []Word {
	for len(words) > 0 {
		flag := words[0].Text
		if len(flag) < 2 || flag[0] != '-' {
			return words
		}
		words = words[1:]
		if flag == "--" {
			return words
		}
		if !strings.HasPrefix(flag, "--") && strings.ContainsRune(valued, rune(flag[len(flag)-1])) && len(words) > 0 {
			words = words[1:]
		}
	}
	return words
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

// IsShell reports whether c is a shell.
func (c Call) IsShell() bool { return slices.Contains(shells(), c.Name) }

// IsInterpreter reports whether c runs programs in some language.
func (c Call) IsInterpreter() bool {
	return c.IsShell() || slices.Contains(languages(), strings.TrimRight(c.Name, ".0123456789")) || slices.Contains(languages(), c.Name)
}

// RunsStdin reports whether c takes its program from standard input.
func (c Call) RunsStdin() bool {
	switch {
	case c.Name == "source" || c.Name == ".":
		return len(c.Args) > 0 && isStdin(c.Args[0].Text)
	case c.Name == "eval":
		return false
	case c.Name == "iex" || c.Name == "invoke-expression":
		return true
	case c.Name == "$0" || c.Name == "$shell" || c.Name == "$bash":
		return true
	case c.Name == compound:
		return c.evaluatesLines()
	case !c.IsInterpreter():
		return false
	}
	if slices.Contains(c.Wrappers, "xargs") {
		return c.Has("c", "e") || len(c.Operands()) == 0
	}
	if c.IsShell() && c.Has("s") {
		return true
	}
	return c.readsProgram()
}

func isStdin(file string) bool {
	return file == "-" || file == "/dev/stdin" || file == "/proc/self/fd/0"
}

// readsProgram reports whether an interpreter got no program in its arguments,
// or one that executes what it reads.
func (c Call) readsProgram() bool {
	for i, w := range c.Args {
		switch {
		case isStdin(w.Text), w.Feeds && !w.Writes:
			return true
		case c.Name == "deno" && w.Text == "run", c.Name == "bun" && w.Text == "run", strings.HasPrefix(w.Text, "--"), w.Text == "-l":
			continue
		case len(w.Text) > 1 && w.Text[0] == '-':
			if c.takesProgram(w.Text) {
				return i+1 < len(c.Args) && executesInput(c.Args[i+1].Text)
			}
		case strings.HasPrefix(w.Text, ">"), strings.HasPrefix(w.Text, "2>"):
			continue
		default:
			return false
		}
	}
	return true
}

// takesProgram reports whether the argument after flag is a program, or names
// one.
func (c Call) takesProgram(flag string) bool {
	letters := "cermnpif"
	if c.IsShell() {
		letters = "c"
	}
	return strings.ContainsAny(flag[1:2], letters) || strings.ContainsAny(flag[len(flag)-1:], letters)
}

// executesInput reports whether a one-line program evaluates its standard
// input.
func executesInput(program string) bool {
	evaluates := strings.Contains(program, "exec(") || strings.Contains(program, "eval(") || strings.Contains(program, "eval ")
	for _, source := range []string{"stdin", "STDIN", "input(", "<>", "readFileSync(0"} {
		if evaluates && strings.Contains(program, source) {
			return true
		}
	}
	return false
}

// Program returns the words that c runs as a program: what follows sh -c or
// python -c, the arguments of eval, a script fed through <(…), a here-string.
func (c Call) Program() []Word {
	switch c.Name {
	case "eval", "exec", "iex", "invoke-expression":
		return c.Args
	case "source", ".":
		if !c.RunsStdin() {
			return c.Args
		}
	default:
		if !c.IsInterpreter() {
			return nil
		}
	}
	var out []Word
	for i, w := range c.Args {
		if len(w.Text) > 1 && w.Text[0] == '-' && !w.Quoted {
			if c.takesProgram(w.Text) && i+1 < len(c.Args) {
				return append(out, c.Args[i+1])
			}
			continue
		}
		if w.Feeds && !w.Writes {
			out = append(out, w)
		}
		break
	}
	for _, r := range c.Redirects {
		if r.Op == "<<<" || r.Op == "<" {
			out = append(out, r.Target)
		}
	}
	return out
}

// evaluatesLines reports whether the body of a loop runs what it reads.
func (c Call) evaluatesLines() bool {
	reads, runs := false, false
	for _, p := range c.Inner {
		for _, k := range p.Calls {
			reads = reads || k.Name == "read" || k.RunsStdin()
			runs = runs || k.Name == "eval" || k.IsInterpreter()
		}
	}
	return reads && runs
}

// Runs reports whether c executes the given file, or makes it executable.
func (c Call) Runs(file string) bool {
	same := func(p string) bool { return p != "" && cleanPath(p) == cleanPath(file) }
	if same(c.Path) && (strings.ContainsAny(c.Path, `/\`) || strings.HasSuffix(strings.ToLower(c.Path), ".exe")) {
		return true
	}
	switch {
	case c.IsInterpreter(), c.Name == "source", c.Name == ".":
		operands := c.Operands()
		return len(operands) > 0 && same(operands[0].Text)
	case c.Name == "open", c.Name == "start", c.Name == "installer", c.Name == "msiexec", c.Name == "start-process", c.Name == "exec", c.Name == "rundll32", c.Name == "java":
		for _, w := range c.Args {
			if same(w.Text) {
				return true
			}
		}
	case c.Name == "chmod":
		executable := false
		for _, w := range c.Args {
			mode := w.Text
			executable = executable || strings.Contains(mode, "+x") || strings.Contains(mode, "+rx") || len(mode) >= 3 && strings.Trim(mode, "01234567") == "" && strings.ContainsAny(mode, "157")
			if executable && same(mode) {
				return true
			}
		}
	}
	return false
}

func cleanPath(p string) string {
	p = strings.Trim(strings.ReplaceAll(p, `\`, "/"), `"'`)
	return strings.TrimPrefix(path.Clean(p), "./")
}
