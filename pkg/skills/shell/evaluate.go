package shell

import (
	"maps"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

type evaluator struct {
	depth  int
	funcs  map[string][]Pipeline // bodies of functions and texts of aliases
	vars   map[string]Word
	parser *syntax.Parser
}

// script parses text and evaluates what could be parsed. RecoverErrors keeps
// the statements before an error.
func (e *evaluator) script(text string) []Pipeline {
	if e.depth > maxDepth || strings.TrimSpace(text) == "" {
		return nil
	}
	var list []Pipeline
	file, err := e.parser.Parse(strings.NewReader(text), "")
	if file != nil {
		list = e.stmts(file.Stmts)
	}
	if err != nil && len(list) == 0 {
		if cut := strings.TrimRight(text, "|&;\\ \t\n"); cut != text {
			return e.script(cut)
		}
	}
	return list
}

// nested evaluates a script inside the script. What its variables run was seen
// outside.
func (e *evaluator) nested(text string) []Pipeline {
	known := map[string]Word{}
	for name, w := range e.vars {
		if w.Known {
			known[name] = w
		}
	}
	return (&evaluator{depth: e.depth + 1, vars: known, parser: e.parser}).script(text)
}

func (e *evaluator) stmts(list []*syntax.Stmt) []Pipeline {
	var out []Pipeline
	for _, s := range list {
		out = append(out, e.stmt(s)...)
	}
	return out
}

// stmt returns the pipelines of one statement: a list such as "a && b | c"
// gives two, and the bodies of compound commands give theirs.
func (e *evaluator) stmt(s *syntax.Stmt) []Pipeline {
	if s == nil || s.Cmd == nil {
		return nil
	}
	if b, ok := s.Cmd.(*syntax.BinaryCmd); ok && b.Op != syntax.Pipe && b.Op != syntax.PipeAll {
		return append(e.stmt(b.X), e.stmt(b.Y)...)
	}
	p := Pipeline{Pos: int(s.Pos().Offset()), End: int(s.End().Offset())}
	e.stages(s, &p)
	if len(p.Calls) == 0 {
		return nil
	}
	// A lone compound command is its body; as a stage of a pipe it stays.
	if len(p.Calls) == 1 && p.Calls[0].Name == compound {
		return p.Calls[0].Inner
	}
	return []Pipeline{p}
}

// compound is the name of a stage that is a loop, a block or the like; its
// body is in Inner.
const compound = "{"

func (e *evaluator) stages(s *syntax.Stmt, p *Pipeline) {
	if s == nil || s.Cmd == nil {
		return
	}
	at := func(c Call) Call {
		c.Pos, c.End = int(s.Pos().Offset()), int(s.End().Offset())
		c.Redirects = append(e.redirects(s.Redirs), c.Redirects...)
		return c
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		e.stages(cmd.X, p)
		e.stages(cmd.Y, p)
	case *syntax.CallExpr:
		if c, ok := e.call(cmd); ok {
			p.Calls = append(p.Calls, at(c))
		}
	case *syntax.DeclClause:
		e.assign(cmd.Args)
		c := Call{Name: cmd.Variant.Value, Path: cmd.Variant.Value}
		for _, a := range cmd.Args {
			if a.Value != nil {
				c.Args = append(c.Args, e.word(a.Value))
			}
		}
		p.Calls = append(p.Calls, at(c))
	case *syntax.TimeClause:
		e.stages(cmd.Stmt, p)
	case *syntax.CoprocClause:
		e.stages(cmd.Stmt, p)
	default:
		if body := e.body(cmd); len(body) > 0 {
			p.Calls = append(p.Calls, at(Call{Name: compound, Inner: body}))
		}
	}
}

func (e *evaluator) body(cmd syntax.Command) []Pipeline {
	switch c := cmd.(type) {
	case *syntax.Block:
		return e.stmts(c.Stmts)
	case *syntax.Subshell:
		return e.stmts(c.Stmts)
	case *syntax.IfClause:
		list := append(e.stmts(c.Cond), e.stmts(c.Then)...)
		if c.Else != nil {
			list = append(list, e.body(c.Else)...)
		}
		return list
	case *syntax.WhileClause:
		return append(e.stmts(c.Cond), e.stmts(c.Do)...)
	case *syntax.ForClause:
		if loop, ok := c.Loop.(*syntax.WordIter); ok && loop.Name != nil && len(loop.Items) > 0 {
			e.vars[loop.Name.Value] = e.word(loop.Items[0])
		}
		return e.stmts(c.Do)
	case *syntax.FuncDecl:
		body := e.stmt(c.Body)
		if c.Name != nil { // zsh has functions without one
			e.define(c.Name.Value, body)
		}
		return body
	case *syntax.CaseClause:
		var list []Pipeline
		for _, item := range c.Items {
			list = append(list, e.stmts(item.Stmts)...)
		}
		return list
	}
	return nil
}

func (e *evaluator) define(name string, body []Pipeline) {
	if e.funcs == nil {
		e.funcs = map[string][]Pipeline{}
	}
	e.funcs[name] = body
}

// alias keeps what the words of the alias command stand for.
func (e *evaluator) alias(c Call) {
	for _, w := range c.Args {
		if name, value, ok := strings.Cut(w.Text, "="); ok && w.Known {
			e.define(name, e.nested(value))
		}
	}
}

func (e *evaluator) redirects(list []*syntax.Redirect) []Redirect {
	var out []Redirect
	for _, r := range list {
		target := r.Word
		if r.Hdoc != nil {
			target = r.Hdoc
		}
		if target != nil {
			out = append(out, Redirect{Op: r.Op.String(), Target: e.word(target)})
		}
	}
	return out
}

func (e *evaluator) assign(list []*syntax.Assign) {
	for _, a := range list {
		if a.Name == nil || a.Value == nil {
			continue
		}
		if w := e.word(a.Value); w.Known || len(w.Subs) > 0 {
			e.vars[a.Name.Value] = w
		}
	}
}

// call evaluates a simple command and takes its wrappers off.
func (e *evaluator) call(x *syntax.CallExpr) (Call, bool) {
	var words []Word
	for i, arg := range x.Args {
		if i == maxWords {
			break
		}
		words = append(words, e.fields(arg)...)
	}
	if len(words) == 0 {
		e.assign(x.Assigns)
		return e.assignment(x.Assigns)
	}
	saved := e.vars
	if len(x.Assigns) > 0 { // they hold for this command alone
		e.vars = make(map[string]Word, len(saved))
		maps.Copy(e.vars, saved)
		e.assign(x.Assigns)
		defer func() { e.vars = saved }()
	}
	c := Call{Disguised: disguised(x.Args[0], words[0])}
	c.Wrappers, words = unwrap(words)
	if len(words) == 0 {
		c.Name = c.Wrappers[len(c.Wrappers)-1]
		c.Path, c.Wrappers = c.Name, c.Wrappers[:len(c.Wrappers)-1]
		return c, true
	}
	c.Path, c.Args = words[0].Text, words[1:]
	c.Name = baseName(c.Path)
	if len(words[0].Subs) > 0 && !words[0].Known { // $(curl …) as a command
		c.Args = append([]Word{words[0]}, c.Args...)
		c.Name = "eval"
	}
	if c.Name == "alias" {
		e.alias(c)
	}
	if c.Inner = e.inner(c); c.Inner == nil {
		c.Inner = e.funcs[c.Path]
	}
	return c, true
}

// assignment keeps the substitutions of "x=$(curl …)" visible.
func (e *evaluator) assignment(list []*syntax.Assign) (Call, bool) {
	c := Call{Name: "="}
	for _, a := range list {
		if a.Value == nil || a.Name == nil {
			continue
		}
		w := e.word(a.Value)
		c.Path = a.Name.Value
		c.Args = append(c.Args, w)
	}
	return c, len(c.Args) > 0
}

// baseName is the last element of a path to a program, without .exe, in lower
// case, with the single-character globs of /bin/b?sh filled in.
func baseName(p string) string {
	name := strings.ToLower(path.Base(strings.ReplaceAll(p, `\`, "/")))
	name = strings.TrimSuffix(name, ".exe")
	if strings.ContainsAny(name, "?*[") {
		for _, shell := range shells() {
			if ok, err := path.Match(name, shell); err == nil && ok {
				return shell
			}
		}
	}
	return name
}
