package rules

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// live reports whether a hit does harm as it stands: it names a machine that
// somebody has, or hides a command. Words around such a thing change little,
// since nobody needs a working address to explain an attack.
func (s *Scene) live(h Hit) bool {
	if h.Severity < High {
		return false
	}
	hit := s.Text[h.Pos:max(h.Pos, min(len(s.Text), h.End))]
	if namesMachine(hit, somebodys) {
		return true
	}
	for _, p := range text.Payloads([]byte(hit)) {
		hidden := string(p.Text)
		if namesMachine(hidden, somebodys) || strings.Contains(strings.TrimSpace(hidden), " ") && !namesMachine(hidden, isMadeUp) {
			return true
		}
	}
	for _, ref := range variable().FindAllString(hit, 4) {
		if v := s.assigned(strings.Trim(ref, "${}")); strings.Contains(v, "://") && somebodys(host.Parse(v)) {
			return true
		}
	}
	return s.Where.Has(text.Payload) && !namesMachine(s.Text, isMadeUp)
}

// namesMachine reports whether t holds an address of a kind: with a scheme, of
// a fetching command, of a socket, or a number.
func namesMachine(t string, kind func(host.Address) bool) bool {
	for _, a := range host.Find(t) {
		if kind(a.Address) {
			return true
		}
	}
	for _, m := range machine().FindAllStringSubmatch(t, 8) {
		if kind(host.Parse(m[1] + m[2])) {
			return true
		}
	}
	for _, ip := range bareIP().FindAllString(t, 4) {
		if kind(host.Parse(ip)) {
			return true
		}
	}
	return false
}

// somebodys reports whether a names a machine of somebody who is not known.
func somebodys(a host.Address) bool {
	return (a.Class == host.Unknown || anonymous(a)) && !strings.Contains(strings.ToLower(a.Path), "xxx")
}

func isMadeUp(a host.Address) bool { return a.Class == host.MadeUp }

// madeUp doubts hits in documents that name a machine nobody means. Documents
// and tests about attacks are full of them.
func (s *Scene) madeUp(h Hit) Doubt {
	about := s.Text[h.Pos:max(h.Pos, min(len(s.Text), h.End))]
	switch defence := s.aboutDefence(); {
	case s.Where.Has(text.Script) && (!defence || s.Doc.Role&text.Test == 0), s.Where.Has(text.Payload) && !defence:
		return Doubt{}
	case !namesMachine(about, isMadeUp) || namesMachine(about, somebodys):
		return Doubt{}
	case defence:
		return Doubt{Steps: 2, Reason: "the address is made up, in a text about attacks"}
	}
	return Doubt{Steps: 1, Reason: "the address may stand for any other"}
}

// withoutIdle takes out of a sentence the negations that urge to do something:
// never skip, do not forget, is not dangerous.
func withoutIdle(t string) string { return idle().ReplaceAllString(t, " ") }

// orders reports whether a sentence ends in an order after what it forbids:
// "avoid errors: run".
func orders(leading string) bool {
	m := ordersNow().FindStringIndex(leading)
	return m != nil && turns().MatchString(leading[:m[0]+1])
}

// shownHere reports whether a hit is marked as code or a quotation in a
// sentence.
func shownHere(t string, h Hit) bool {
	return inQuotes(t, h.Pos) || h.Pos < len(t) && strings.IndexByte("`\"'", t[h.Pos]) >= 0
}

// passed reports whether the hit is what a function that runs commands is
// given.
func (s *Scene) passed(h Hit) bool {
	before := s.Text[max(0, h.Pos-80):min(len(s.Text), h.Pos+1)]
	return passesCommand().MatchString(before)
}

// executesList reports whether the document runs what is in the list that line
// opens.
func (s *Scene) executesList(line string) bool {
	m := listName().FindStringSubmatch(line)
	if m == nil || len(m[1]) < 2 {
		return false
	}
	if runsVariable(s.Doc.Data, m[1]) {
		return true
	}
	inLoop := regexp.MustCompile(`\bfor\s+\(?(?:const\s+|let\s+|var\s+|\w+\s*,\s*)?(\w+)\s+(?:in|of)\s+[^\n]{0,24}\b` + m[1] + `\b`)
	loops := 0
	for _, part := range passages(s.Doc.Data, m[1]) {
		for _, loop := range inLoop.FindAllSubmatch(part, 4-loops) {
			if runsVariable(s.Doc.Data, string(loop[1])) {
				return true
			}
			loops++
		}
		if loops == 4 {
			break
		}
	}
	return false
}

// runsVariable reports whether a document hands a variable to what runs it.
func runsVariable(document []byte, name string) bool {
	parts := slices.DeleteFunc(passages(document, name), func(part []byte) bool { return !runsSomething().Match(part) })
	if len(parts) == 0 {
		return false
	}
	runs := regexp.MustCompile(running + `[^\n]{0,40}\b` + name + `\b`)
	return slices.ContainsFunc(parts, runs.Match)
}

// running begins what runs a command in a program.
const running = `(?:\b(?:system|popen|run|call|Popen|check_output|check_call|getoutput|exec\w*|spawn\w*|eval|shell_exec|passthru)\s*\(|\beval\s|\bsh\s+-c\s|\bbash\s+-c\s)`

// passages returns the lines of a document that hold a word, each with as many
// lines before it as a statement can begin on.
func passages(document []byte, word string) [][]byte {
	const before = 8 // lines that are not blank
	var out [][]byte
	first, last := 0, -1 // of the passage that grows
	for from := 0; ; {
		at := bytes.Index(document[from:], []byte(word))
		if at < 0 {
			break
		}
		start, end := bytes.LastIndexByte(document[:from+at], '\n')+1, len(document)
		if n := bytes.IndexByte(document[from+at:], '\n'); n >= 0 {
			end = from + at + n
		}
		for lines := 0; start > 0 && lines <= before; {
			stop := start - 1
			start = bytes.LastIndexByte(document[:stop], '\n') + 1
			if len(bytes.TrimSpace(document[start:stop])) > 0 {
				lines++
			}
		}
		if last >= 0 && start > last {
			out = append(out, document[first:last])
		}
		if start > last {
			first = start
		}
		last, from = end, end
	}
	if last >= 0 {
		out = append(out, document[first:last])
	}
	return out
}

//nolint:gochecknoglobals // compiled on first use
var (
	runsSomething = lazy(running)
	machine       = lazy(`/dev/(?:tcp|udp)/([^/\s"']+)|\b(?:nc|ncat|netcat|telnet|curl|wget)\s+(?:-[\w-]+\s+(?:/bin/\w+\s+)?)*["']?([\w.-]+\.[a-z]{2,})\b`)
	listName      = lazy(`^[\s"'\x60]*(?:export\s+|const\s+|let\s+|var\s+|local\s+|readonly\s+|self\.)?(\w+)["'\x60]?\s*(?::[^=\n]{0,60})?\s*[=:(\[]`)
	passesCommand = lazy(`(?i)\b(?:os\.system|popen|subprocess\.\w+|check_output|check_call|exec\w*|spawn\w*|shell_exec|passthru|system|eval)\s*\(\s*[\[(]?\s*[rbf]?["'\x60]?[^"'\x60\n]{0,24}$`)
	idle          = lazy(`(?i)\b(?:never|do(?:es)? not|don['’]?t|doesn['’]?t|must not|mustn['’]?t|should not|shouldn['’]?t|cannot|can['’]?t|won['’]?t)\s+(?:\w+ly\s+|ever\s+|try to\s+)?(?:skip|forget|proceed|start|begin|continue|stop|worry|hesitate|omit|ignore|fail|wait|miss|neglect|delay|postpone|leave|be\s+(?:alarmed|afraid|worried)|do anything (?:else )?before)\b|\b(?:not|isn['’]?t|aren['’]?t|nothing|never|no longer|hardly|neither)\s+(?:at all\s+|an?\s+|even\s+|really\s+|considered\s+|in any way\s+)?(?:dangerous|malicious|harmful|suspicious|unsafe|insecure|risky|malware|an?\s+attack|attack|threat|exploit)\w*\b|\b(?:avoid\w*|prevent\w*|without|rejects?)\s+(?:\w+\s+){0,2}(?:errors?|problems?|issues?|failures?|delays?|trouble|warnings?|mistakes?|confusion|conflicts?)\b|\bbefore\s+you\b|(?:不要|切勿|绝不|不得|不可|别)(?:忘记|忘了|跳过|担心|犹豫|省略|忽略|停止|等待)`)
	ordersNow     = lazy(`(?i)\b(?:run|execute|paste|type|enter|launch|invoke|use|do|install|start)(?:\s+(?:this|the following|it|now|following|the command|command|first|with))*\s*:?\s*[\x60"'*]*$|(?:运行|执行|输入)[^。]{0,6}$`)
	turns         = lazy(`(?i)[:,;–—-]\s*(?:so\s+|then\s+|please\s+|just\s+|instead\s+|first\s+|always\s+|simply\s+)?[\x60"'*]*\w$|\b(?:so|then|instead|just|please|before|until|unless|by|to)\s+(?:you\s+|the agent\s+)?(?:must\s+|should\s+|have to\s+|always\s+)?\w$`)
	governs       = lazy(`(?i)(?:\b(?:never|do(?:es)? not|don['’]?t|doesn['’]?t|must not|mustn['’]?t|must never|should not|shouldn['’]?t|cannot|can['’]?t|may not|won['’]?t|will not|refuse[sd]? to|refusing to|avoid|without|instead of|rather than|no)\s+(?:\w+\s+){0,2}?(?:run|execut|us(?:e|ing)\b|pip(?:e|ing)\b|past(?:e|ing)\b|writ|install|fetch|download|do\b|call|invok|allow|accept|suggest|recommend|show|type|enter|add|send|follow|contain|inclu[ds]|output|generat|emit|creat|copy|trust|curl|wget|rm\b|try|attempt)\w*[^.!\n:;]{0,60}|\b(?:avoid|never|no|don['’]?t)\s*:?\s*|\b(?:block(?:s|ed|ing)?|den(?:y|ies|ied)|reject\w*|refus\w+|forbid\w*|disallow\w*|prohibit\w*|detect\w*|flag(?:s|ged)?|prevent\w*|catch(?:es)?|scans? for|look(?:s|ing)? for|watch(?:es)? for|checks? for|attackers?|malicious|red flags?|anti-?patterns?)\b[^.!\n]{0,60})[\s\x60"'“‘(*]*$|(?:不要|禁止|切勿|严禁|避免|绝不|永不|不得|不可|请勿|拒绝|阻止|阻断|拦截|检测|识别|防止|防护)[^。！\n：]{0,30}$`)
)
