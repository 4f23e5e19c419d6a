package rules

import (
	"bytes"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

const maxListBack = 80 // lines between an element of a list and its beginning

// enclosed finds elements of a list, over several lines, whose name says that
// it holds what is looked for, refused or tested.
func (s *Scene) enclosed(Hit) Doubt {
	if !s.Where.Has(text.Script | text.Data | text.Fence) {
		return Doubt{}
	}
	own := s.Doc.Line(s.First)
	indent := indentOf(own)
	if indent == 0 || !element().Match(bytes.TrimSpace(own)) {
		return Doubt{}
	}
	for i := s.First - 1; i >= 0 && i > s.First-maxListBack; i-- {
		line := s.Doc.Line(i)
		if len(bytes.TrimSpace(line)) == 0 || len(line) > maxAround || indentOf(line) >= indent {
			continue
		}
		indent = indentOf(line)
		if listOpens().Match(line) {
			if s.executesList(string(line)) {
				break
			}
			return Doubt{Steps: 2, Reason: "it stands in a list of patterns or tests", firm: true}
		}
		if indent == 0 {
			break
		}
	}
	return Doubt{}
}

func indentOf(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

// aboutDefence reports whether the path says that the document is about attacks
// and how to stop them.
func (s *Scene) aboutDefence() bool { return defencePath().MatchString(strings.ToLower(s.Doc.Path)) }

// studied lowers the confidence of a hit without an address of its own in text
// about attacks.
func (s *Scene) studied(h Hit) Hit {
	if s.aboutDefence() && s.Where.Has(text.Prose|text.Fence|text.Data|text.Frontmatter) {
		h.Confidence, h.Reason = Unlikely, "the text is about attacks and defence"
	}
	return h
}

// teaches reports whether the unit is text beside a skill about defence: what
// it shows is what to look for.
func (s *Scene) teaches() bool {
	return s.Where.Has(text.Prose|text.Fence|text.Data) && !strings.HasSuffix(strings.ToLower(s.Doc.Path), "skill.md") && s.aboutDefence()
}

//nolint:gochecknoglobals // compiled on first use
var (
	element     = lazy(`^(?:[rbfu]{0,2}["'\x60]|[({\[]\s*["'/]|/|-\s|\{\s*\w+\s*:|\w+\s*:\s*["'/\x60]|["'\w]+\s*:|\(r?["'])`)
	listOpens   = lazy(`(?i)\b\w*(?:den(?:y|ied)|block|blacklist|forbid|danger|disallow|malicious|suspicious|pattern|signature|regex|indicator|ioc|detect|threat|unsafe|prohibit|red_?flag|attack|payload|evil|exploit|vulnerab|inject|expect|sensitive|protected|restricted|destructive|risk|harmful|banned|never|test|cases?\b|example|sample|keyword|rules?\b|checks?\b|scan|audit|exclude|catastroph|critical|severe|high)\w*["'\x60]?(?:\s*:[^=\n]{0,60})?\s*(?:=|:|\()\s*(?:new\s+)?(?:\w+\s*\(\s*)?[\[({]?\s*[\[({]?\s*(?://.*|#.*)?$`)
	defencePath = lazy(`(?:^|[/_.-])(?:\w*secur\w*|\w*sec|\w*guard\w*|guardian|firewall|sentinel|\w*shield\w*|defen[cs]e\w*|defender|audit\w*|\w*scan\w*|vet(?:ting|ter)?|protect\w*|threats?|attack\w*|patterns|vulnerab\w*|injection\w*|malware|harden\w*|pentest\w*|penetration|privilege-escalation|offensive|hacking|abusing|exploiting|escaping|bypassing|cracking|evading|\w*hunting|lateral-movement|credential-(?:access|dumping)|memory-dump|metasploit|adversar\w*|incident-response|dfir|artifacts?|ssrf|xss|sqli|redteam\w*|red-team\w*|exploit\w*|sandbox\w*|permissions?|safe\w*|ctf|forensic\w*|detect\w*|blacklist\w*|blocklist|denylist|canary|aegis|bastion|marshal|policy)(?:[/._-]|$)`)
)
