package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeSocketShell wants a connection and a shell on it within a few lines.
func judgeSocketShell(s *Scene) []Hit {
	near := s.Around(8, 14)
	if s.Where.Has(text.Prose | text.Comment) {
		near = s.Text
	}
	if !opensSocket().MatchString(near) || !shellOnSocket().MatchString(near) {
		return nil
	}
	h := Hit{Pos: 0, End: len(s.Text), Confidence: Unlikely}
	for _, m := range literalsIn(near, 64) {
		if publicHost(near[m.Pos:m.End]) {
			h.Confidence = Certain
		}
	}
	for _, m := range bareIP().FindAllString(near, 8) {
		if publicHost(m) {
			h.Confidence = Certain
		}
	}
	return []Hit{h}
}

func publicHost(literal string) bool {
	if strings.ContainsAny(literal, " /,;()") || strings.Count(literal, ".") == 0 || len(literal) > 80 || looksLikeFile(literal) {
		return false
	}
	switch host.Parse(literal).Class {
	case host.Local, host.Example:
		return false
	default:
		return true
	}
}

func looksLikeFile(name string) bool {
	for _, end := range []string{".py", ".sh", ".js", ".txt", ".json", ".md", ".log", ".exe", ".so"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "%") || strings.Contains(name, "...")
}

// judgeMetadata is graver where credentials are asked for.
func judgeMetadata(s *Scene) []Hit {
	m := metadataHost().FindStringIndex(s.Text)
	if m == nil {
		return nil
	}
	h := Hit{Pos: m[0], End: m[1]}
	if s.Where.Has(text.Prose|text.Data) && !requests().MatchString(s.Text) {
		h.Severity = Info
		if s.Where.Has(text.Data) {
			h.Confidence = Unlikely
		}
		return []Hit{h}
	}
	if metadataSecrets().MatchString(s.Text) && !s.inCode() {
		h.Severity = High
	}
	return []Hit{s.studied(h)}
}

// judgeTunnel is graver where a foreign host can reach this machine's shell.
func judgeTunnel(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			h := c.Hit()
			arg := ""
			if len(call.Args) > 0 {
				arg = call.Args[0].Text
			}
			switch call.Name {
			case "ngrok":
				if arg != "http" && arg != "tcp" && arg != "start" && arg != "tls" {
					continue
				}
			case "cloudflared":
				if arg != "tunnel" && arg != "access" {
					continue
				}
			case "lt", "localtunnel", "bore", "frpc", "chisel":
				if len(call.Args) == 0 {
					continue
				}
			case "npx":
				if arg != "localtunnel" {
					continue
				}
			case "ssh", "autossh":
				v, ok := call.Value("R")
				if !ok {
					continue
				}
				h.Severity = Medium
				if to := firstHost(call); strings.HasSuffix(v, ":22") && len(to) > 0 && host.Parse(to[0]).Class == host.RawIP {
					h.Severity = High
				}
			default:
				continue
			}
			hits = append(hits, h)
		}
	})
	return hits
}

//nolint:gochecknoglobals // compiled on first use
var (
	opensSocket     = lazy(`(?i)\.connect\(\(|socket\.create_connection|fsockopen\(|TCPSocket|net\.Socket\(|net\.connect\(|sockaddr_in\(|Sockets\.TCPClient|IO::Socket|net\.Dial\(|java\.net\.Socket|new Socket\(`)
	shellOnSocket   = lazy(`(?i)os\.dup2\([^)\n]{0,60}fileno\(\)|pty\.spawn\(|subprocess\.\w+\(\s*\[?\s*["'](?:/bin/)?(?:ba|z)?sh["'][^\n]{0,40}(?:-i|stdin\s*=)|(?:subprocess\.(?:check_output|run|Popen|getoutput)|os\.popen)\([^\n]{0,60}(?:recv|data|cmd|command)\b[^\n]{0,80}|(?:/bin/)?(?:ba)?sh\s+-i\b|\b(?:exec|system|shell_exec|passthru|popen|proc_open)\(["'](?:/bin/)?(?:ba)?sh\b|spawn\(\s*["'](?:/bin/(?:ba)?sh|cmd(?:\.exe)?|powershell)|\bsh\.stdin|\.pipe\(\w+\.stdin\)|\biex\b|Invoke-Expression|open\(STDIN,|exec\.Command\(["'](?:/bin/)?(?:ba)?sh["']\)|ProcessBuilder\(["'](?:/bin/)?(?:ba)?sh|proc_open\(["'](?:/bin/)?sh|\bsystem\s*\$_|IO\.popen\(\w+\s*,`)
	bareIP          = lazy(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)
	metadataHost    = lazy(`(?i)169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2|100\.100\.100\.200|fd00:ec2::254|0xa9fea9fe|\b2852039166\b`)
	metadataSecrets = lazy(`(?i)security-credentials|/iam/|service-accounts/[^\s"']*/(?:token|identity)|oauth2/token|api/token|user-data|ram/security|v2/credentials|AWS_CONTAINER_CREDENTIALS`)
	requests        = lazy(`(?i)\b(?:curl|wget|fetch|requests?\.get|http get|urlopen|Invoke-\w+|axios)\b`)
)
