package spec

import "path/filepath"

// UserDir is a folder in which an agent looks for the skills of one user.
type UserDir struct {
	Agent string `json:"agent"`
	Path  string `json:"path"`
}

// UserDirs lists the skill folders below the home folder home, whether they
// exist or not. The order is the one in which the Symbiont runtime searches,
// then the other agents by name:
//
//	.agents/skills            every agent
//	.claude/skills            Claude Code
//	.codex/skills             Codex
//	.symbiont/skills          Symbiont
//	.copilot/skills           GitHub Copilot
//	.cursor/skills            Cursor
//	.gemini/skills            Gemini CLI
//	.openclaw/skills          OpenClaw
//	.config/opencode/skills   OpenCode
func UserDirs(home string) []UserDir {
	dir := func(agent, rel string) UserDir {
		return UserDir{Agent: agent, Path: filepath.Join(home, filepath.FromSlash(rel))}
	}
	return []UserDir{
		dir("any", ".agents/skills"),
		dir("claude-code", ".claude/skills"),
		dir("codex", ".codex/skills"),
		dir("symbiont", ".symbiont/skills"),
		dir("copilot", ".copilot/skills"),
		dir("cursor", ".cursor/skills"),
		dir("gemini-cli", ".gemini/skills"),
		dir("openclaw", ".openclaw/skills"),
		dir("opencode", ".config/opencode/skills"),
	}
}
