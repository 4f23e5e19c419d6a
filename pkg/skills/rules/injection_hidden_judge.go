package rules

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeHiddenComment wants an addressee or concealment, and an act.
func judgeHiddenComment(s *Scene) []Hit {
	var hits []Hit
	for _, m := range hiddenPassages(s) {
		comment := s.Text[m[0]:m[1]]
		addressed := addressee().MatchString(comment)
		covert := covertWords().MatchString(comment) || overrideEnglish().MatchString(comment)
		acts := covertAction().MatchString(comment)
		fetches := pipesToShell().MatchString(comment)
		secretive := covert && (addressed || hidesFrom().MatchString(comment)) || addressed && secretOrAddress(comment)
		if !fetches && (!acts || !secretive) {
			continue
		}
		if todo().MatchString(comment) && !fetches {
			continue
		}
		hits = append(hits, s.said(Hit{Pos: m[0], End: m[1], Confidence: Likely})...)
	}
	return hits
}

// hiddenPassages returns the ranges of the unit that a rendered page leaves
// out.
func hiddenPassages(s *Scene) [][]int {
	list := htmlComment().FindAllStringIndex(s.Text, 8)
	if len(list) == 0 && s.Where.Has(text.Comment) {
		return [][]int{{0, len(s.Text)}}
	}
	return append(list, linkComment().FindAllStringIndex(s.Text, 8)...)
}

func secretOrAddress(t string) bool {
	if k, ok := gravest(t); ok && secretKinds()[k].grave {
		return true
	}
	for _, a := range host.Find(t) {
		switch a.Class {
		case host.RawIP, host.Bin, host.Paste, host.Tunnel, host.FileShare:
			return true
		default:
		}
	}
	return false
}

// judgeHiddenStyle wants text inside the hidden element.
func judgeHiddenStyle(s *Scene) []Hit {
	var hits []Hit
	for _, m := range hiddenElement().FindAllStringSubmatchIndex(s.Text, 8) {
		if inQuotes(s.Text, m[0]) {
			continue
		}
		inner := strings.TrimSpace(tag().ReplaceAllString(s.Text[m[2]:m[3]], ""))
		if len(inner) < 12 {
			continue
		}
		h := Hit{Pos: m[0], End: m[1]}
		if addressee().MatchString(inner) && covertAction().MatchString(inner) || overrideEnglish().MatchString(inner) || covertWords().MatchString(inner) {
			h.Severity = High
		}
		hits = append(hits, h)
	}
	return hits
}

// judgeRemoteInstructions wants an address between the fetching and the
// following.
func judgeRemoteInstructions(s *Scene) []Hit {
	if len(s.Addresses()) == 0 {
		return nil
	}
	var hits []Hit
	for _, m := range fetchAndFollow().FindAllStringIndex(s.Text, 4) {
		h := Hit{Pos: m[0], End: m[1]}
		for _, a := range host.Find(s.Text[m[0]:m[1]]) {
			switch a.Class {
			case host.RawIP, host.Paste, host.Bin, host.Tunnel, host.FileShare, host.Shortener:
				h.Severity = High
			case host.Vendor, host.Registry:
				h.Severity = max(h.Severity, Low)
			default:
				if s.Where.Has(text.Comment) {
					h.Severity = High
				}
			}
		}
		hits = append(hits, h)
	}
	return hits
}

// judgeEscapes rates what the sequences do: colours are harmless.
func judgeEscapes(s *Scene) []Hit {
	h := Hit{Pos: s.spans[0].Pos, End: s.spans[len(s.spans)-1].End, Severity: Low}
	for _, m := range s.spans {
		seq := s.Text[m.Pos:m.End]
		switch {
		case strings.HasPrefix(seq, "\x1b]52"), strings.HasSuffix(seq, "[8m"), strings.Contains(seq, ";8m"):
			h.Severity = High
		case strings.HasPrefix(seq, "\x1b]"), !strings.HasSuffix(seq, "m"):
			h.Severity = max(h.Severity, Medium)
		}
	}
	if s.Where.Has(text.Fence) || strings.HasSuffix(s.Doc.Path, ".log") {
		h.Severity = min(h.Severity, Low)
	}
	return []Hit{h}
}

// escapeTriggers lists the beginnings of control sequences, commands to the
// terminal, and their one-byte form.
func escapeTriggers() []string {
	var out []string
	for _, c := range "0123456789?mhjkabcdfgsu" {
		out = append(out, "\x1b["+string(c))
	}
	for _, c := range "0123456789" {
		out = append(out, "\x1b]"+string(c), "\u009b"+string(c))
	}
	return out
}

// judgePadding reports a run of blank lines once, at the first trigger in it,
// where text follows; and blanks in a line that push its rest away.
func judgePadding(s *Scene) []Hit {
	all := []Hit{{Pos: 0, End: len(s.Text)}}
	if !s.blankLine(s.First) {
		if line := s.Raw(); len(line) == 0 || line[0] == '|' || s.Where.Has(text.Data) || !pushesText(line) {
			return nil
		}
		return all
	}
	before := 0
	for before < paddingLines && s.blankLine(s.First-1-before) {
		before++
	}
	if before == paddingLines {
		return nil
	}
	for i := s.First + 1; i < s.Doc.Lines(); i++ {
		if !s.blankLine(i) {
			return all
		}
	}
	return nil
}

// pushesText reports whether text stands behind 400 blanks or 100 tabs.
func pushesText(line []byte) bool {
	blanks, tabs := 0, 0
	for _, c := range line {
		switch {
		case c == '\t':
			tabs++
		case c == ' ':
			blanks++
		case blanks+tabs >= 400 || tabs >= 100:
			return true
		default:
			blanks, tabs = 0, 0
		}
	}
	return false
}

// blankLine reports whether line i exists and holds nothing but blanks.
func (s *Scene) blankLine(i int) bool {
	if i < 0 || i >= s.Doc.Lines() {
		return false
	}
	line := s.Doc.Line(i)
	// Of a long line that is asked about part by part the end often tells.
	if n := len(line); n > 0 && line[n-1] > ' ' && line[n-1] < utf8.RuneSelf {
		return false
	}
	return len(bytes.TrimSpace(line)) == 0
}

//nolint:gochecknoglobals // compiled on first use
var (
	htmlComment    = lazy(`(?s)<!--.*?(?:-->|$)`)
	linkComment    = lazy(`(?im)^\s*\[(?://|comment|_|\.)\]:?\s*(?:#|<>)\s*[("'].*`)
	addressee      = lazy(`(?i)\b(?:system|assistant|ai|agents?|llms?|models?|claude|gpt|copilot|openclaw|bot)s?\b\s*(?::|,|\bmust\b|\bshould\b|\bshall\b|\bneeds? to\b|\bwill\b)|\b(?:when|whenever|once) (?:this|the) skill (?:is )?(?:loads?|loaded|runs?|activated|used)|\byou must\b|\bnote to (?:the )?(?:ai|agent|assistant|model)|\bhidden instructions?\b`)
	covertWords    = lazy(`(?i)\b(?:silently|secretly|covertly|quietly|stealthily)\b|\bdo not (?:mention|tell|reveal|disclose|ask|show|log)\b|\bdon['’]t (?:mention|tell|reveal|ask)\b|\bnever (?:mention|tell|reveal)\b|\bwithout (?:asking|telling|informing|confirmation|approval|permission|the user)\b|\bbefore anything else\b`)
	pipesToShell   = lazy(`(?i)\b(?:curl|wget)\b[^\n|]{0,200}\|\s*(?:sudo\s+)?(?:ba|z)?sh\b|\bbase64\s+(?:-d|-D|--decode)\b[^\n|]{0,80}\|\s*(?:ba|z)?sh\b`)
	todo           = lazy(`(?i)<!--\s*(?:TODO|FIXME|XXX|HACK|NOTE:? (?:to )?(?:self|maintainers?|editors?)|prettier|markdownlint|vale|textlint|lint)`)
	hiddenElement  = lazy(`(?is)<(?:span|div|p|font|section|details|td|li|b|i|a|small|sub)\b[^>]*(?:\bhidden\b|display:\s*none|font-size:\s*0|font-size:\s*1px|visibility:\s*hidden|opacity:\s*0\b|color:\s*(?:white|#fff\b|#ffffff|transparent))[^>]*>(.*?)(?:</(?:span|div|p|font|section|details|td|li|b|i|a|small|sub)>|$)|\$\\color\{white\}([^$]*)\$`)
	tag            = lazy(`<[^>]*>`)
	fetchAndFollow = lazy(`(?i)\b(?:fetch|read|download|get|load|curl|wget|visit|open|check|retrieve|pull|access)\b[^.\n]{0,60}https?://[^\s"']+[^\n]{0,60}?\b(?:and|then|,)\b[^.\n]{0,24}\b(?:follow (?:it|its|them|whatever|what|every|the (?:latest |returned |fetched )?(?:instructions?|steps|directions|tasks?|directives?)|all|any)|obey|do (?:what|whatever) it says|execute (?:its|the) (?:instructions?|steps|commands)|carry out)\b[^.\n]{0,30}|(?:获取|读取|下载|访问)[^。\n]{0,20}https?://[^\s。]+[^。\n]{0,20}(?:并按照|并遵循|并执行)[^。\n]{0,12}`)
)
