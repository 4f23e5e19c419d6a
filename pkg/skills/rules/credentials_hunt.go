package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
)

// judgeHunt finds searches through the whole home folder or disk for files that
// hold money or passwords, and copies of wallet folders.
func judgeHunt(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if h := huntHit(s.act(c), call, p); hunts(call) || readsFiles(call) && slices.ContainsFunc(call.Args, func(w shell.Word) bool { return slices.Contains(secretsIn(w.Text), wallet) }) {
				hits = append(hits, h)
				return
			}
		}
	})
	if len(hits) == 0 && s.inCode() {
		if k := secretsIn(quotedParts(s.Text)); slices.Contains(k, wallet) && walks().MatchString(s.Around(2, 2)) {
			hits = append(hits, Hit{Pos: 0, End: len(s.Text), Confidence: Likely})
		}
	}
	return hits
}

// huntHit is less grave when keys are only listed.
func huntHit(h Hit, c shell.Call, p shell.Pipeline) Hit {
	takes := c.Has("exec", "ok", "execdir") || slices.ContainsFunc(p.Calls, func(k shell.Call) bool {
		return k.Name != "head" && k.Name != "tail" && k.Name != "less" && k.Name != "grep" && readsFiles(k)
	})
	if !money().MatchString(commandLine(c)) && !takes {
		h.Severity = Medium
	}
	return h
}

func hunts(c shell.Call) bool {
	if c.Name != "find" && c.Name != "locate" && c.Name != "mdfind" && c.Name != "fd" && c.Name != "grep" && c.Name != "rg" && c.Name != "get-childitem" {
		return false
	}
	wide, names := c.Name == "locate" || c.Name == "mdfind", 0
	for _, w := range c.Args {
		switch {
		case wideFolder(w.Text):
			wide = true
		case huntedName().MatchString(w.Text):
			names++
		}
	}
	return wide && names > 0
}

func wideFolder(word string) bool {
	switch strings.TrimRight(word, `/\*`) {
	case "", "~", "$HOME", "/home", "/Users", "/root", "/mnt", "/Volumes", "C:", "$env:USERPROFILE", "%USERPROFILE%":
		return word != ""
	}
	return false
}
