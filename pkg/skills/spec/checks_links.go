package spec

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// linkChecks are about the files that a skill refers to.
func linkChecks() []Check {
	return []Check{{
		ID: "link-missing", Level: Warning,
		Title: "A link leads to a file that does not exist",
		Why:   "the agent is sent to a file it cannot read, and guesses instead",
		Fix:   "add the file or correct the link",
		find:  missingFiles(true),
	}, {
		ID: "path-missing", Level: Info,
		Title: "A file that the text mentions does not exist",
		Why:   "the agent is told to use a file that is not in the skill",
		Fix:   "add the file or correct the path",
		find:  missingFiles(false),
	}, {
		ID: "link-outside", Level: Warning,
		Title: "A link leaves the skill's folder",
		Why:   "a skill is installed as a folder; what is outside does not come with it",
		Fix:   "copy the file into the skill, or name the other skill instead of linking to it",
		find: eachRef(func(_ *subject, f fileRefs, r ref) (string, bool) {
			p, ok := resolve(path.Dir(f.inside), r.target)
			return "leaves the skill's folder", r.link && !ok && p != ""
		}),
	}, {
		ID: "link-absolute", Level: Warning,
		Title: "A link is an absolute path",
		Why:   "it means another file, or none, on every other machine",
		Fix:   "use a path relative to the skill's folder",
		find: eachRef(func(_ *subject, f fileRefs, r ref) (string, bool) {
			p, ok := resolve(path.Dir(f.inside), r.target)
			return "is an absolute path", r.link && !ok && p == ""
		}),
	}, {
		ID: "path-backslash", Level: Warning,
		Title: "A path has backslashes",
		Why:   "the path works on Windows only",
		Fix:   "use forward slashes, which work everywhere",
		find: eachRef(func(_ *subject, _ fileRefs, r ref) (string, bool) {
			return "has backslashes", strings.Contains(r.target, "\\") && !isDrive(r.target)
		}),
	}, {
		ID: "path-home", Level: Info,
		Title: "A path in somebody's home folder",
		Why:   "the path exists on the author's machine only, and tells the author's name",
		Fix:   "use a path relative to the skill's folder, or ~",
		find:  homePaths,
	}, {
		ID: "reference-chain", Level: Info,
		Title: "A file is reached only through another file",
		Why:   "agents often read such a file in part or not at all",
		Fix:   "link to the file from SKILL.md",
		find:  chains,
	}}
}

// eachRef runs a rule over the references, each target of a file once. The rule
// says what is wrong with the target.
func eachRef(rule func(*subject, fileRefs, ref) (string, bool)) func(*subject) []hit {
	return func(s *subject) []hit {
		var all []hit
		for _, f := range s.refs {
			seen := map[string]bool{}
			for _, r := range f.refs {
				what, ok := rule(s, f, r)
				if !ok || seen[r.target] {
					continue
				}
				seen[r.target] = true
				h := at(r.Pos, "%q %s", clip(r.target), what)
				h.file = f.file
				if all = append(all, h); len(all) > maxHits {
					return all
				}
			}
		}
		return all
	}
}

// missingFiles reports links, or mentions, of files that do not exist.
func missingFiles(links bool) func(*subject) []hit {
	return eachRef(func(s *subject, f fileRefs, r ref) (string, bool) {
		dir := path.Dir(f.inside)
		if !r.link {
			if f.inside != s.skill.File {
				return "", false
			}
			dir = "."
		}
		inside, ok := resolve(dir, r.target)
		if r.link != links || !ok || s.exists(inside) {
			return "", false
		}
		if other := s.otherCase(inside); other != "" {
			return "does not exist, but " + other + " does", true
		}
		return "does not exist", true
	})
}

func (s *subject) exists(inside string) bool {
	_, err := fs.Lstat(s.fsys, path.Join(s.skill.ID, inside))
	return err == nil
}

// otherCase returns the file that differs from inside in upper and lower case
// only, or "".
func (s *subject) otherCase(inside string) string {
	entries, err := fs.ReadDir(s.fsys, path.Join(s.skill.ID, path.Dir(inside)))
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if strings.EqualFold(e.Name(), path.Base(inside)) {
			return path.Join(path.Dir(inside), e.Name())
		}
	}
	return ""
}

// chains reports Markdown files that SKILL.md does not name but that a file it
// names links to.
func chains(s *subject) []hit {
	if len(s.refs) == 0 {
		return nil
	}
	known := map[string]bool{s.skill.File: true}
	for _, r := range s.refs[0].refs {
		if inside, ok := resolve(".", r.target); ok {
			known[inside] = true
		}
	}
	var all []hit
	for _, f := range s.refs[1:] {
		for _, r := range f.refs {
			inside, ok := resolve(path.Dir(f.inside), r.target)
			if !r.link || !ok || known[inside] || !isMarkdown(inside) || isSkillFile(inside) || !s.exists(inside) {
				continue
			}
			known[inside] = true
			h := at(r.Pos, "%q is reached only through %q", clip(inside), clip(f.inside))
			h.file = f.file
			all = append(all, h)
		}
	}
	return all
}

// homePaths reports /home/NAME, /Users/NAME and C:\Users\NAME in the
// instructions, each name once.
func homePaths(s *subject) []hit {
	var all []hit
	text := string(s.doc.Body)
	seen := map[string]bool{}
	for _, root := range []string{"/home/", "/Users/", `:\Users\`} {
		for from := 0; ; {
			i := strings.Index(text[from:], root)
			if i < 0 {
				break
			}
			i += from
			from = i + len(root)
			name := homeName(text[from:])
			if name == "" || seen[root+name] || !startsRoot(text[:i], root) {
				continue
			}
			seen[root+name] = true
			if root[0] == ':' {
				i-- // the drive letter
			}
			p := posAt(s.doc.Body, i)
			p.Line += s.doc.BodyLine - 1
			if all = append(all, at(p, "%q is a path of one machine", clip(text[i:from]+name))); len(all) > maxHits {
				return all
			}
		}
	}
	return all
}

// startsRoot reports whether root starts a path after before.
func startsRoot(before, root string) bool {
	if before == "" {
		return true
	}
	c := before[len(before)-1]
	if root[0] == ':' {
		return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	return isBoundary(c) || strings.IndexByte("\n=:,", c) >= 0
}

// homeName returns the user name at the start of s, or "" when it is one that
// examples use.
func homeName(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !isWordRune(r) && r != '.' && r != '-' && r != '_'
	})
	if end <= 0 || s[end] != '/' && s[end] != '\\' {
		return ""
	}
	name := strings.ToLower(s[:end])
	if slices.Contains([]string{
		"user", "username", "myuser", "myusername", "yourusername", "you", "yourname", "your-name", "your_name", "your-username", "your_username", "youruser", "me",
		"name", "node", "agent", "ubuntu", "runner", "vscode", "app", "claude", "alice", "bob", "shared", "public", "linuxbrew", "...",
	}, name) {
		return ""
	}
	return s[:end]
}
