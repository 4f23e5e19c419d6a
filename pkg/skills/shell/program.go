package shell

import (
	"path"
	"slices"
	"strings"
)

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
