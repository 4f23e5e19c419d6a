package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
)

// judgeScheduled finds jobs that are installed; what they run decides how grave
// that is.
func judgeScheduled(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if !schedules(call) {
				continue
			}
			h := s.act(c)
			source := s.Text[c.Pos:c.End]
			switch {
			case pipesToShell().MatchString(source) || carriesShell().MatchString(source):
				h.Severity = Critical
			case disguisedJob().MatchString(source):
				h.Severity = High
			case hiddenProgram().MatchString(source) && writesText(call, p):
				h.Severity = Medium
			}
			hits = append(hits, h)
			return
		}
	})
	return hits
}

// writesText reports whether the job itself stands in the command, not in a
// file that it takes.
func writesText(c shell.Call, p shell.Pipeline) bool {
	return len(p.Calls) > 1 || len(c.Redirects) > 0 || c.Name == "schtasks"
}

func schedules(c shell.Call) bool {
	for _, r := range c.Redirects {
		if strings.HasPrefix(r.Op, ">") && jobFile().MatchString(r.Target.Text) {
			return true
		}
	}
	first := ""
	if len(c.Args) > 0 {
		first = strings.ToLower(c.Args[0].Text)
	}
	toFile := func(w shell.Word) bool { return jobFile().MatchString(w.Text) }
	switch c.Name {
	case "crontab":
		return len(c.Args) > 0 && !c.Has("l", "e", "r") && first != "-h"
	case "schtasks":
		return first == "/create"
	case "launchctl":
		return first == "load" || first == "bootstrap" || first == "submit"
	case "systemctl":
		return slices.ContainsFunc(c.Args, func(w shell.Word) bool { return w.Text == "enable" })
	case "register-scheduledtask", "new-scheduledtask":
		return true
	case "tee", "cp", "mv", "ln", "install":
		return slices.ContainsFunc(c.Operands(), toFile)
	}
	return false
}

// judgeAutostart is graver for programs that lie where none are installed.
func judgeAutostart(s *Scene) []Hit {
	h := Hit{Pos: s.spans[0].Pos, End: s.spans[0].End}
	if disguisedJob().MatchString(s.Text) || pipesToShell().MatchString(s.Text) {
		h.Severity = High
	}
	return []Hit{h}
}

// judgeAuthorizedKeys leaves alone what adds a key file of the user's own.
func judgeAuthorizedKeys(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for i, call := range p.Calls {
			if !changes(call, keysFile()) || call.Name == "rm" {
				continue
			}
			source := call
			if i > 0 {
				source = p.Calls[0]
			}
			h := s.act(c)
			switch {
			case source.Fetches(), knownKey().MatchString(s.Text[c.Pos:c.End]):
			default:
				continue
			}
			hits = append(hits, h)
		}
	})
	if len(hits) == 0 && s.inCode() && writesFile().MatchString(s.Around(0, 3)) && knownKey().MatchString(s.Around(6, 3)) {
		hits = append(hits, Hit{Pos: 0, End: len(s.Text)})
	}
	return hits
}

// judgeProfile leaves out settings of variables, aliases, completions, and the
// initialisation lines of known tools.
func judgeProfile(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for i, call := range p.Calls {
			if !changes(call, profileFile()) || call.Name == "cp" || call.Name == "mv" || call.Name == "ln" || call.Name == "sed" {
				continue
			}
			_, line, _ := strings.Cut(commandLine(p.Calls[max(0, i-1)]), " ")
			shadows := shadowsCommand().MatchString(line)
			if line == "" || harmlessLine().MatchString(line) && !runsHidden().MatchString(line) && !shadows {
				continue
			}
			h := s.act(c)
			switch {
			case shadows:
				h.Severity, h.Message = High, "Name of a trusted command given to another program"
			case pipesToShell().MatchString(line) || carriesShell().MatchString(line) || disguisedJob().MatchString(line):
				h.Severity = High
			case runsHidden().MatchString(line):
				h.Severity = Medium
			}
			hits = append(hits, h)
		}
	})
	if len(hits) == 0 && s.inCode() && profileFile().MatchString(quotedParts(s.Text)) && writesFile().MatchString(s.Text) && runsHidden().MatchString(s.Text) {
		hits = append(hits, Hit{Pos: 0, End: len(s.Text), Severity: Medium})
	}
	return hits
}

// judgeGitConfig wants a setting for more than one repository that runs a
// program.
func judgeGitConfig(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if call.Name != "git" || len(call.Args) < 3 || call.Args[0].Text != "config" || !call.Has("global", "system") || call.Has("get", "unset") {
				continue
			}
			for i, w := range call.Args[:len(call.Args)-1] {
				key := strings.ToLower(w.Text)
				value := call.Args[i+1].Text
				if url, ok := strings.CutSuffix(key, ".insteadof"); ok && redirectsForge(strings.TrimPrefix(url, "url."), value) {
					h := s.act(c)
					h.Severity, h.Message = High, "Repositories of a forge fetched from another host"
					hits = append(hits, h)
				}
				if key == "core.hookspath" || key == "init.templatedir" || (key == "core.fsmonitor" || key == "core.sshcommand" || key == "core.pager") && strings.ContainsAny(value, "/~") {
					hits = append(hits, s.act(c))
				}
			}
		}
	})
	return hits
}

// redirectsForge reports whether git is told to ask a host that nobody knows
// for what lies on a forge.
func redirectsForge(to, from string) bool {
	a := host.Parse(to)
	mirror := strings.Contains(strings.TrimLeft(a.Path, "/"), "github.com") // a proxy that says so
	return (somebodys(a) || isMadeUp(a)) && !mirror && published(host.Parse(strings.Replace(strings.TrimPrefix(from, "git@"), ":", "/", 1))) ||
		somebodys(a) && !mirror && strings.HasPrefix(from, "https://git")
}

//nolint:gochecknoglobals // compiled on first use
var (
	shadowsCommand = lazy(`\balias\s+(?:sudo|su|doas|passwd|gpg|ssh|login)=\\?["']?\s*(?:(?:~|\$HOME)/(?:[\w-]+/)*\.|/tmp/|/var/tmp/|/dev/shm/)`)
	jobFile        = lazy(`(?i)^["']?(?:/etc/cron(?:tab|\.\w+/\S+)|/var/spool/cron\S*|\S*/Library/Launch(?:Agents|Daemons)\b\S*|/etc/systemd/system\S*|\S*/systemd/user\S*|/etc/rc\.local|/etc/init\.d/\S+|\S*autostart/\S+)`)
	carriesShell   = lazy(`(?i)/dev/tcp/|\bbase64\s+(?:-d|-D|--decode)\b|\bnc\s+(?:-\w+\s+)*-e\b|\b(?:curl|wget)\b[^\n;]{0,160}(?:&&|;)[^\n]{0,80}\b(?:ba|z)?sh\b|\beval\s+["'$]{0,3}\(?(?:curl|wget)|<\((?:curl|wget)`)
	disguisedJob   = lazy(`(?i)(?:/tmp|/var/tmp|/dev/shm)/\.[\w-]+|/\.[\w-]+/\.[\w-]+(?:/|\s|["'&;]|$)|(?:^|[^m])/Library/Launch(?:Agents|Daemons)/com\.apple\.|\\Users\\Public\\|%TEMP%|\\AppData\\Local\\Temp\\`)
	hiddenProgram  = lazy(`(?:/tmp|/var/tmp|/dev/shm)/[\w./-]+|[/~](?:\.[\w-]+/)+\.[\w-]+`)
	keysFile       = lazy(`authorized_keys\b`)
	knownKey       = lazy(`\bssh-(?:rsa|ed25519|dss)\s+AAAA[A-Za-z0-9+/]{3}|\becdsa-sha2-\S+\s+AAAA`)
	profileFile    = lazy(`(?i)(?:^|[/~"'\s])\.?(?:bashrc|zshrc|bash_profile|zprofile|zshenv|profile|bash_login)\b|config\.fish\b|^\$PROFILE\b|/etc/profile`)
	harmlessLine   = lazy(`(?i)^\s*(?:-e\s+|-n\s+)?["'\s\\n#]*(?:export\b|alias\b|set\b|setx?\b|unset\b|\w+=|PATH|fpath|autoload|compinit|complete\b|bindkey|typeset|eval "?\$\(\S*(?:starship|direnv|zoxide|fnm|mise|rbenv|pyenv|nodenv|atuin|brew|thefuck|gh|uv|uvx|op|fzf|conda|mamba|micromamba|\w+) (?:init|hook|env|completion|shellenv|activate|generate|shell)\b|eval "\$\(/\S*brew shellenv\)|source <\(|\. <\(|source\s|\.\s|\[ -[sf]|\[\[|if\b|function\b|#|%s|plugins=|zstyle|Import-Module|Invoke-Expression \(&|\$\w+$|\$\{?\w+)`)
	runsHidden     = lazy(`(?i)\bnohup\b|\b(?:curl|wget)\b|\s&\s*(?:\\n)?["']?\s*(?:>|\)|$)|\bbase64\b|/dev/tcp|\bpython3?\s+[~/$]|\bnode\s+[~/$]|/tmp/`)
)
