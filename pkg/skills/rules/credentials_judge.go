package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeSecretRead finds commands and programs that read secrets of one kind.
func judgeSecretRead(s *Scene, kind int) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if !readsFiles(call) || !slices.ContainsFunc(readWords(call), func(w shell.Word) bool { return slices.Contains(secretsIn(w.Text), kind) }) {
				continue
			}
			h := c.Hit()
			if (kind == sshKeys || strings.Contains(commandLine(call), ".aws/credentials")) && !filters(call) && call.Name != "cp" && call.Name != "mv" && wholeCommand(c, p) && !s.teaches() {
				h.Severity = High
			}
			hits = append(hits, h)
			return
		}
	})
	if len(hits) > 0 || !s.inCode() {
		return hits
	}
	if slices.Contains(secretsIn(quotedParts(s.Text)), kind) && readsContent().MatchString(s.Around(1, 2)) && !usesKey().MatchString(s.Text) {
		hits = append(hits, Hit{Pos: 0, End: len(s.Text)})
	}
	return hits
}

// readWords returns the words of a command that name what it reads: not the
// pattern of a search, not where a copy goes.
func readWords(c shell.Call) []shell.Word {
	words := withoutValues(c)
	switch {
	case filters(c) && len(words) > 0:
		words = words[1:]
	case (c.Name == "cp" || c.Name == "mv" || c.Name == "ditto") && len(words) > 1:
		words = words[:len(words)-1]
	}
	return slices.Concat(words, redirected(c))
}

// filters reports whether the first operand of c is a program or a pattern.
func filters(c shell.Call) bool {
	switch c.Name {
	case "grep", "rg", "sed", "awk", "jq":
		return true
	}
	return false
}

// wholeCommand reports whether p is a command by itself and not put into the
// arguments of another.
func wholeCommand(c Command, p shell.Pipeline) bool {
	return slices.ContainsFunc(c.Pipelines, func(top shell.Pipeline) bool {
		return top.Pos == p.Pos && top.End == p.End && len(top.Calls) == len(p.Calls)
	})
}

// inCode reports whether the unit belongs to a program in a language other than
// shell.
func (s *Scene) inCode() bool {
	return s.Where.Has(text.Script|text.Fence|text.Payload) && !shellLike(s.Lang)
}

// readsFiles reports whether c prints, packs or copies the files it is given.
func readsFiles(c shell.Call) bool {
	switch c.Name {
	case "cat", "less", "more", "head", "tail", "base64", "xxd", "od", "strings", "cp", "mv", "tar", "zip", "gzip", "7z", "grep", "rg", "awk", "sed", "jq", "tee", "pbcopy", "xclip", "nl", "tac", "cut", "bat", "get-content", "copy-item", "type", "copy", "sqlite3", "dd", "hexdump", "openssl", "gpg", "rev", "cpio", "ditto", "rclone":
		return true
	}
	return false
}

// judgeBrowserStore wants the store and something that opens it.
func judgeBrowserStore(s *Scene) []Hit {
	m := browserSecret().FindStringIndex(s.Text)
	if m == nil {
		return nil
	}
	h := Hit{Pos: m[0], End: m[1]}
	near := s.Text
	if s.inCode() {
		near = s.Around(3, 8)
	}
	var opens bool
	s.EachPipeline(func(_ Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			opens = opens || readsFiles(call) || call.Name == "security" || call.Name == "find"
		}
	})
	if s.inCode() {
		opens = opens || opensFile().MatchString(near) || strings.Contains(near, "CryptUnprotectData")
	}
	if !opens {
		return nil
	}
	// Tools that reuse the session of the user's own browser read cookies.
	if cookies := strings.ToLower(s.Text[m[0]:m[1]]); s.inCode() && (strings.HasSuffix(cookies, "cookies") || strings.Contains(cookies, "cookies.sqlite")) {
		h.Severity = Medium
	}
	return []Hit{s.studied(h)}
}

// judgeKeychain tells a skill that reads its own item from one that takes what
// belongs to others.
func judgeKeychain(s *Scene) []Hit {
	if isComment(strings.TrimSpace(s.Text)) {
		return nil
	}
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			h := c.Hit()
			switch {
			case call.Name == "security" && len(call.Args) > 0:
				if h.Severity = keychainSeverity(call); h.Severity == 0 {
					continue
				}
			case call.Name == "secret-tool" && call.Has("all"), call.Name == "netsh" && strings.Contains(s.Text, "key=clear"):
			case strings.Contains(dumpers, " "+call.Name+" ") && len(call.Args) > 0 && !s.Where.Has(text.Prose|text.Frontmatter) && (c.Run() || !s.inCode()):
			default:
				continue
			}
			hits = append(hits, s.studied(h))
		}
	})
	if m := dumperCall().FindStringIndex(s.Text); m != nil && len(hits) == 0 {
		h := s.studied(Hit{Pos: m[0], End: m[1], Severity: High})
		if s.inCode() && !executes().MatchString(s.Around(2, 0)) {
			h.Confidence = Unlikely
		}
		hits = append(hits, h)
	}
	return hits
}

const dumpers = " mimikatz lazagne pypykatz secretsdump secretsdump.py sharpchrome vaultcmd "

func keychainSeverity(c shell.Call) Severity {
	switch c.Args[0].Text {
	case "dump-keychain", "export":
		if c.Has("d", "P") || c.Args[0].Text == "export" {
			return High
		}
		return Medium // names, no passwords
	case "find-internet-password":
		if _, own := c.Value("a"); own {
			return 0
		}
		return Medium
	case "find-generic-password":
	default:
		return 0
	}
	item, _ := c.Value("s")
	if account, ok := c.Value("a"); ok && item == "" {
		item = account
	}
	if lower := strings.ToLower(item); strings.HasSuffix(lower, "safe storage") && !strings.Contains(lower, "chrom") && !strings.Contains(lower, "brave") && !strings.Contains(lower, "edge") {
		return Medium // an app that the skill is a client of
	}
	if browserItem().MatchString(item) {
		return High
	}
	return 0
}

// judgeKeychainRead finds reads of a single item that judgeKeychain lets pass.
func judgeKeychainRead(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if len(call.Args) == 0 {
				continue
			}
			verb := call.Args[0].Text
			switch {
			case call.Name == "security" && verb == "find-generic-password" && keychainSeverity(call) == 0,
				call.Name == "secret-tool" && verb == "lookup", call.Name == "op" && verb == "read", call.Name == "keyring" && verb == "get", call.Name == "get-storedcredential":
				hits = append(hits, c.Hit())
			}
		}
	})
	return hits
}

func judgeHashes(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			registry := call.Name == "reg" && len(call.Args) > 0 && strings.EqualFold(call.Args[0].Text, "save")
			if (readsFiles(call) || registry || call.Name == "unshadow" || call.Name == "john") && slices.ContainsFunc(call.Args, func(w shell.Word) bool { return hashFile().MatchString(w.Text) }) {
				hits = append(hits, s.act(c))
				return
			}
		}
	})
	if m := opensHashes().FindStringIndex(s.Text); m != nil && len(hits) == 0 && s.inCode() {
		hits = append(hits, Hit{Pos: m[0], End: m[1]})
	}
	return hits
}

func judgeRepositoryKeys(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			asks := call.Name == "git" && len(call.Args) > 1 && call.Args[0].Text == "credential" && call.Args[1].Text == "fill"
			if asks || readsFiles(call) && slices.ContainsFunc(withoutValues(call), func(w shell.Word) bool { return homeFile(w.Text) && slices.Contains(secretsIn(w.Text), repositoryKeys) }) {
				hits = append(hits, c.Hit())
				return
			}
		}
	})
	if len(hits) == 0 && s.inCode() {
		if q := quotedParts(s.Text); homeFile(q) && slices.Contains(secretsIn(q), repositoryKeys) && readsContent().MatchString(s.Text) {
			hits = append(hits, Hit{Pos: 0, End: len(s.Text)})
		}
	}
	return hits
}

// homeFile reports whether a path lies in somebody's home folder.
func homeFile(path string) bool {
	return strings.Contains(path, "~/") || strings.Contains(path, "HOME") || strings.Contains(path, "/home/") || strings.Contains(path, "/root/") || strings.Contains(path, "/Users/")
}

//nolint:gochecknoglobals // compiled on first use
var (
	readsContent  = lazy(`(?i)\bopen\([^)\n]{0,200}\)\s*(?:as\b|\.read|\))|\.read\(|read_text\(|read_bytes\(|readFile|createReadStream|File\.read|file_get_contents|json\.load|ReadAllText|os\.ReadFile|fs::read|shutil\.copy|copyFile|with open`)
	browserSecret = lazy(`(?i)\bLogin\\? Data\b|\bkey[34]\.db\b|\blogins\.json\b|\bcookies\.sqlite\b|Local\\? Extension\\? Settings|Chrome Safe Storage|nkbihfbeogaeaoehlefnkodbefgpgknn|CryptUnprotectData|(?:Chrome|Chromium|Brave-Browser|Edge|Vivaldi|Opera)[^\n"']{0,60}[/\\](?:Network[/\\])?Cookies\b`)
	browserItem   = lazy(`(?i)^(?:google )?(?:chrome|chromium|brave|(?:microsoft )?edge|firefox|safari|opera|icloud|metamask|exodus|login)\b|\bsafe storage$|\bcom\.apple\.`)
	dumperCall    = lazy(`(?i)sekurlsa::|lsadump::|procdump[^\n]{0,40}lsass|MiniDump\s+\d+|comsvcs\.dll|wlan show profile[^\n]{0,60}key=clear`)
	huntedName    = lazy(`(?i)\.kdbx$|wallet|\bseed|mnemonic|id_rsa|id_ed25519|^\*?\.pem$|^\*\.key$|password|\.ovpn$|keystore|^\.env|credential|private.?key|api.?key|AKIA`)
	money         = lazy(`(?i)wallet|\.kdbx|seed|mnemonic|keystore|electrum|exodus`)
	walks         = lazy(`(?i)glob\(|os\.walk|rglob|readdir|listdir|opendir|walkdir|copytree|shutil\.copy|\bopen\(|readFile`)
	hashFile      = lazy(`(?i)^(?:/etc/(?:g?shadow-?|master\.passwd)|HKLM\\*(?:SAM|SYSTEM|SECURITY))$|config\\SAM$`)
	opensHashes   = lazy(`(?i)(?:\bopen|readFile(?:Sync)?|read_text|file_get_contents|ReadFile|createReadStream)\(\s*f?["'\x60]/etc/(?:g?shadow|master\.passwd)`)
)
