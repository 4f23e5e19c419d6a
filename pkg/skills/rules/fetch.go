package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
)

// runsDownload reports whether p runs what it downloads: who fetched it, and
// from where.
func runsDownload(p shell.Pipeline) (by shell.Call, urls []string, ok bool) {
	fetched := false
	for _, c := range p.Calls {
		if from, ok := printsInside(c); ok {
			by, fetched = from, true
			urls = append(urls, sources(from)...)
			continue
		}
		if fetched && (c.RunsStdin() || feedsInterpreter(c)) {
			return by, urls, true
		}
		if c.Fetches() && c.Saves() == "" {
			by, fetched = c, true
			urls = append(urls, sources(c)...)
			if feedsInterpreter(c) {
				return by, urls, true
			}
		}
		if from, ok := passesOn(c); ok {
			by, fetched = from, true
			urls = append(urls, sources(from)...)
		}
		for _, w := range c.Program() {
			for _, sub := range w.Subs {
				if from, ok := prints(sub); ok {
					return from, sources(from), true
				}
			}
		}
	}
	return by, nil, false
}

// prints returns the call of a pipeline that writes a download to standard
// output.
func prints(p shell.Pipeline) (shell.Call, bool) {
	for _, c := range p.Calls {
		if c.Fetches() && c.Saves() == "" {
			return c, true
		}
		if from, ok := passesOn(c); ok {
			return from, true
		}
	}
	return shell.Call{}, false
}

// printsInside returns the fetch in the body of a function that c calls.
func printsInside(c shell.Call) (shell.Call, bool) {
	if c.IsInterpreter() || c.Fetches() || c.Name == "eval" || c.Name == "{" {
		return shell.Call{}, false
	}
	for _, p := range c.Inner {
		if from, ok := prints(p); ok && len(p.Calls) == 1 {
			return from, true
		}
	}
	return shell.Call{}, false
}

// passesOn returns the fetch whose result echo, printf or cat writes out.
func passesOn(c shell.Call) (shell.Call, bool) {
	if c.Name != "echo" && c.Name != "printf" && c.Name != "cat" {
		return shell.Call{}, false
	}
	for _, w := range c.Args {
		for _, sub := range w.Subs {
			if from, ok := prints(sub); ok {
				return from, true
			}
		}
	}
	return shell.Call{}, false
}

// feedsInterpreter reports whether c writes into >(sh).
func feedsInterpreter(c shell.Call) bool {
	words := c.Args
	for _, r := range c.Redirects {
		words = append(words, r.Target)
	}
	for _, w := range words {
		if w.Writes && len(w.Subs) > 0 && len(w.Subs[0].Calls) > 0 && w.Subs[0].Calls[0].RunsStdin() {
			return true
		}
	}
	return false
}

// downloadSeverity rates code that is run by where it comes from.
func downloadSeverity(s *Scene, urls []string) Severity {
	worst := Severity(0)
	for _, u := range urls {
		worst = max(worst, sourceSeverity(s, s.Resolve(u)))
	}
	if worst == 0 {
		return Medium // from a variable: nothing is known
	}
	return worst
}

func sourceSeverity(s *Scene, a host.Address) Severity {
	switch a.Class {
	case host.RawIP, host.Paste, host.Bin, host.Tunnel, host.Shortener, host.FileShare:
		return Critical
	case host.Unknown, host.Cloud, host.MadeUp:
		if a.Scheme == "http" && strings.Contains(a.URL, "http://") || !related(s, a) {
			return High
		}
	case host.Forge:
		if strings.HasPrefix(a.Host, "gist.") {
			return High
		}
	case host.Local, host.Example:
		if a.Host == "" || strings.ContainsAny(a.Host, "$<{") {
			return Medium
		}
		return Low
	case host.Vendor, host.Registry:
	}
	return Medium
}

// anonymous reports whether nobody answers for what lies at a: a bare IP
// address, a paste, a short-lived share, a tunnel.
func anonymous(a host.Address) bool {
	switch a.Class {
	case host.RawIP, host.Paste, host.Bin, host.Tunnel, host.Shortener, host.FileShare:
		return true
	case host.Local, host.Example, host.Vendor, host.Registry, host.Forge, host.MadeUp, host.Unknown, host.Cloud:
	}
	return false
}

// published reports whether a leads to somebody known: a vendor, a registry, a
// repository.
func published(a host.Address) bool {
	return a.Class == host.Vendor || a.Class == host.Registry || a.Class == host.Forge
}

// related reports whether the document is about the host's owner: its domain
// is what the skill is named after, or stands in several other links.
func related(s *Scene, a host.Address) bool {
	label, rest, _ := strings.Cut(host.Domain(a.Host), ".")
	if len(label) < 4 || rest == "invalid" {
		return false
	}
	return strings.Contains(strings.ToLower(s.Doc.Path), label) || strings.Count(strings.ToLower(string(s.Doc.Data)), label) > 3
}

// sources returns what c fetches: its addresses, and variables that may hold
// one.
func sources(c shell.Call) []string {
	out := c.URLs()
	for _, w := range c.Operands() {
		if strings.HasPrefix(w.Text, "$") && len(w.Text) > 1 && len(w.Subs) == 0 {
			out = append(out, w.Text)
		}
	}
	return out
}
