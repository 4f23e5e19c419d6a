package shell

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// fields evaluates one argument to the words it becomes: braces give several,
// and so does an unquoted variable that holds blanks.
func (e *evaluator) fields(w *syntax.Word) []Word {
	list := []*syntax.Word{w}
	if syntax.SplitBraces(w) {
		list = list[:0]
		for one, err := range expand.BracesSeq(nil, w) {
			if err != nil || len(list) == maxWords {
				break
			}
			list = append(list, one)
		}
	}
	var out []Word
	for _, one := range list {
		v := e.word(one)
		if parts := strings.Fields(v.Text); len(parts) > 1 && unquotedExpansion(one) {
			for _, p := range parts {
				out = append(out, Word{Text: p, Known: v.Known, Subs: v.Subs})
			}
			continue
		}
		out = append(out, v)
	}
	return out
}

func unquotedExpansion(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p.(type) {
		case *syntax.ParamExp, *syntax.CmdSubst:
			return true
		}
	}
	return false
}

func (e *evaluator) word(w *syntax.Word) Word {
	out := Word{Known: true}
	if len(w.Parts) == 1 {
		switch w.Parts[0].(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted:
			out.Quoted = true
		}
	}
	var b strings.Builder
	e.parts(w.Parts, unescape, &b, &out)
	out.Text = b.String()
	return out
}

func (e *evaluator) parts(parts []syntax.WordPart, literal func(string) string, b *strings.Builder, out *Word) {
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(literal(p.Value))
		case *syntax.SglQuoted:
			if p.Dollar {
				b.WriteString(ansiC(p.Value))
			} else {
				b.WriteString(p.Value)
			}
		case *syntax.DblQuoted:
			e.parts(p.Parts, unescapeQuoted, b, out)
		case *syntax.ParamExp:
			e.param(p, b, out)
		case *syntax.CmdSubst:
			e.substitution(p, b, out)
		case *syntax.ProcSubst:
			out.Subs = append(out.Subs, e.stmts(p.Stmts)...)
			out.Known, out.Feeds, out.Writes = false, true, p.Op == syntax.CmdOut
		default:
			out.Known = false
		}
	}
}

func (e *evaluator) param(p *syntax.ParamExp, b *strings.Builder, out *Word) {
	if p.Param == nil {
		out.Known = false
		return
	}
	name := p.Param.Value
	plain := p.Exp == nil && p.Repl == nil && p.Slice == nil && !p.Excl && !p.Length
	if value, ok := e.vars[name]; ok && plain {
		if value.Known && b.Len()+len(value.Text) <= maxWord {
			b.WriteString(value.Text)
			return
		}
		if len(out.Subs) < maxWords {
			out.Subs = append(out.Subs, value.Subs[:min(len(value.Subs), maxWords)]...)
		}
	}
	if name == "IFS" {
		b.WriteByte(' ')
		return
	}
	out.Known = false
	b.WriteString("$" + name)
	if p.Exp != nil && p.Exp.Word != nil { // ${x:-default} still shows its default
		b.WriteString(":-" + e.word(p.Exp.Word).Text)
	}
}

// substitution keeps the commands and, when they only print constants, their
// text.
func (e *evaluator) substitution(p *syntax.CmdSubst, b *strings.Builder, out *Word) {
	list := e.stmts(p.Stmts)
	if len(list) == 1 {
		if text, ok := Constant(list[0]); ok {
			b.WriteString(strings.TrimRight(text, "\n"))
			out.Subs = append(out.Subs, list...)
			return
		}
	}
	out.Subs = append(out.Subs, list...)
	out.Known = false
	b.WriteString("$…")
}

// Constant returns what a pipeline prints when it only prints constants:
// echo and printf, and decoders that they are piped into.
func Constant(p Pipeline) (string, bool) {
	if len(p.Calls) == 0 {
		return "", false
	}
	text, ok := printed(p.Calls[0])
	if !ok {
		return "", false
	}
	for _, c := range p.Calls[1:] {
		if text, ok = decoded(c, text); !ok {
			return "", false
		}
	}
	return text, true
}

func printed(c Call) (string, bool) {
	var words []string
	for _, w := range c.Args {
		if !w.Known {
			return "", false
		}
		words = append(words, w.Text)
	}
	switch c.Name {
	case "echo":
		escapes := false
		for len(words) > 0 && len(words[0]) > 1 && words[0][0] == '-' && strings.Trim(words[0][1:], "neE") == "" {
			escapes = escapes || strings.Contains(words[0], "e")
			words = words[1:]
		}
		text := strings.Join(words, " ")
		if escapes {
			text = ansiC(text)
		}
		return text, true
	case "printf":
		if len(words) == 0 {
			return "", false
		}
		if strings.Trim(words[0], "%sbn\\") == "" { // "%s", "%b\n"
			return ansiC(strings.Join(words[1:], "")), true
		}
		return ansiC(words[0]), len(words) == 1
	}
	if len(c.Redirects) == 1 && c.Redirects[0].Op == "<<<" && c.Redirects[0].Target.Known {
		return decoded(c, c.Redirects[0].Target.Text)
	}
	return "", false
}

// decoded applies a decoding command to constant input.
func decoded(c Call, in string) (string, bool) {
	in = strings.TrimSpace(in)
	switch {
	case c.Name == "base64" && c.Decodes():
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(in, "="))
		return string(raw), err == nil
	case c.Name == "xxd" && c.Decodes():
		raw, err := hex.DecodeString(in)
		return string(raw), err == nil
	case c.Name == "rev":
		runes := []rune(in)
		for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
			runes[i], runes[j] = runes[j], runes[i]
		}
		return string(runes), true
	}
	return "", false
}

// unescape removes the backslashes of unquoted text.
func unescape(s string) string { return dropBackslashes(s, "") }

// unescapeQuoted removes the backslashes that count inside double quotes.
func unescapeQuoted(s string) string { return dropBackslashes(s, "\\\"$`\n") }

// dropBackslashes removes the backslash before each of the special characters,
// or before any when special is empty; an escaped line end goes as well.
func dropBackslashes(s, special string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (special == "" || strings.IndexByte(special, s[i+1]) >= 0) {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// ansiC evaluates the escapes of $'…', printf and echo -e that build text.
// The library shares one configuration among those who give none, and writes to it.
func ansiC(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	out, _, err := expand.Format(&expand.Config{}, strings.ReplaceAll(s, "%", "%%"), nil)
	if err != nil {
		return s
	}
	return out
}

// disguised reports whether the name of a command was written so that a search
// for it fails.
func disguised(source *syntax.Word, name Word) bool {
	if len(source.Parts) == 1 {
		switch p := source.Parts[0].(type) {
		case *syntax.Lit:
			return strings.Contains(strings.TrimPrefix(p.Value, `\`), `\`) && !strings.Contains(p.Value, `:\`)
		case *syntax.SglQuoted:
			return p.Dollar && strings.Contains(p.Value, `\`)
		case *syntax.CmdSubst:
			return name.Known
		case *syntax.DblQuoted, *syntax.ParamExp:
			return false
		}
	}
	letters := func(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" }
	if !letters(baseName(name.Text)) {
		return false
	}
	pieces := 0
	for _, p := range source.Parts {
		switch p.(type) {
		case *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted, *syntax.ParamExp, *syntax.CmdSubst:
			pieces++
		}
	}
	return pieces > 1 && !strings.Contains(name.Text, "/")
}
