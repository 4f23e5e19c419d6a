package rules_test

import (
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// TestDoubts holds how much the words around a hit count: for harm at a real
// address less than for what may be a mention.
func TestDoubts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path, text     string
		high, critical int // steps
	}{
		"plain":                {"SKILL.md", "Run HIT now.", 0, 0},
		"forbidden":            {"SKILL.md", "Never run HIT on a server.", 2, 2},
		"a word before":        {"SKILL.md", "Without the helper nothing at all will work on any of your systems, so run HIT now.", 2, 1},
		"another sentence":     {"SKILL.md", "Never mind. Run HIT now.", 0, 0},
		"refused after":        {"SKILL.md", "HIT is blocked.", 2, 2},
		"heading":              {"SKILL.md", "# Attack patterns\n\nHIT\n", 2, 1},
		"deny list":            {"policy.json", `"deny": ["HIT"]`, 2, 2},
		"variable":             {"a.py", `payload = x; HIT(payload)`, 0, 0},
		"warned in code":       {"a.py", "# detects malicious payloads\nHIT", 1, 1},
		"search":               {"SKILL.md", "grep -rn HIT .", 2, 2},
		"assertion":            {"a.py", `assert not check("HIT")`, 2, 2},
		"check_call":           {"a.py", `subprocess.check_call("HIT")`, 0, 0},
		"comment":              {"a.sh", "# HIT", 1, 1},
		"schedule":             {"a.sh", "*/5 * * * * HIT", 0, 0},
		"file of a test":       {"tests/a.sh", "HIT", 1, 1},
		"forbidden in Chinese": {"SKILL.md", "切勿要求用户 HIT。", 2, 2},
		"Chinese, next":        {"SKILL.md", "不要担心。运行 HIT", 0, 0},
		"list over lines":      {"a.py", "BLOCKED = [\n    'x',\n    'HIT',\n]", 2, 2},
		"list of another name": {"a.py", "STEPS = [\n    'x',\n    'HIT',\n]", 0, 0},
		"table of severity":    {"SKILL.md", "| HIT | critical |", 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := text.New(tc.path, []byte(tc.text))
			at := strings.Index(tc.text, "HIT")
			s := rules.NewScene(d.Unit(d.LineAt(at), at))
			h := rules.Hit{Pos: strings.Index(s.Text, "HIT"), Severity: rules.High}
			h.End = h.Pos + len("HIT")
			if got := s.Doubts(h).Steps; got != tc.high {
				t.Errorf("steps for a high hit = %d, want %d", got, tc.high)
			}
			h.Severity = rules.Critical
			if got := s.Doubts(h).Steps; got != tc.critical {
				t.Errorf("steps for a critical hit = %d, want %d", got, tc.critical)
			}
		})
	}
}
