package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// judgeIdentity finds changes to one of the files that agents are made of.
func judgeIdentity(s *Scene, file func() *expression) []Hit {
	if h, ok := s.changedByCommand(file()); ok {
		h.Severity = s.changeSeverity(file(), s.Text, true)
		return []Hit{s.doubted(h)}
	}
	if s.inCode() {
		if !file().MatchString(quotedParts(s.Text)) || !writesFile().MatchString(s.Around(0, 3)) {
			return nil
		}
		return []Hit{s.doubted(Hit{Pos: 0, End: len(s.Text), Severity: s.changeSeverity(file(), s.Around(1, 4), false)})}
	}
	if s.Where.Has(text.Fence | text.Script | text.Data) {
		return nil
	}
	name := file().FindStringIndex(s.Text)
	if name == nil {
		return nil
	}
	m := orderToChange(s.Text, name)
	if m == nil {
		return nil
	}
	return []Hit{s.doubted(Hit{Pos: m[0], End: m[1], Severity: s.changeSeverity(file(), s.Text, false)})}
}

// changedByCommand finds a command that writes the file.
func (s *Scene) changedByCommand(file *expression) (Hit, bool) {
	var hit Hit
	found := false
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if !found && changes(call, file) {
				hit, found = s.act(c), true
			}
		}
	})
	return hit, found
}

// changes reports whether c writes a file whose path matches.
func changes(c shell.Call, file *expression) bool {
	for _, r := range c.Redirects {
		if strings.HasPrefix(r.Op, ">") && file.MatchString(r.Target.Text) {
			return true
		}
	}
	operands := c.Operands()
	match := func(w shell.Word) bool { return file.MatchString(w.Text) }
	switch c.Name {
	case "sed", "perl":
		return c.Has("i", "in-place") && slices.ContainsFunc(operands, match)
	case "tee", "truncate", "sponge", "ed":
		return slices.ContainsFunc(operands, match)
	case "cp", "mv", "ln", "install", "rsync", "copy-item", "move-item":
		return len(operands) > 1 && match(operands[len(operands)-1]) && !safekeeping().MatchString(operands[0].Text) && !safekeeping().MatchString(operands[len(operands)-1].Text)
	case "curl", "wget":
		return file.MatchString(c.Saves())
	case "rm", "shred", "unlink":
		return slices.ContainsFunc(operands, match)
	case "add-content", "set-content", "out-file":
		return slices.ContainsFunc(c.Args, match)
	}
	return false
}

// orderToChange returns the range of a sentence that tells to change the file
// named at name, or nil.
func orderToChange(t string, name []int) []int {
	start := sentenceStart(t, name[0])
	end := len(t)
	if i := strings.IndexAny(t[name[1]:], ".!?。"); i >= 0 {
		end = name[1] + i
	}
	before, after := t[start:name[0]], t[name[1]:end]
	if m := changeVerb().FindAllStringIndex(before, -1); m != nil && len(before)-m[len(m)-1][1] < 90 && !refersTo().MatchString(before[m[len(m)-1][1]:]) {
		return []int{start + m[len(m)-1][0], name[1]}
	}
	if m := changedPassive().FindStringIndex(after); m != nil {
		return []int{name[0], name[1] + m[1]}
	}
	return nil
}

// changeSeverity rates a change: what is written counts most, then whether it
// reaches the agent itself and whether anybody is asked.
func (s *Scene) changeSeverity(file *expression, near string, command bool) Severity {
	switch {
	case obedience().MatchString(near), command && removesSafeguard().MatchString(near):
		return High
	case concealedAtOnce().MatchString(near), hidesFrom().MatchString(near):
		return High
	case file != soulFile():
		switch {
		case command && reachesHome().MatchString(near):
			return Medium
		case command || file == memoryFile():
			return Low
		}
		return Info // the project's own file, as users ask for
	case command && addsToWorkspace().MatchString(near), command && replacesInWorkspace().MatchString(near) && !fromTemplate().MatchString(near):
		return High
	case !command && wholesale().MatchString(near):
		return High
	}
	return 0
}

// judgeSettings finds commands and code that change an agent's settings.
func judgeSettings(s *Scene) []Hit {
	loosens := loosensSettings().MatchString(s.Text)
	if h, ok := s.changedByCommand(settingsFile()); ok {
		if loosens {
			h.Severity = High
		}
		return []Hit{s.doubted(h)}
	}
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if (call.Name == "openclaw" || call.Name == "clawdbot" || call.Name == "moltbot") && len(call.Args) > 2 && call.Args[0].Text == "config" && call.Args[1].Text == "set" {
				h := s.act(c)
				h.Severity = Low
				if loosens {
					h.Severity = High
				}
				hits = append(hits, s.doubted(h))
			}
		}
	})
	if len(hits) == 0 && s.inCode() && settingsFile().MatchString(quotedParts(s.Text)) && writesFile().MatchString(s.Text) {
		hits = append(hits, Hit{Pos: 0, End: len(s.Text)})
	}
	return hits
}

//nolint:gochecknoglobals // compiled on first use
var (
	refersTo            = lazy(`(?i)\b(?:see|cf|described|documented|refers?|reference|according|defined|listed|read|per|from|using|based|like|loads?)\b`)
	safekeeping         = lazy(`(?i)bak\b|backup|snapshot`)
	soulFile            = lazy(`(?i)(?:^|[^\w-])(?:SOUL|IDENTITY)\.md\b`)
	memoryFile          = lazy(`(?i)(?:^|[^\w-])MEMORY\.md\b`)
	instructionFile     = lazy(`(?i)(?:^|[^\w-])(?:AGENTS|CLAUDE|GEMINI|(?-i:HEARTBEAT|BOOTSTRAP|USER|TOOLS))\.md\b|\.(?:cursor|windsurf|cline)rules\b|copilot-instructions\.md|\.cursor/rules`)
	settingsFile        = lazy(`(?i)(?:openclaw|clawdbot|moltbot)\.json\b|\.claude/settings(?:\.local)?\.json|\.claude\.json|\.codex/config\.toml|claude_desktop_config\.json|\.cursor/mcp\.json|\.gemini/settings\.json|exec-approvals\.json`)
	writesFile          = lazy(`(?i)\bopen\([^\n]{0,160}["'][wax]\+?b?["']|write_text\(|write_bytes\(|writeFile|appendFile|\.write\(|createWriteStream|File\.write|file_put_contents|os\.WriteFile|fs::write|shutil\.(?:copy|move)|copyFile|json\.dump\(`)
	changeVerb          = lazy(`(?i)\b(?:write|append|add|insert|put|prepend|replace|overwrite|modify|edit|change|update|rewrite|inject|set|copy|save|patch|delete|remove)\b|写入|修改|追加|添加到|覆盖|替换|更新|書き込|追記|편집|추가|запиши|добавь|измени|\b(?:escribe|modifica|ajoute|schreibe)\b|añade|écri[st]|ergänze`)
	changedPassive      = lazy(`(?i)^[^.\n]{0,20}\b(?:should|must|shall|will|has to|needs to|is to)\s+(?:then\s+)?be\s+(?:replaced|overwritten|changed|modified|edited|updated|rewritten|extended|amended|set)\b|^[^。\n]{0,8}(?:应该?|必须|需要)被?(?:替换|修改|覆盖|更新)`)
	removesSafeguard    = lazy(`(?i)\bnever ask\b|\balways (?:trust|obey|approve|allow|execute|accept|comply)\b|\bdo not ask\b|\bwithout (?:asking|confirmation|approval|permission)\b[^.\n]{0,40}\b(?:run|execute|send|install|transfer)|\bobey\b|\btrust (?:all|every|any|this skill|messages)\b|\bignore (?:all |any )?(?:warnings|safety|security|previous|prior)\b|\bno (?:confirmation|approval) (?:is )?(?:needed|required)\b|\b(?:disable|remove|drop) (?:all |the )?(?:safety|security|guardrails?|restrictions)|永远(?:信任|服从)|总是信任|无需确认|不要询问`)
	obedience           = lazy(`(?i)\balways (?:trust|obey|approve|comply)\b|\bobey (?:me|this|the skill|all|every|any)\b|\btrust (?:all|every|any|this skill)\b|\bnever (?:refuse|question|ask for (?:confirmation|approval|permission))\b|\bignore (?:all |any )?(?:warnings|safety|security)\b|永远(?:信任|服从)|总是信任`)
	wholesale           = lazy(`(?i)(?:^|[.!:;]\s+|^[\s>*+-]*(?:\d+[.)]\s*)?(?:then\s+|first\s+|please\s+|now\s+)?)(?:(?:replace|overwrite|modify)\b[^.\n]{0,40}|write\b[^.\n]{0,60}\b(?:in)?to\s+[^\s.]{0,60})\b(?:SOUL|IDENTITY)\.md\b|\b(?:SOUL|IDENTITY)\.md\b[^.\n]{0,20}\b(?:should|must|shall|has to|needs to|is to)\s+be\s+(?:replaced|overwritten|rewritten)`)
	reachesHome         = lazy(`(?i)(?:>>?|\btee\b[^\n;|&]{0,20})\s*["']?(?:~|\$HOME|\$\{HOME\}|/root|/home/[\w.-]+|/Users/[\w.-]+)/\.(?:claude|codex|openclaw|clawdbot|moltbot|gemini|cursor)[\w./-]{0,60}\.md`)
	addsToWorkspace     = lazy(`(?i)>>\s*["']?\S{0,80}[/\\](?:SOUL|IDENTITY)\.md|\btee\s+-a\s+\S{0,80}[/\\](?:SOUL|IDENTITY)\.md`)
	replacesInWorkspace = lazy(`(?i)(?:>|\b(?:cp|mv|tee|curl|wget|install)\b[^\n;|&]{0,120})\s*["']?(?:~|\$HOME|\$\{HOME\}|/root|/home/[\w.-]+|/Users/[\w.-]+)[\w./-]{0,80}(?:SOUL|IDENTITY)\.md`)
	fromTemplate        = lazy(`(?i)template|backup|\.bak|personalit|persona|example|prebuilt|reference|snapshot|souls?/|create|restore|deploy|setup|scaffold|__\w+__`)
	loosensSettings     = lazyLine(`(?i)bypassPermissions|\bask["']?\s*[:=,]?\s*["']?(?:off|never|false)|approval[\w.]*["']?\s*[:=]?\s*["']?(?:off|never|none)|\bsandbox(?:\.mode|\.enabled|_mode)?["']?\s*[:=]?\s*["']?(?:off|false|none|disabled|danger)|allow(?:ed)?[\w.]*["']?\s*[:=]\s*\[?\s*["']\*|skipPermissions|dangerously\w*["']?\s*[:=,]?\s*["']?true|security["']?\s*[:=]?\s*["']?(?:full|off|none)`)
)
