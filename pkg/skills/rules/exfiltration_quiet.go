package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
)

// judgeSilentUpload finds transfers to foreign hosts whose output is thrown
// away; those that carry the output of other commands are meant to hide.
func judgeSilentUpload(s *Scene) []Hit {
	if !strings.Contains(s.Text, "curl") && !strings.Contains(s.Text, "wget") && !strings.Contains(s.Text, "nvoke-") {
		return nil
	}
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		last := p.Calls[len(p.Calls)-1]
		t, ok := transferOf(last)
		posts := len(t.body) > len(carrying(last))
		if !ok || t.copy || !posts || !discards().MatchString(s.Text[c.Pos:c.End]) {
			return
		}
		foreign := slices.ContainsFunc(t.to, func(u string) bool {
			a := host.Parse(s.resolve(u))
			switch a.Class {
			case host.Local, host.Example, host.Vendor, host.Registry, host.Forge:
				return false
			default:
				return !related(s, a)
			}
		})
		if !foreign {
			return
		}
		h := c.Hit()
		if slices.ContainsFunc(t.body, func(w shell.Word) bool { return slices.ContainsFunc(w.Subs, profiles) }) {
			h.Severity = High
		}
		hits = append(hits, h)
	})
	return hits
}

// profiles reports whether a command tells who and where the user is.
func profiles(p shell.Pipeline) bool {
	switch p.Calls[0].Name {
	case "whoami", "id", "hostname", "uname", "ifconfig", "ip", "ps", "ls", "cat", "env", "printenv", "pwd", "w", "last", "dscl", "system_profiler", "sw_vers":
		return true
	}
	return false
}

// judgeDNS finds lookups of names that commands or encoded data are put into.
func judgeDNS(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			switch call.Name {
			case "dig", "nslookup", "host", "drill", "ping", "resolve-dnsname":
				if slices.ContainsFunc(call.Args, s.leaksName) {
					hits = append(hits, c.Hit())
				}
			}
		}
	})
	if m := codeLookup().FindStringIndex(s.Text); m != nil && len(hits) == 0 && encodesData().MatchString(s.Around(6, 0)) {
		hits = append(hits, Hit{Pos: m[0], End: m[1]})
	}
	return hits
}

// leaksName reports whether a host name is put together from the output of
// commands that read something.
func (s *Scene) leaksName(w shell.Word) bool {
	if !strings.Contains(w.Text, "$") || !strings.Contains(w.Text, ".") {
		return false
	}
	for _, p := range w.Subs {
		for _, c := range p.Calls {
			switch c.Name {
			case "cat", "base64", "base32", "xxd", "whoami", "id", "env", "printenv", "uname", "head", "tail", "od", "gzip", "openssl":
				return concrete(w.Text)
			}
		}
	}
	name := variableAt(w.Text)
	value := s.assigned(name)
	return name != "" && concrete(w.Text) && (encodesData().MatchString(value) || encodesData().MatchString(loopOver(s.Text, name)))
}

// loopOver returns the list that a for loop in t takes a variable from.
func loopOver(t, name string) string {
	_, rest, ok := strings.Cut(t, "for "+name+" in ")
	if !ok {
		return ""
	}
	list, _, _ := strings.Cut(rest, "; do")
	return list
}

// concrete reports whether a name ends in a domain that is written out and
// belongs to somebody.
func concrete(name string) bool {
	tail := name[strings.LastIndexAny(name, "$…}`")+1:]
	_, domain, _ := strings.Cut(tail, ".")
	if !strings.Contains(domain, ".") {
		return false
	}
	class := host.Parse(domain).Class
	return class != host.Example && class != host.Local
}

//nolint:gochecknoglobals // compiled on first use
var (
	discards    = lazy(`(?:^|[^0-9])(?:1?>>?|&>)\s*/dev/null|\|\s*Out-Null`)
	codeLookup  = lazy(`(?i)(?:gethostbyname|getaddrinfo|dns\.(?:resolve\w*|lookup)|resolver\.(?:resolve|query))\(\s*(?:f["'\x60][^"'\x60\n]{0,120}\{[^"'\x60\n]{0,160}\.[\w-]+\.[a-z]{2,}|\x60[^\x60\n]{0,80}\$\{[^\x60\n]{0,120}\.[\w-]+\.[a-z]{2,}|[\w.()]+\s*\+\s*["']\.[\w-]+\.[\w.-]+)`)
	encodesData = lazy(`(?i)base64|base32|hexlify|\.hex\(\)|xxd|b64encode|\bbtoa\b|toString\(['"](?:hex|base64)|\b(?:cat|id_rsa|credentials|environ|secret|password|token)\b`)
	codeSends   = lazy(`(?i)\brequests\.(?:post|put|patch|request)\(|\bhttpx\.|urlopen\(|urllib\.request|\baiohttp\b|\baxios\b|\bfetch\(|\bgot\.post|https?\.request\(|\.sendall?\(|sendBeacon\(|XMLHttpRequest|http\.client|smtplib|ftplib|net\.(?:connect|Socket)|Net::HTTP|curl_exec|http\.Post(?:Form)?\(|Invoke-(?:WebRequest|RestMethod)|UploadString|UploadFile|UploadData|LWP::UserAgent|reqwest|\bcurl\b`)
)
