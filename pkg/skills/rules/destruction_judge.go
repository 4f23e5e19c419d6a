package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeRemove finds rm and its like on the root, system folders or the home
// folder.
func judgeRemove(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			lost := call.Operands()
			switch {
			case call.Name == "rm" && call.Has("r", "R", "recursive"):
			case call.Name == "mv" && len(lost) > 1 && lost[len(lost)-1].Text == "/dev/null":
				lost = lost[:len(lost)-1]
			default:
				continue
			}
			severity := Severity(0)
			for _, w := range lost {
				severity = max(severity, s.lossOf(w.Text, c))
			}
			if severity > 0 {
				h := s.act(c)
				if severity < Critical {
					h.Severity = severity
				}
				hits = append(hits, h)
			}
		}
	})
	if m := removeCall().FindStringSubmatchIndex(s.Text); m != nil && len(hits) == 0 {
		h := Hit{Pos: m[0], End: m[1]}
		if s.teaches() {
			h.Confidence = Unlikely
		}
		hits = append(hits, h)
	}
	return hits
}

// lossOf rates what is lost with a path: 0 for what skills may delete.
func (s *Scene) lossOf(word string, c Command) Severity {
	p := strings.Trim(word, `"'`)
	trimmed := strings.TrimRight(p, "/")
	switch strings.TrimSuffix(strings.TrimSuffix(trimmed, "/*"), "/.*") {
	case "", "/.", "/..":
		if p == "/" || strings.HasPrefix(p, "/*") || p == "/." || p == "//" || p == "/.." {
			return Critical
		}
		return 0
	case "~", "$HOME", "${HOME}", "$HOME:-~", "/home", "/root", "/Users", "/home/$USER", "/Users/$USER", "~/.", "~/.[a-z]*":
		return Critical
	}
	if systemFolder(trimmed) {
		return Critical
	}
	switch strings.TrimSuffix(trimmed, "/*") {
	case "~/Documents", "~/Desktop", "~/Pictures", "~/Movies", "~/Music", "~/Downloads", "$HOME/Documents", "$HOME/Desktop", "$HOME/Pictures":
		return High
	}
	if (p == "*" || p == "./*" || p == ".") && rootedBefore().MatchString(s.Text[c.Pos:c.End]) {
		return Critical
	}
	return 0
}

// systemFolder reports whether p is one of the folders a system consists of.
func systemFolder(p string) bool {
	p = strings.TrimSuffix(p, "/*")
	switch p {
	case "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/sbin", "/srv", "/sys", "/usr", "/var", "/System", "/Library", "/Applications", "/private",
		"/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/sbin", "/var/lib", "/var/log", "/etc/ssh", "/mnt", "/media", "/Volumes", "/private/etc", "/private/var":
		return true
	}
	return false
}

// judgeFindDelete finds deletions in wide folders that no name narrows.
func judgeFindDelete(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for i, call := range p.Calls {
			if call.Name != "find" || narrows(call) {
				continue
			}
			wide := slices.ContainsFunc(call.Args, func(w shell.Word) bool { return w.Text == "/" || home(w.Text) && w.Text != "/" || systemFolder(w.Text) })
			deletes := call.Has("delete") || call.Has("exec", "execdir") && slices.ContainsFunc(call.Args, func(w shell.Word) bool {
				return w.Text == "rm" || w.Text == "shred" || strings.HasSuffix(w.Text, "/rm")
			})
			for _, later := range p.Calls[i+1:] {
				deletes = deletes || (later.Name == "rm" || later.Name == "shred") && slices.Contains(later.Wrappers, "xargs")
			}
			if wide && deletes {
				hits = append(hits, s.act(c))
			}
		}
	})
	return hits
}

// narrows reports whether the tests of find leave most files out.
func narrows(c shell.Call) bool {
	if name := wordAfter(c, "-name"); name != "" && strings.Trim(name, "*.") == "" {
		return false
	}
	return c.Has("name", "iname", "path", "regex", "mtime", "atime", "mmin", "size", "empty", "wholename")
}

func judgeDisk(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if destroysDisk(call) {
				h := s.act(c)
				if s.Where.Has(text.Fence) && !systemDisk().MatchString(s.Text) || s.Doc.Role&text.Reference != 0 {
					h.Severity = Medium // how to prepare a card or a volume
				}
				hits = append(hits, h)
			}
		}
	})
	if m := emptiesDisk().FindStringIndex(s.Text); m != nil && len(hits) == 0 && !s.Where.Has(text.Data) && !s.inCode() && !inQuotes(s.Text, m[0]) {
		hits = append(hits, s.studied(Hit{Pos: m[0], End: m[1]}))
	}
	return hits
}

func destroysDisk(c shell.Call) bool {
	device := func(w shell.Word) bool { return blockDevice().MatchString(strings.TrimPrefix(w.Text, "of=")) }
	for _, r := range c.Redirects {
		if strings.HasPrefix(r.Op, ">") && device(r.Target) {
			return true
		}
	}
	switch {
	case strings.HasPrefix(c.Name, "mkfs"), c.Name == "wipefs", c.Name == "blkdiscard", c.Name == "shred":
		return slices.ContainsFunc(c.Args, device)
	case c.Name == "dd":
		return slices.ContainsFunc(c.Args, func(w shell.Word) bool { return strings.HasPrefix(w.Text, "of=") && device(w) })
	case c.Name == "diskutil":
		return len(c.Args) > 1 && strings.HasPrefix(strings.ToLower(c.Args[0].Text), "erase")
	case c.Name == "format":
		return len(c.Args) > 0 && len(c.Args[0].Text) == 2 && c.Args[0].Text[1] == ':'
	}
	return false
}

// judgeChmod is graver on the root and on system folders.
func judgeChmod(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if call.Name != "chmod" || len(call.Args) < 2 || !slices.ContainsFunc(call.Args, func(w shell.Word) bool { return forEverybody().MatchString(w.Text) }) {
				continue
			}
			h := s.act(c)
			for _, w := range call.Operands() {
				if w.Text == "/" || w.Text == "/*" || systemFolder(strings.TrimRight(w.Text, "/")) && w.Text != "/srv" && w.Text != "/opt" && !strings.HasPrefix(w.Text, "/mnt") {
					h.Severity = High
				}
			}
			hits = append(hits, h)
			return
		}
	})
	if m := chmodCall().FindStringIndex(s.Text); m != nil && len(hits) == 0 {
		hits = append(hits, Hit{Pos: m[0], End: m[1], Severity: Low})
	}
	return hits
}

func judgeWindowsDelete(s *Scene) []Hit {
	m := windowsDelete().FindStringIndex(s.Text)
	if m == nil {
		return nil
	}
	h := Hit{Pos: m[0], End: m[1]}
	if s.inCode() && !executes().MatchString(s.Around(2, 0)) {
		h.Confidence = Unlikely
	}
	if s.Where.Has(text.Prose) && m[1]-m[0] < len(strings.TrimSpace(s.Text))*2/3 && !tellsToRun().MatchString(s.Text[:m[0]]) {
		h.Confidence = Unlikely
	}
	return []Hit{h}
}

// judgeForkBomb doubts bombs that are quoted or stand in a program as text.
func judgeForkBomb(s *Scene) []Hit {
	m := s.spans[0]
	h := Hit{Pos: m.Pos, End: m.End}
	shellBomb := !strings.Contains(s.Text[m.Pos:m.End], "fork")
	if inQuotes(s.Text, m.Pos) || s.Where.Has(text.Data) || shellBomb && s.inCode() || s.aboutDefence() {
		h.Confidence = Unlikely
	}
	return []Hit{h}
}

// judgeMassChange only notes what concerns the user's own repository.
func judgeMassChange(s *Scene) []Hit {
	m := s.spans[0]
	h := Hit{Pos: m.Pos, End: m.End}
	if strings.HasPrefix(strings.ToLower(s.Text[m.Pos:m.End]), "git") {
		h.Severity = Info
	}
	if s.Where.Has(text.Prose) && !inQuotes(s.Text, m.Pos) && len(s.Text) > 2*(m.End-m.Pos)+20 {
		h.Confidence = Unlikely
	}
	return []Hit{h}
}

// judgeLocking wants a walk through wide folders, encryption and deletion close
// together.
func judgeLocking(s *Scene) []Hit {
	near := s.Around(10, 12)
	if !walksHome().MatchString(near) || !deletesOriginal().MatchString(near) {
		return nil
	}
	return []Hit{{Pos: 0, End: len(s.Text)}}
}

//nolint:gochecknoglobals // compiled on first use
var (
	rootedBefore    = lazy(`\bcd\s+(?:/|~|\$HOME|"\$HOME")\s*(?:&&|;)`)
	removeCall      = lazy(`(?i)(?:shutil\.rmtree|fs\.rm(?:Sync|dirSync)?|fs\.promises\.rm|rimraf(?:\.sync)?|fs\.removeSync|os\.RemoveAll|remove_dir_all)\(\s*(?:os\.path\.expanduser\(\s*["']~/?["']\s*\)|(?:os\.)?homedir\(\)|Path\.home\(\)|process\.env\.HOME|["'](?:/|/\*|~|~/|/etc|/usr|/home|/var)["']|os\.environ\[["']HOME["']\]|os\.Getenv\("HOME"\))\s*[,)]|["']rm["']\s*,\s*["']-(?:rf|fr|r)["']\s*,\s*(?:["']-f["']\s*,\s*)?["'](?:/|/\*|~|/etc|/usr|/home)["']`)
	blockDevice     = lazy(`^/dev/(?:sd[a-z]\d*|nvme\d+n\d+(?:p\d+)?|hd[a-z]\d*|vd[a-z]\d*|xvd[a-z]\d*|r?disk\d+(?:s\d+)?|mmcblk\d+(?:p\d+)?|mapper/[\w-]+)$`)
	emptiesDisk     = lazy(`^\s*(?:[$#]\s+)?>\s*/dev/(?:sd[a-z]|nvme\d+n\d+|vda|hda)\b`)
	systemDisk      = lazy(`/dev/(?:sda|nvme0n1|vda|disk0|hda)\b`)
	forEverybody    = lazy(`^(?:0?0?777|[0-7]?777|a[+=]rwx|ugo[+=]rwx|[+=]rwx|o[+=]rwx?w?|a[+=]w|o[+=]w)$`)
	chmodCall       = lazy(`(?i)\b(?:os\.chmod|fs\.chmod(?:Sync)?|\.chmod)\([^)\n]{0,80}\b0?o?777\b`)
	windowsDelete   = lazy(`(?i)\bRemove-Item\b[^\n;|]{0,80}(?:-Recurse|-r)\b[^\n;|]{0,60}(?:\s|["'])(?:[A-Z]:\\?\*?|\$env:(?:USERPROFILE|SystemRoot|SystemDrive)\\?|~\\?|C:\\(?:Windows|Users|ProgramData|Program Files)\\?\*?)(?:["'\s;|]|$)|\bRemove-Item\s+(?:-Path\s+)?["']?(?:[A-Z]:\\?\*?|\$env:USERPROFILE|~)["']?\s[^\n;|]{0,40}-Recurse|\b(?:rd|rmdir)\s+/s\s+(?:/q\s+)?["']?(?:[A-Z]:\\?(?:Windows|Users)?\\?|%USERPROFILE%|%SystemRoot%)["']?(?:\s|$)|\b(?:del|erase)\s+(?:/[fsqa]\s+){1,4}["']?(?:[A-Z]:\\(?:\*(?:\.\*)?)?|%USERPROFILE%|%SystemRoot%)(?:["'\s&|;]|$)|\bvssadmin\s+delete\s+shadows|\bwbadmin\s+delete\s+(?:catalog|systemstatebackup|backup)|\bbcdedit\b[^\n]{0,40}recoveryenabled\s+no`)
	walksHome       = lazy(`(?i)(?:os\.walk|rglob|glob|walk|readdir\w*|find|Get-ChildItem)\b[^\n]{0,40}(?:home|~|\$HOME|expanduser|Users|["']/["']|C:\\|USERPROFILE)|(?:home\(\)|homedir\(\))[^\n]{0,30}(?:rglob|walk|glob)`)
	deletesOriginal = lazy(`(?i)\bos\.(?:remove|unlink)\(|\.unlink\(|unlinkSync\(|\brm\s+(?:-\w+\s+)?["']?\$|\bshred\b|Remove-Item|os\.rename\(`)
)
