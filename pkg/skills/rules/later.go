package rules

import (
	"path"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// afterDownload is what becomes of a downloaded file.
type afterDownload int

const (
	notRun               afterDownload = iota
	checkedFirst                       // a digest or signature was checked, or it was shown, then it was run
	interpreted                        // made executable or given to an interpreter
	unpacked                           // unpacked, and something in it run
	unpackedWithPassword               // the same, with a password
)

// runsLater tells what the commands after fetch do with the file.
func (s *Scene) runsLater(fetch shell.Call, file string) afterDownload {
	after, seen, checked, opened, password := notRun, false, false, false, false
	folder := ""
	s.eachCallBelow(runDistance, func(c shell.Call) {
		if !seen {
			seen = sameCall(c, fetch)
			return
		}
		if after != notRun {
			return
		}
		switch {
		case verifies(c):
			checked = true
		case unpacks(c, file):
			opened, password, folder = true, c.Has("P", "p") || strings.HasPrefix(flagWith(c, "-p"), "-p"), target(c)
		case c.Runs(file), c.Runs(path.Base(file)):
			after = interpreted
		case opened && (strings.HasPrefix(c.Path, "./") || folder != "" && strings.HasPrefix(c.Path, folder)):
			after = unpacked
		}
	})
	switch {
	case after == notRun:
		return notRun
	case after == unpacked && password:
		return unpackedWithPassword
	case checked:
		return checkedFirst
	}
	return after
}

func sameCall(a, b shell.Call) bool {
	if a.Name != b.Name || len(a.Args) != len(b.Args) {
		return false
	}
	for i := range a.Args {
		if a.Args[i].Text != b.Args[i].Text {
			return false
		}
	}
	return true
}

// verifies reports whether c checks a digest or signature.
func verifies(c shell.Call) bool {
	switch c.Name {
	case "sha256sum", "sha512sum", "shasum", "sha1sum", "md5sum", "gpg", "cosign", "minisign", "gpgv", "openssl", "b2sum":
		return true
	}
	return false
}

// unpacks reports whether c opens the archive file.
func unpacks(c shell.Call, file string) bool {
	switch c.Name {
	case "unzip", "tar", "7z", "7za", "7zz", "unrar", "bsdtar", "gunzip", "expand-archive", "ditto", "hdiutil":
	default:
		return false
	}
	for _, w := range c.Args {
		if path.Base(w.Text) == path.Base(file) {
			return true
		}
	}
	return false
}

// target returns the folder an archive is unpacked to.
func target(c shell.Call) string {
	for _, f := range []string{"d", "C"} {
		if v, ok := c.Value(f); ok {
			return v
		}
	}
	return ""
}

func flagWith(c shell.Call, prefix string) string {
	for _, w := range c.Args {
		if strings.HasPrefix(w.Text, prefix) {
			return w.Text
		}
	}
	return ""
}

// eachCallBelow visits the calls of the unit and of the code on the lines below
// it, in order.
func (s *Scene) eachCallBelow(lines int, visit func(shell.Call)) {
	each := func(p shell.Pipeline) {
		for _, c := range p.Calls {
			visit(c)
		}
	}
	s.EachPipeline(func(_ Command, p shell.Pipeline) { each(p) })
	runs := func(c Command, p shell.Pipeline) {
		if c.Run() || !c.Quoted || s.Where.Has(text.Prose) {
			each(p)
		}
	}
	for i := s.Last + 1; i <= min(s.Doc.Lines()-1, s.Last+lines); {
		if s.Doc.Where(i).Has(text.Prose|text.Comment) && !strings.Contains(string(s.Doc.Line(i)), "`") {
			i++
			continue
		}
		next := NewScene(s.Doc.Unit(i, s.Doc.Start(i)))
		next.EachPipeline(runs)
		i = max(next.Last, i) + 1
	}
}
