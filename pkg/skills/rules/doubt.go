package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Doubt is what speaks against a hit being meant: how many steps the confidence
// sinks, and the reason in words.
type Doubt struct {
	Steps  int
	Reason string
}

// Doubts judges the context of a hit: is the thing done, or talked about?
func (s *Scene) Doubts(h Hit) Doubt {
	var worst Doubt
	for _, check := range []func(Hit) Doubt{s.negated, s.listed, s.enclosed, s.asserted, s.warned, s.commented, s.inTest, s.vendored} {
		if d := check(h); d.Steps > worst.Steps {
			worst = d
		}
	}
	return worst
}

// weight is how much a word somewhere near counts: what would do harm as it
// stands, at a real address, is not excused by the words around it.
func weight(h Hit) int {
	if h.Severity >= Critical {
		return 1
	}
	return 2
}

// negated looks for words that forbid or report the act, before the hit in the
// same sentence.
func (s *Scene) negated(h Hit) Doubt {
	if !s.Where.Has(text.Prose | text.Comment | text.Frontmatter | text.Data) {
		return Doubt{}
	}
	start := sentenceStart(s.Text, h.Pos)
	if forbids().MatchString(s.leading(start, h)) {
		return Doubt{2, "it is forbidden here, not done"}
	}
	if negation().MatchString(s.Text[start:min(len(s.Text), h.End)]) {
		return Doubt{weight(h), "it is forbidden or described here, not done"}
	}
	rest := s.Text[min(len(s.Text), h.End):]
	if end := strings.IndexAny(rest, ".!\n"); end >= 0 {
		rest = rest[:end]
	}
	if afterwards().MatchString(rest) {
		return Doubt{2, "it is described as something to detect or refuse"}
	}
	return Doubt{}
}

// leading returns what the sentence says before the hit; when the hit covers
// the sentence, before the first thing quoted in it.
func (s *Scene) leading(start int, h Hit) string {
	if h.Pos > start+3 {
		return s.Text[start:h.Pos]
	}
	said := s.Text[start:min(len(s.Text), h.End)]
	if n := strings.IndexAny(said, "`\"'"); n >= 0 {
		return said[:n]
	}
	return ""
}

func sentenceStart(t string, pos int) int {
	for i := min(pos, len(t)) - 1; i > 0; i-- {
		if (t[i] == '.' || t[i] == '!' || t[i] == '?') && i+1 < len(t) && t[i+1] == ' ' || t[i] == '\n' {
			return i + 1
		}
		if t[i] >= 0x80 && (strings.HasPrefix(t[i:], "。") || strings.HasPrefix(t[i:], "！") || strings.HasPrefix(t[i:], "；")) && pos >= i+len("。") {
			return i + len("。")
		}
	}
	return 0
}

// listed finds deny lists, tables of signatures, and search commands.
func (s *Scene) listed(h Hit) Doubt {
	if s.Where.Has(text.Prose) && strings.HasPrefix(strings.TrimLeft(s.Text, " "), "|") && strings.Count(s.Text, "|") > 2 && severityWord().MatchString(s.Text) {
		return Doubt{2, "it stands in a table of signatures"}
	}
	if s.Where.Has(text.Data|text.Script|text.Fence) && (s.Where.Has(text.Data) || inLiteral(s.Text, h.Pos)) && denyList().MatchString(s.Text[:min(len(s.Text), h.End)]) {
		return Doubt{2, "it stands in a list of patterns"}
	}
	if searches().MatchString(s.Text[:min(len(s.Text), h.Pos+1)]) {
		return Doubt{2, "it is what a search looks for"}
	}
	return Doubt{}
}

// inLiteral reports whether pos lies in or at a string or an expression between
// slashes: what is outside is run, whatever the variables are called.
func inLiteral(t string, pos int) bool {
	if pos < len(t) && strings.IndexByte("\"'`/", t[pos]) >= 0 {
		return true
	}
	for _, span := range literalsIn(t, 64) {
		if span.Pos <= pos && pos <= span.End {
			return true
		}
	}
	before := strings.TrimRight(t[:min(pos, len(t))], `\b(?:^`)
	return strings.HasSuffix(before, "/") || strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "'")
}

// asserted finds tests of a guard.
func (s *Scene) asserted(Hit) Doubt {
	if s.Where.Has(text.Script|text.Data|text.Fence) && assertion().MatchString(s.Text) {
		return Doubt{2, "it is the input of a test"}
	}
	return Doubt{}
}

// warned looks at what introduces the passage: headings, the line before a
// fence, a comment above.
func (s *Scene) warned(h Hit) Doubt {
	for i, heading := range s.Doc.Headings(s.First) {
		if i < 2 && caution().MatchString(heading) {
			return Doubt{weight(h), "the section warns of it"}
		}
	}
	if intro := s.Doc.Intro(s.First); intro != "" && caution().MatchString(intro) {
		return Doubt{weight(h), "the text above warns of it"}
	}
	if s.Where.Has(text.Fence|text.Script) && s.First > 0 {
		if above := strings.TrimSpace(string(s.Doc.Line(s.First - 1))); isComment(above) && caution().MatchString(above) {
			if s.Where.Has(text.Script) {
				return Doubt{1, "the comment above warns of it"} // and it is run all the same
			}
			return Doubt{weight(h), "the comment above warns of it"}
		}
	}
	return Doubt{}
}

// commented finds lines that no interpreter runs.
func (s *Scene) commented(Hit) Doubt {
	if s.Where.Has(text.Script|text.Fence) && isComment(strings.TrimSpace(s.Text)) {
		if caution().MatchString(s.Text) || negation().MatchString(s.Text) {
			return Doubt{2, "it is a comment that describes it"}
		}
		return Doubt{1, "it is a comment"}
	}
	return Doubt{}
}

// onlyComment reports whether the unit is a comment of a program, which nothing
// runs.
func (s *Scene) onlyComment() bool {
	if !s.Where.Has(text.Script) {
		return false
	}
	for line := range strings.SplitSeq(s.Text, "\n") {
		if !isComment(strings.TrimSpace(line)) {
			return false
		}
	}
	return true
}

func isComment(line string) bool {
	if schedule().MatchString(line) {
		return false
	}
	for _, mark := range []string{"#", "//", "*", "--", "/*", ";", "REM ", "rem ", "<!--", `"""`, "'''"} {
		if strings.HasPrefix(line, mark) {
			return !strings.HasPrefix(line, "#!")
		}
	}
	return false
}

func (s *Scene) inTest(Hit) Doubt {
	if s.Doc.Role&text.Test != 0 {
		return Doubt{1, "the file is a test or a fixture"}
	}
	return Doubt{}
}

func (s *Scene) vendored(Hit) Doubt {
	if s.Doc.Role&text.Vendored != 0 && len(s.Text) > 2000 {
		return Doubt{1, "the file is generated"}
	}
	return Doubt{}
}

//nolint:gochecknoglobals // compiled on first use
var (
	schedule     = lazy(`^\*(?:/\d+)?\s+[\d*]`)
	forbids      = lazy(`(?i)(?:\b(?:never|do(?:es)? not|don['’]?t|must not|mustn['’]t|should not|shouldn['’]t|cannot|avoid\w*|refus\w+|reject\w*|block\w*|den(?:y|ies)|forbid\w*|disallow\w*|prohibit\w*|detect\w*|flag\w*|prevent\w*|such as|e\.g\.|for example|examples? of|looks? like|like|attackers?|malicious|dangerous)|不要|禁止|切勿|严禁|避免|绝不|从不|永不|永远不|不会|不得|不可|不应|不能|请勿|拒绝|阻止|阻断|拦截|检测|识别|防止|防护|警惕|危险|破坏|灾难|恶意|攻击|可疑|风险|例如|比如|诸如|不需要|无需|绝对不)[^.!\n]{0,40}$`)
	negation     = lazy(`(?i)\b(?:never|do(?:es)?\s*n['’o]t|do not|don['’]?t|must not|should not|shouldn['’]t|cannot|can['’]t|won['’]t|avoid\w*|block(?:s|ed|ing)?|den(?:y|ies|ied)|disallow\w*|refus\w+|reject\w*|forbid\w*|forbidden|prohibit\w*|detect(?:s|ed|ion|ing|or)?|flag(?:s|ged)?|prevent\w*|guards? against|protect\w* (?:against|from)|watch (?:out )?for|look(?:s|ing)? (?:out )?for|check(?:s|ing)? for|scan(?:s|ning)? for|warn\w*|dangerous|malicious|attack(?:s|er|ers|ing)?|adversar\w+|suspicious|unsafe|insecure|vulnerab\w+|exploit\w*|such as|e\.g\.|instead of|rather than|without|not allowed|untrusted|treat\w* (?:\w+ )?as data|red flags?|anti-?patterns?|bad practice|injection (?:attempt|attack|pattern)s?)|不要|禁止|切勿|严禁|避免|绝不|从不|永不|永远不|不会|不得|不可|不应|不能|请勿|拒绝|阻止|阻断|拦截|检测|识别|防止|防护|警惕|危险|破坏|灾难|恶意|攻击|可疑|风险|例如|比如|诸如|不需要|绝对不`)
	afterwards   = lazy(`(?i)^[^。\n]{0,24}(?:会被|将被|应被|被)(?:自动)?(?:阻止|拦截|拒绝|禁止|标记|检测)|^[^.]{0,60}\b(?:is|are|must be|should be|will be|gets?)\s+(?:\w+\s+)?(?:blocked|denied|refused|rejected|forbidden|prohibited|dangerous|malicious|detected|flagged|never|not allowed|unsafe|caught|an? (?:attack|red flag|anti-?pattern|injection))|^[^.]{0,40}\b(?:→|->|=>|—|–|:)\s*(?:block|deny|reject|refuse|critical|high|danger|malicious|never|❌|⛔|🚫|🔴)`)
	severityWord = lazy(`(?i)\b(?:critical|high|medium|severe|danger\w*|block\w*|deny|denied|risk\w*|malicious|attack|injection|exploit|never|unsafe|detects?|flags?|suspicious|vulnerab\w*)\b|❌|⛔|🚫|🔴|⚠`)
	denyList     = lazy(`(?i)["'\x60]?\b\w*(?:deny|denied|block(?:ed|list)?|blacklist|forbid(?:den)?|dangerous|disallow(?:ed)?|malicious|suspicious|patterns?|signatures?|regex(?:p|es)?|indicators?|iocs?|detect\w*|threats?|bad_\w+|unsafe|prohibited|red_?flags?|attack\w*|payloads?|evil|exploits?|vulnerab\w*|injections?|expect\w*|should_\w+|must_not)\w*["'\x60]?\s*[:=(\[]|re\.compile\(|new RegExp\(|/[^/]*\\[sb.|][^/]*/[gimsuy]*[,.;)\]]|\br["'][^"']*\\[sbSwd.|]|\bpattern\b`)
	searches     = lazy(`(?:^|[\s\x60("'|;&$])(?:grep|rg|egrep|fgrep|ag|ack|git grep|findstr|Select-String|semgrep)\s`)
	assertion    = lazy(`(?i)\bassert\w*[\s.(]|\bassertions?\b|\bexpect(?:ed)?\s*[.(]|\bshould(?:Block|Deny|Reject|Detect|Throw)?[.(]|\.to(?:Be|Throw|Equal|Match|Contain)\w*\(|\b(?:describe|it|test)\s*\(\s*["'\x60]|\bpytest\b|\b(?:check(?:_?(?:command|text|content|line|input|er))?|validate\w*|sanitize\w*|scan\w*|classify\w*|detect\w*|is_?(?:safe|dangerous|blocked|allowed|malicious)\w*)\(\s*[rbf]?["'\x60]`)
	caution      = lazy(`(?i)\b(?:never|avoid|don['’]?t|do not|must not|anti-?patterns?|red flags?|dangerous|blocked|den(?:y|ied)|disallowed|forbidden|prohibited|what (?:it|this|we|the scanner) (?:detects?|checks?|looks?|scans?|flags?|blocks?)|detect(?:s|ed|ion)?|threats?|attack\w*|adversarial|vulnerab\w*|malicious|malware|exploit\w*|suspicious|unsafe|insecure|bad (?:example|practice|code)s?|(?:bad|wrong|incorrect|vulnerable)\b|injection|security (?:scan\w*|checks?|rules?|patterns?|review|audit|considerations?|warnings?)|risk(?:s|y)?|common mistakes|pitfalls?|signatures?|indicators?|iocs?|payloads?|pentest\w*|penetration test\w*|red team\w*|ctf|offensive|post-?exploitation|privilege escalation|reverse shells?|false positives?|test cases?|bypass\w*|evasion|obfuscat\w*|xss)\b|❌|检测|恶意|危险|攻击|禁止|⛔|🚫|✗|✘`)
)
