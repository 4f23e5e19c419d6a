package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeSudoers finds changes to who may become root. A rule for single commands
// is less than one for all.
func judgeSudoers(s *Scene) []Hit {
	h, ok := s.changedByCommand(sudoersFile())
	if !ok {
		if !s.inCode() || !sudoersFile().MatchString(quotedParts(s.Text)) || !writesFile().MatchString(s.Text) {
			return nil
		}
		h = Hit{Pos: 0, End: len(s.Text), Confidence: Likely}
	}
	if near := s.Around(3, 3); !rootForAll().MatchString(near) {
		h.Severity = Medium
	}
	return []Hit{h}
}

func judgeSetuid(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			switch call.Name {
			case "chmod":
				if len(call.Args) > 1 && slices.ContainsFunc(call.Args, func(w shell.Word) bool { return setuidMode().MatchString(w.Text) }) {
					hits = append(hits, s.act(c))
				}
			case "setcap":
				if slices.ContainsFunc(call.Args, func(w shell.Word) bool { return strongCapability().MatchString(w.Text) }) {
					hits = append(hits, s.act(c))
				}
			}
		}
	})
	return hits
}

func judgeGroup(s *Scene) []Hit {
	m := rootGroup().FindStringIndex(s.Text)
	if m == nil {
		return nil
	}
	return []Hit{{Pos: m[0], End: m[1]}}
}

// judgeContainer is graver where the host's root is mounted and entered.
func judgeContainer(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			h := s.act(c)
			source := s.Text[c.Pos:c.End]
			switch call.Name {
			case "docker", "podman", "nerdctl":
				if !privilegedRun().MatchString(source) {
					continue
				}
				h.Severity = Low
				if strings.Contains(source, "-v /:/") && (strings.Contains(source, "--privileged") || strings.Contains(source, "chroot")) {
					h.Severity = High
				}
			case "nsenter":
				target, _ := call.Value("t", "target")
				if target != "1" {
					continue
				}
				h.Severity = High
			default:
				continue
			}
			hits = append(hits, h)
		}
	})
	if m := privilegedData().FindStringIndex(s.Text); m != nil && len(hits) == 0 && s.Where.Has(text.Data|text.Fence) {
		hits = append(hits, Hit{Pos: m[0], End: m[1], Severity: Low})
	}
	if m := escapesCgroup().FindStringIndex(s.Text); m != nil && len(hits) == 0 && s.Where.Has(text.Code) {
		hits = append(hits, s.studied(Hit{Pos: m[0], End: m[1], Severity: High}))
	}
	return hits
}

// judgeProcess leaves allocators and profilers alone, which are preloaded by
// their own tools.
func judgeProcess(s *Scene) []Hit {
	for _, m := range processWrite().FindAllStringIndex(s.Text, 4) {
		return []Hit{{Pos: m[0], End: m[1]}}
	}
	m := preload().FindStringSubmatchIndex(s.Text)
	if m == nil {
		return nil
	}
	library := s.Text[m[2]:m[3]]
	h := Hit{Pos: m[0], End: m[1], Severity: Low}
	if hiddenProgram().MatchString(library) || strings.Contains(s.Text, "sudo ") && !strings.HasPrefix(library, "/usr/lib") && !strings.Contains(library, "$") {
		h.Severity = High
	}
	if wellKnownPreload().MatchString(library) || strings.HasPrefix(library, "$") {
		return nil
	}
	return []Hit{h}
}

func judgeProtection(s *Scene) []Hit {
	if h, ok := s.switchesOff(); ok {
		return []Hit{h}
	}
	return nil
}

func (s *Scene) switchesOff() (Hit, bool) {
	var hit Hit
	found := false
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for i := range p.Calls {
			if severity := offSeverity(commandLine(p.Calls[i])); severity > 0 && !found {
				hit, found = s.act(c), true
				hit.Severity = severity
			}
		}
	})
	return hit, found
}

// offSeverity rates a command in lower case words.
func offSeverity(command string) Severity {
	switch {
	case blindsSystem().MatchString(command):
		return High
	case weakensSystem().MatchString(command):
		return Medium
	}
	return 0
}

func judgeKernel(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if (call.Name == "insmod" || call.Name == "kextload") && len(call.Operands()) > 0 && strings.ContainsAny(call.Operands()[0].Text, "/.") {
				hits = append(hits, s.act(c))
			}
		}
	})
	return hits
}

//nolint:gochecknoglobals // compiled on first use
var (
	sudoersFile      = lazy(`/etc/sudoers`)
	rootForAll       = lazy(`(?i)NOPASSWD:\s*ALL\b|ALL\s*=\s*\(ALL(?::ALL)?\)\s*(?:NOPASSWD:\s*)?ALL\b`)
	setuidMode       = lazy(`^(?:[ugoa]*\+[rwx]*s[rwx]*|0?[46][0-7]{3})$`)
	strongCapability = lazy(`(?i)cap_(?:setuid|setgid|sys_admin|sys_ptrace|dac_override|dac_read_search|sys_module|chown|fowner)`)
	rootGroup        = lazy(`(?i)\busermod\s+(?:-\w+\s+)*-?-?\w*G\w*\s+(?:[\w,]*,)?(?:sudo|wheel|docker|root|admin|lxd|disk)\b|\bgpasswd\s+-a\s+\S+\s+(?:sudo|wheel|docker|root)\b|\badduser\s+\S+\s+(?:sudo|wheel|docker)\b|\bnet\s+localgroup\s+administrators\s+\S+\s+/add|dseditgroup\b[^\n]{0,60}\badmin\b`)
	privilegedRun    = lazy(`--privileged\b|-v\s+/:/|--pid[= ]host|docker\.sock:|cap-add[= ](?:SYS_ADMIN|ALL)\b`)
	privilegedData   = lazy(`(?i)\bprivileged["']?\s*:\s*true|/var/run/docker\.sock\s*:|/run/docker\.sock:`)
	escapesCgroup    = lazy(`release_agent\b[^\n]{0,80}(?:>|echo|write)|>\s*\S*release_agent`)
	processWrite     = lazy(`(?i)>\s*/etc/ld\.so\.preload|\bptrace\(\s*PTRACE_(?:ATTACH|POKE\w+|SEIZE)|process_vm_writev\(|WriteProcessMemory\(|CreateRemoteThread\(|VirtualAllocEx\(|open\(["']/proc/(?:self|\d+|\{?\w+\}?)/mem["']\s*,\s*["'][^"']*[w+]`)
	preload          = lazy(`\b(?:LD_PRELOAD|DYLD_INSERT_LIBRARIES)["']?\s*[=:]\s*["']?([^\s"';]+\.(?:so|dylib)[\w.]*)`)
	wellKnownPreload = lazy(`(?i)jemalloc|tcmalloc|mimalloc|libfaketime|libasan|libtsan|libubsan|libSegFault|libeatmydata|libgomp|stdc\+\+|proxychains|libc\.so|libpthread|torsocks|fakeroot|heaptrack|gperftools|libprofiler|nvidia|libcuda|bytehound|lib\w+_san`)
	blindsSystem     = lazy(`(?i)^spctl --(?:master|global)-disable|^csrutil disable|^set-mppreference\b.*-Disable\w+\s+\$?true|^add-mppreference\b.*-Exclusion|^sc(?:\.exe)? stop windefend|^wevtutil cl |^clear-eventlog|^auditctl -e 0|^netsh advfirewall set \w+ state off|^rm -rf /var/log/?\*?$|^killall \w*xprotect`)
	weakensSystem    = lazy(`(?i)^setenforce 0|^history -c$|^unset histfile|^export HIST(?:FILE=/dev/null|SIZE=0)|^ufw disable|^iptables -F$|^systemctl (?:stop|disable)(?: --now)? (?:firewalld|auditd|ufw|apparmor)|^tccutil reset`)
)
