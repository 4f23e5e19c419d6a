package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeOverride finds the order in several languages.
func judgeOverride(s *Scene) []Hit {
	for _, window := range near(s.Text, overrideTriggers(), 60, 200) {
		said := overrideEnglish().FindString(window)
		if said == "" {
			said = overrideOther().FindString(window)
		}
		if said != "" {
			pos := strings.Index(s.Text, said)
			return s.said(Hit{Pos: pos, End: pos + len(said), Confidence: Certain})
		}
	}
	return nil
}

// judgeUnquoted judges each match of the pattern as speech.
func judgeUnquoted(s *Scene) []Hit {
	var hits []Hit
	for _, m := range s.spans {
		hits = append(hits, s.said(Hit{Pos: m.Pos, End: m.End, Confidence: Likely})...)
	}
	return hits
}

// said lowers the confidence of a hit that is quoted, shown or warned of rather
// than said to the reader. What forbids the act may stand before the hit, not
// in it: the hit's own "do not" is the attack.
func (s *Scene) said(h Hit) []Hit {
	steps := s.Doubts(Hit{Pos: h.Pos, End: h.Pos}).Steps
	switch {
	case s.shown(h) || s.Doc.Role&text.Test != 0 && !strings.HasSuffix(strings.ToLower(s.Doc.Path), "skill.md") || s.Where.Has(text.Payload) && s.aboutDefence():
		steps = 2
	case s.aboutDefence():
		steps = max(steps, 1)
	}
	h.Confidence = max(Unlikely, h.Confidence-Confidence(steps))
	return []Hit{h}
}

// doubted lowers the confidence of a hit by what stands around it, but not by
// words of its own.
func (s *Scene) doubted(h Hit) Hit {
	if h.Confidence == 0 {
		h.Confidence = Likely
	}
	h.Confidence = max(Unlikely, h.Confidence-Confidence(s.Doubts(Hit{Pos: h.Pos, End: h.Pos}).Steps))
	return h
}

// shown reports whether a hit stands in quotation marks, a code span, a table,
// a fence, or a document whose subject it is.
func (s *Scene) shown(h Hit) bool {
	if s.Where.Has(text.Payload) {
		return false
	}
	if s.Where.Has(text.Fence|text.Data) || strings.HasPrefix(strings.TrimSpace(s.Text), "|") {
		return true
	}
	if inQuotes(s.Text, h.Pos) {
		return true
	}
	return s.Where.Has(text.Prose|text.Frontmatter) && aboutInjection().Match(s.Doc.Data)
}

// inQuotes reports whether pos lies between quotation marks or backticks.
func inQuotes(t string, pos int) bool {
	before, after := t[:pos], t[pos:]
	for _, pair := range [][2]string{{`"`, `"`}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"「", "」"}, {"『", "』"}, {"«", "»"}, {"„", "“"}, {"*\"", "\"*"}} {
		if pair[0] == pair[1] {
			if strings.Count(before, pair[0])%2 == 1 && strings.Contains(after, pair[1]) {
				return true
			}
			continue
		}
		if strings.LastIndex(before, pair[0]) > strings.LastIndex(before, pair[1]) && strings.Contains(after, pair[1]) {
			return true
		}
	}
	quote := strings.LastIndex(before, " '")
	return quote >= 0 && !strings.Contains(before[quote+2:], "'") && strings.Contains(after, "'") || strings.HasPrefix(before, "'") && strings.Contains(after, "'")
}

// judgeTokens finds control tokens that are not shown as code.
func judgeTokens(s *Scene) []Hit {
	m := chatTokens().FindStringIndex(s.Text)
	if m == nil || inQuotes(s.Text, m[0]) || strings.HasPrefix(strings.TrimSpace(s.Text), "|") {
		return nil
	}
	if token := strings.ToLower(s.Text[m[0]:m[1]]); strings.HasPrefix(token, "</") && strings.Contains(strings.ToLower(string(s.Doc.Data)), "<"+token[2:]) {
		return nil
	}
	h := Hit{Pos: m[0], End: m[1]}
	if modelFormats().Match(s.Doc.Data) {
		h.Confidence = Unlikely
	}
	return []Hit{h}
}

// judgeConcealed wants an action and its concealment in one passage.
func judgeConcealed(s *Scene) []Hit {
	action := covertAction().FindStringIndex(s.Text)
	hides := hidesFrom().FindStringIndex(s.Text)
	if m := concealedAtOnce().FindStringIndex(s.Text); m != nil {
		action, hides = m, m
	}
	if action == nil || hides == nil {
		return nil
	}
	h := Hit{Pos: min(action[0], hides[0]), End: max(action[1], hides[1]), Confidence: Likely}
	return s.said(h)
}

// judgeJailbreak finds roles without rules.
func judgeJailbreak(s *Scene) []Hit {
	m := lawless().FindStringIndex(s.Text)
	if m == nil {
		return nil
	}
	return s.said(Hit{Pos: m[0], End: m[1], Confidence: Likely})
}

//nolint:gochecknoglobals // compiled on first use
var (
	overrideEnglish = lazy(`(?i)\b(?:ignore|disregard|forget|stop following|do not follow|don['’]t follow)\b[^.\n]{0,24}\b(?:(?:all|any|every|your|my|the|these|those|of)\s+){0,3}(?:previous|prior|above|earlier|preceding|existing|original|other|system|safety|default|initial)\b[^.\n,;]{0,24}\b(?:instructions?|prompts?|rules|guidelines|directives?|constraints|restrictions|polic(?:y|ies)|programming|safeguards|commands|orders)\b|\b(?:ignore|disregard|forget)\s+(?:all|everything)\s+(?:(?:of\s+)?(?:your|the|these)\s+)?(?:(?:instructions|rules|guidelines)\s*(?:[.!;:]|$|and\b|given|you\b)|above\b|before this\b|prior\b|you (?:were|have been|are) told|you know\b)|\boverride\s+(?:(?:all|any|the|your|of)\s+){0,3}(?:(?:previous|prior|earlier|existing|other)\s+(?:instructions?|prompts?|rules|directives?)|system\s+(?:instructions|rules|directives|safety))\b|\bdisregard the system prompt\b|(?-i:\b(?:SYSTEM|ADMIN|DEVELOPER) OVERRIDE\b)|(?-i:(?:^|\n)[#>*\s]*\[?(?:SYSTEM|ADMIN|DEVELOPER)(?: (?:MESSAGE|PROMPT|NOTICE|INSTRUCTIONS?))?\]?\**:)\**\s*(?:you (?:must|are now|will|may|shall)|execute|run|from now on)\b`)
	overrideOther   = lazy(`(?i)(?:忽略|无视|無視|忘记|忘掉|抛开)[^。，了\n]{0,12}(?:(?:之前|先前|以上|上面|前面|此前|系统|原有)[^。，\n]{0,12}(?:指令|指示|提示词|规则|命令|约束|規則)|(?:所有|一切)(?:的)?(?:指令|指示|提示词))|(?:これまで|以前|上記|すべて|全て|従来|先)[^。\n]{0,12}(?:指示|命令|ルール|プロンプト|制約)[^。\n]{0,10}(?:無視|忘れ)|(?:이전|위의|모든|앞의|기존)[^.\n]{0,20}(?:지시|명령|규칙|프롬프트|지침)[^.\n]{0,12}(?:무시|잊)|(?:игнорируй|игнорируйте|забудь|забудьте|проигнорируй|проигнорируйте)[^.\n]{0,40}(?:инструкци|указани|правил|команд|промпт)|(?:ignora|ignore|ignorar|olvida|olvide)\b[^.\n]{0,30}\b(?:instrucciones|reglas|indicaciones)\b[^.\n]{0,20}\b(?:anteriores|previas|del sistema)|(?:ignorez|ignore|oubliez|oublie)\b[^.\n]{0,30}\b(?:instructions|consignes|règles|directives)\b[^.\n]{0,20}(?:précédentes|antérieures|ci-dessus)|(?:ignoriere|ignorieren sie|vergiss|vergessen sie|missachte)\b[^.\n]{0,30}\b(?:vorherigen|bisherigen|obigen|vorangegangenen|früheren)\b[^.\n]{0,20}\b(?:anweisungen|instruktionen|regeln|vorgaben)|(?:ignore|ignora|esque[çc]a|desconsidere)\b[^.\n]{0,30}\b(?:instru[çc][õo]es|regras|orienta[çc][õo]es)\b[^.\n]{0,20}\b(?:anteriores|pr[ée]vias|do sistema)|(?:ignora|dimentica)\b[^.\n]{0,30}\b(?:istruzioni|regole)\b[^.\n]{0,20}\bprecedenti|تجاهل[^.\n]{0,40}(?:التعليمات|الأوامر)|abaikan[^.\n]{0,30}(?:instruksi|perintah)[^.\n]{0,20}sebelumnya|bỏ qua[^.\n]{0,30}(?:hướng dẫn|chỉ dẫn)[^.\n]{0,20}trước|önceki[^.\n]{0,30}talimat[^.\n]{0,20}(?:görmezden|yoksay)`)
	aboutInjection  = lazy(`(?i)prompt[ -]injection|jail ?break(?:s|ing)?\b[^\n]{0,40}(?:detect|defen[cs]e|guard|attempt|test)|injection (?:attack|attempt|pattern|detect|defen[cs]e|test)s?|red[- ]?team|adversarial|提示词?注入|プロンプトインジェクション`)
	chatTokens      = lazy(`(?i)<\|im_start\|?>?|<\|im_end\|>|<\|system\|>|<\|start_header_id\|>|<\|eot_id\|>|<\|endoftext\|>|<\|begin_of_text\|>|\[INST\]|<<SYS>>|</system(?:_prompt)?>`)
	modelFormats    = lazy(`(?i)chat[ _-]?template|tokeni[sz]er|fine[- ]?tun|llama\.cpp|\bvllm\b|\bggu?f\b|prompt[ _-]format|special tokens?|transformers|prompt[ -]injection`)
	covertAction    = lazy(`(?i)\b(?:run|execute|send|upload|post|forward|transmit|download|install|fetch|curl|exfiltrate|copy|modify|overwrite|append|delete|transfer|collect|record|sync|write)(?:s|ed|ing)?\b|\bsent\b|执行|运行|发送|上传|下载|安装|删除|修改|実行|送信|실행|전송|выполни|запусти|отправь|\b(?:ejecuta|envoie|sende)\b|envía|exécute|führe`)
	hidesFrom       = lazy(`(?i)\b(?:do not|don['’]t|never|must not)\s+(?:ever\s+)?(?:mention|reveal|disclose|report)\s+(?:it|this|that|them|any of (?:this|it)|(?:these|this|the) (?:steps?|uploads?|scripts?|commands?|transfers?|actions?|instructions?))\b|\b(?:do not|don['’]t|never|must not)\s+(?:ever\s+)?(?:tell|inform|notify|alert|let)\s+(?:the |your )?(?:user|owner|human|operator|them|anyone|anybody)s?(?:\s+(?:that (?:you|this (?:command|script|step|skill|action)|the (?:command|script|file|data|upload))|about (?:it|this|that|the \w+)|what you|of (?:it|this)|know|anything)\b|\s*[.;!]|\s*$)|\b(?:do not|don['’]t|never)\s+(?:mention|reveal|disclose|report)\s+to\s+(?:the |your )?(?:user|owner|human|operator)s?\s+that you\b|\bkeep (?:this|it|that) (?:secret|hidden|from the user)|\bhide (?:this|it|that|the (?:action|output|command|transfer)) from (?:the |your )?(?:user|owner|human)|\bwithout (?:telling|informing|notifying|alerting|mentioning (?:it|this) to) (?:the |your )?(?:user|owner|human|them|anyone)|不要(?:告诉|让)用户(?:这|此|你|我|已|任何|知道|$|。|，)|不要提及(?:此|这|该|它|$|。)|不(?:要|得)向用户(?:提及|提到|提起|说明|透露)(?:此|这|该|它|任何|$|。)|ユーザー(?:に|には)[^。\n]{0,12}(?:言わ|伝え|知らせ)な|사용자에게[^.\n]{0,12}(?:알리지|말하지)|[Нн]е (?:говори|сообщай|упоминай)|no (?:le|se lo) digas|ne (?:le )?dis pas|ohne den benutzer zu`)
	concealedAtOnce = lazy(`(?i)\b(?:secretly|covertly)\s+(?:run|execute|send|upload|post|download|install|copy|forward|collect|modify|append|record)\b|\b(?:run|execute|send|upload|install|download|forward|collect)s?\b[^.\n]{0,60}\bwithout (?:telling|informing|notifying|alerting|the knowledge of) (?:the )?(?:user|owner|human|them|anyone)|偷偷(?:执行|运行|发送|上传|安装)|\bheimlich (?:aus|sende|lade)`)
	lawless         = lazy(`(?i)\byou (?:now )?have no (?:\w+ )?(?:restrictions|limits|limitations|rules|guidelines|filters)\b|\byou are (?:now )?(?:DAN\b|(?:in )?(?:(?:an? )?(?:unrestricted|unlimited|full|special) )?(?:developer|god|jailbreak|jailbroken|unrestricted) mode|an? (?:unrestricted|unfiltered|uncensored|jailbroken) (?:AI|assistant|agent|model|version))|\bdo anything now\b|\b(?:act|respond|answer|operate|behave)\b[^.\n]{0,30}\bwithout (?:any )?(?:ethical|moral|safety|content) (?:restrictions|limits|guidelines|filters|constraints)|\b(?:bypass|disable|turn off|ignore|override) (?:your|all|any|the) (?:safety|ethical|content|moral) (?:filters?|guidelines|restrictions|polic(?:y|ies)|guardrails|rules)|\b(?:safety|ethical|content) (?:guidelines|filters|restrictions|polic(?:y|ies)|rules) (?:do not|don['’]t|no longer) apply|\bset(?:ting)? aside\b[^.\n]{0,24}\b(?:usual|normal|its own|your own|your)\b[^.\n]{0,20}\b(?:constraints|restrictions|safeguards|safety|guidelines)|\b(?:restrictions|safeguards)\s+(?:do not|don['’]t|no longer) apply\b|\b(?:restrictions|safeguards|guardrails) (?:are|have been) (?:lifted|suspended|removed|disabled)\b|\bguidelines are (?:treated as )?suggestions\b|(?:你|您)(?:现在)?(?:没有|不受)任何限制|no tienes (?:ninguna )?restricci|tu n['’]as aucune restriction|du hast keine einschränkungen`)
)
