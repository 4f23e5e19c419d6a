package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeApproval is graver where the text lifts all limits in the same breath.
func judgeApproval(s *Scene) []Hit {
	h := Hit{Pos: s.spans[0].Pos, End: s.spans[0].End}
	if s.Where.Has(text.Prose|text.Comment|text.Payload|text.Frontmatter) && (lawless().MatchString(s.Text) || chatTokens().MatchString(s.Text) || hidesFrom().MatchString(s.Text)) {
		h.Severity = High
	} else if s.Where.Has(text.Prose | text.Frontmatter) {
		h.Severity = Low // the manual of a tool
	}
	return []Hit{s.doubted(h)}
}

// judgeAllowedTools looks at the one field of the frontmatter.
func judgeAllowedTools(s *Scene) []Hit {
	key, value, ok := strings.Cut(s.Text, ":")
	field := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(key), "_", "-"))
	if !ok || field != "allowed-tools" && field != "allowedtools" {
		item := strings.Trim(strings.TrimLeft(s.Text, " -"), `"' `)
		if !s.underAllowedTools() {
			return nil
		}
		return toolsHit(s, []string{item})
	}
	value = strings.Trim(strings.TrimSpace(value), `[]"'`)
	return toolsHit(s, strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '"' || r == '\'' || r == '[' || r == ']' }))
}

func toolsHit(s *Scene, tools []string) []Hit {
	severity := Severity(0)
	for _, t := range tools {
		switch strings.ToLower(strings.Trim(t, `"'`)) {
		case "*", "all":
			severity = max(severity, Medium)
		case "bash(*)", "bash(*:*)", "shell(*)", "exec(*)":
			severity = max(severity, Low)
		case "bash", "shell", "exec":
			severity = max(severity, Info)
		}
	}
	if severity == 0 {
		return nil
	}
	return []Hit{{Pos: 0, End: len(s.Text), Severity: severity}}
}

// underAllowedTools reports whether the list item belongs to the field.
func (s *Scene) underAllowedTools() bool {
	for i := s.First - 1; i >= 0 && i > s.First-20; i-- {
		line := strings.TrimSpace(string(s.Doc.Line(i)))
		if strings.HasPrefix(line, "-") {
			continue
		}
		line = strings.ToLower(strings.ReplaceAll(line, "_", "-"))
		return strings.HasPrefix(line, "allowed-tools:") || strings.HasPrefix(line, "allowedtools:")
	}
	return false
}

func judgeHook(s *Scene) []Hit {
	head := s.Around(4, 12)
	if !strings.Contains(head, "hooks:") || !strings.Contains(head, "command") || strings.HasPrefix(strings.TrimSpace(s.Text), "description") {
		return nil
	}
	h := Hit{Pos: 0, End: len(s.Text)}
	if pipesToShell().MatchString(head) {
		h.Severity = Critical
	}
	return []Hit{h}
}

// judgeMiner wants a miner that is started, or an address of a pool.
func judgeMiner(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if minerName().MatchString(call.Name) && len(call.Args) > 1 && !readsFiles(call) {
				hits = append(hits, s.act(c))
				return
			}
		}
	})
	if m := poolAddress().FindStringIndex(s.Text); m != nil && len(hits) == 0 {
		hits = append(hits, s.studied(Hit{Pos: m[0], End: m[1]}))
	}
	return hits
}

//nolint:gochecknoglobals // compiled on first use
var (
	minerName   = lazy(`(?i)^(?:xmrig|xmr-stak\w*|minerd|cpuminer\w*|ethminer|nbminer|phoenixminer|lolminer|t-rex|cgminer|bfgminer)$`)
	poolAddress = lazy(`(?i)stratum\+(?:tcp|ssl|tls|udp)://[\w.-]+\.[a-z]{2,}:\d+|<script[^>]{0,80}coinhive\.(?:min\.)?js|new CoinHive\.(?:Anonymous|User)`)
)
