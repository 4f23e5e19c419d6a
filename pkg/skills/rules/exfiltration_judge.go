package rules

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// loot is what a command reads that should stay where it is.
type loot struct {
	what  string
	grave bool
	part  bool // one value out of it
}

// judgeUpload finds commands that send secrets, directly, through a pipe, a
// variable, or a file that was filled elsewhere in the document.
func judgeUpload(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for i, call := range p.Calls {
			t, ok := transferOf(call)
			if !ok {
				continue
			}
			took, ok := s.sent(t, p.Calls[:i])
			if !ok {
				continue
			}
			h := c.Hit()
			h.Severity, h.Confidence = s.destination(t.to)
			if took.part && h.Severity < Critical {
				return // a value out of a file is how clients log in
			}
			h.Severity = took.grade(h.Severity, t.copy)
			if took.grave && h.Confidence == Unlikely && s.runsAsWritten(c) && writtenOut(t.to) {
				h.Confidence = Likely // nobody documents in a script
			}
			if s.teaches() {
				h.Confidence = Unlikely
			}
			h.Message = "Sends " + took.what + " to a host"
			hits = append(hits, h)
			return
		}
	})
	if m := postsByPowerShell().FindStringIndex(s.Text); m != nil && len(hits) == 0 {
		if took, ok := named(s.Text); ok && took.grave {
			h := Hit{Pos: m[0], End: m[1], Message: "Sends " + took.what + " to a host"}
			h.Severity, h.Confidence = s.destination(urlsOf(s.Text))
			hits = append(hits, h)
		}
	}
	return hits
}

//nolint:gochecknoglobals // compiled on first use
var postsByPowerShell = lazy(`(?i)\b(?:Invoke-(?:RestMethod|WebRequest)|irm|iwr)\b[^\n]{0,200}-(?:Body|InFile|Form)\b[^\n]{0,200}|\.Upload(?:File|Data|String)\([^\n]{0,200}`)

// runsAsWritten reports whether the command is a line of a shell script that is
// no test.
func (s *Scene) runsAsWritten(c Command) bool {
	return s.Where.Has(text.Script) && shellLike(s.Lang) && !c.Quoted && s.Doc.Role&text.Test == 0
}

// writtenOut reports whether one of the addresses is complete.
func writtenOut(urls []string) bool {
	return slices.ContainsFunc(urls, func(u string) bool {
		h := host.Parse(u).Host
		return strings.Contains(h, ".") && !strings.ContainsAny(h, "$<>{}%[]*")
	})
}

// grade rates the loss by where it goes: a file copied to a machine is how
// people deploy.
func (l loot) grade(place Severity, copied bool) Severity {
	switch {
	case place == Critical && !copied:
		return Critical
	case !l.grave && (copied || l.what != secretKinds()[envFile].name):
		return min(place, Medium)
	case l.grave && !copied:
		return max(place, High)
	}
	return place
}

// sendsByShell reports whether a command of the unit sends something.
func (s *Scene) sendsByShell() bool {
	sends := false
	s.EachPipeline(func(_ Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			_, ok := transferOf(call)
			sends = sends || ok || call.Name == "curl" && call.Has("X", "request")
		}
	})
	return sends
}

// sent tells which secrets a transfer takes along. before are the calls whose
// output is piped into it.
func (s *Scene) sent(t transfer, before []shell.Call) (loot, bool) {
	if t.stdin || t.args {
		for i, c := range before {
			if took, ok := reads(c); ok {
				took.part = took.part || slices.ContainsFunc(before[i+1:], picks)
				return took, true
			}
		}
	}
	for _, w := range t.body {
		if took, ok := carries(w); ok {
			return took, true
		}
		if printsToken(w) && !slices.ContainsFunc(t.to, func(u string) bool { return published(s.Resolve(u)) }) {
			return loot{what: "an access token", grave: true}, true
		}
		if took, ok := s.carriesVariable(w.Text); ok {
			return took, true
		}
		if took, ok := s.filledWith(w.Text); ok {
			return took, true
		}
	}
	for _, w := range t.rest { // a header with a key file in it is no way to log in
		if took, ok := carries(w); ok && took.grave && !took.part && took.what != secretKinds()[agentKeys].name {
			return took, true
		}
	}
	return loot{}, false
}

// reads tells which secrets a command prints or packs.
func reads(c shell.Call) (loot, bool) {
	plain := len(c.Operands()) == 0
	switch c.Name {
	case "env", "printenv", "set":
		if plain {
			return loot{what: "the environment", grave: true}, true
		}
	case "export", "declare", "typeset":
		if plain && c.Has("p", "x") {
			return loot{what: "the environment", grave: true}, true
		}
	case "history":
		return loot{what: "the shell history", grave: true}, true
	case "security":
		if len(c.Args) > 0 && (c.Args[0].Text == "dump-keychain" || strings.HasPrefix(c.Args[0].Text, "find-")) {
			return loot{what: "the keychain", grave: true}, true
		}
	case "pbpaste":
		return loot{what: "the clipboard", grave: true}, true
	case "tar", "zip":
		for _, w := range c.Operands() {
			if home(w.Text) {
				return loot{what: "the home folder", grave: true}, true
			}
		}
	}
	for _, p := range c.Inner {
		for _, inner := range p.Calls {
			if took, ok := reads(inner); ok {
				return took, true
			}
		}
	}
	for _, w := range slices.Concat(c.Args, redirected(c)) {
		if took, ok := carries(w); ok {
			took.part = took.part || picks(c)
			return took, true
		}
	}
	return loot{}, false
}

// picks reports whether c takes single values out of what it reads.
func picks(c shell.Call) bool {
	switch c.Name {
	case "jq", "yq", "grep", "rg", "sed", "awk", "cut", "python", "python3", "node":
		return !c.Has("c") || c.Name == "python3" || c.Name == "python"
	}
	return false
}

func home(word string) bool {
	switch strings.TrimRight(word, "/*") {
	case "~", "$HOME", "":
		return word != ""
	}
	return false
}

// carries tells which secrets a word names or has substituted into it.
func carries(w shell.Word) (loot, bool) {
	if took, ok := named(w.Text); ok {
		return took, true
	}
	for _, p := range w.Subs {
		for i, c := range p.Calls {
			if took, ok := reads(c); ok {
				took.part = took.part || slices.ContainsFunc(p.Calls[i+1:], picks)
				return took, true
			}
		}
	}
	return loot{}, false
}

// printsToken reports whether a command in w prints the token that a client
// logged in with. Headers are where it belongs, addresses and bodies are not.
func printsToken(w shell.Word) bool {
	for _, p := range w.Subs {
		if line := commandLine(p.Calls[0]); strings.HasPrefix(line, "gh auth token") || strings.HasPrefix(line, "gcloud auth print-") {
			return true
		}
	}
	return false
}

func named(t string) (loot, bool) {
	if strings.Contains(t, "/proc/") && strings.HasSuffix(t, "/environ") {
		return loot{what: "the environment", grave: true}, true
	}
	k, ok := gravest(t)
	if !ok || k == accountList {
		return loot{}, false
	}
	kind := secretKinds()[k]
	return loot{what: kind.name, grave: kind.grave}, true
}

// carriesVariable follows the variables of a word to what the document assigns
// to them.
func (s *Scene) carriesVariable(word string) (loot, bool) {
	for from := 0; ; {
		n := strings.IndexByte(word[from:], '$')
		if n < 0 {
			return loot{}, false
		}
		from += n
		name := variableAt(word[from:])
		from++
		if name == "" || name == "HOME" {
			continue
		}
		value := s.assigned(name)
		if !strings.HasPrefix(value, "$(") && !strings.HasPrefix(value, "`") {
			if took, ok := named(value); ok && strings.Contains(word, "@") {
				return took, true
			}
			continue
		}
		for _, p := range shell.Parse("x " + value) {
			for _, w := range p.Calls[0].Args {
				if took, ok := carries(w); ok {
					return took, true
				}
			}
		}
	}
}

// filledWith looks in the rest of the document for what is put into a file that
// is sent.
func (s *Scene) filledWith(word string) (loot, bool) {
	_, file, ok := strings.Cut(word, "@")
	if !ok {
		file = word
	}
	file, _, _ = strings.Cut(file, ";")
	base := path.Base(file)
	if len(base) < 4 || strings.ContainsAny(base, " ${}\"") || base == "payload.json" || base == "data.json" {
		return loot{}, false
	}
	data := s.Doc.Data
	for from := 0; ; {
		n := bytes.Index(data[from:], []byte(base))
		if n < 0 {
			return loot{}, false
		}
		i := s.Doc.LineAt(from + n)
		from += n + len(base)
		if i >= s.First && i <= s.Last {
			continue
		}
		for _, p := range shell.Parse(string(s.Doc.Line(i))) {
			for _, c := range p.Calls {
				if took, ok := reads(c); ok && took.grave {
					return took, true
				}
			}
		}
	}
}
