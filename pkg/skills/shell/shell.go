// Package shell tells what a piece of shell text does, without running it: the
// pipelines, the commands in them with their wrappers taken off, and the words
// as the shell would see them after quotes, escapes, braces, known variables
// and constant substitutions.
//
// [Parse] is the start; [Pipeline.Calls] and the questions on [Call] are what
// rules ask. Parsing is tolerant, since the text comes out of documents: what
// cannot be parsed is left out, never an error. It never expands anything that
// is not written in the text and its depth and size are capped.
package shell

import (
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

const (
	maxText  = 64 << 10 // bytes of one text that are parsed
	maxDepth = 6        // substitutions and -c scripts inside one another
	maxWords = 512      // words of one command that are evaluated
	maxWord  = 16 << 10 // bytes that variables may add to a word
)

// Pipeline is commands joined by "|". A lone command is a pipeline of one.
type Pipeline struct {
	Calls    []Call
	Pos, End int // byte offsets in the parsed text
}

// Call is one command of a pipeline.
type Call struct {
	Name      string     // base name in lower case, wrappers such as sudo and env taken off
	Path      string     // the name as written, with its folder
	Wrappers  []string   // names of what was taken off, outermost first
	Args      []Word     // what follows the name
	Redirects []Redirect // files the streams are connected to
	Inner     []Pipeline // the script given to sh -c, eval, ssh, or in a compound command
	Disguised bool       // the name was put together from escapes, quotes, variables or substitutions
	Pos, End  int        // byte offsets in the parsed text
}

// Word is one argument.
type Word struct {
	Text   string     // its value; parts that are not known stay as written, such as $HOME
	Known  bool       // nothing in it depends on the world
	Quoted bool       // written in quotes as a whole
	Subs   []Pipeline // commands in $(…), `…` and <(…)
	Feeds  bool       // Subs feed it as a file: <(…) or >(…)
	Writes bool       // the file is written to: >(…)
}

// Redirect is a stream connected to a file. Target of a here-document or
// here-string is its text.
type Redirect struct {
	Op     string // ">", ">>", "<", "<<<", "<<", ">&" …
	Target Word
}

// Parse returns the pipelines of text in order, those inside compound commands
// too. Nested ones are in [Word.Subs] and [Call.Inner].
func Parse(text string) []Pipeline {
	if len(text) > maxText {
		text = text[:maxText]
	}
	parser, ok := parsers.Get().(*syntax.Parser)
	if !ok {
		parser = syntax.NewParser(syntax.RecoverErrors(8))
	}
	defer parsers.Put(parser)
	e := &evaluator{vars: map[string]Word{}, parser: parser}
	return e.script(text)
}

// parsers keeps parsers for the next text: making one costs as much as parsing
// a command.
var parsers sync.Pool //nolint:gochecknoglobals // a cache without a state that shows

// Each calls visit for every pipeline in list and for those nested in them,
// outer ones first.
func Each(list []Pipeline, visit func(p Pipeline)) {
	for _, p := range list {
		visit(p)
		for _, c := range p.Calls {
			Each(c.Inner, visit)
			for _, w := range c.Args {
				Each(w.Subs, visit)
			}
			for _, r := range c.Redirects {
				Each(r.Target.Subs, visit)
			}
		}
	}
}
