package rules_test

import (
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// FuzzFind holds every rule to its promise about hits, whatever the text: they
// lie inside the unit.
func FuzzFind(f *testing.F) {
	set := rules.Symbi()
	for _, r := range set.Rules {
		for _, s := range r.Hits[:1] {
			f.Add(s.Path, s.Text)
		}
	}
	for _, s := range []string{"a | ", "`rm -rf /", "$(", "<!--", "find / -name", "chmod", "- ~/.ssh/id_rsa", "\"\\", "-d @", "curl -d \"$\" http://[", "|\x1b[8m", "SOUL.md", "read -s"} {
		f.Add("SKILL.md", s)
		f.Add("a.sh", s)
		f.Add("a.py", s)
	}
	f.Fuzz(func(t *testing.T, path, source string) {
		d := text.New(path, []byte(source))
		for i := range d.Lines() {
			u := d.Unit(i, d.Start(i))
			for _, r := range set.Rules {
				if !r.In.Has(u.Where) {
					continue
				}
				scene := rules.NewScene(u)
				for _, h := range r.Find(scene) {
					if h.Pos < 0 || h.End < h.Pos || h.End > len(u.Text) {
						t.Errorf("%s: hit %d-%d lies outside of %d bytes: %q", r.ID, h.Pos, h.End, len(u.Text), source)
						continue
					}
					scene.Doubts(h)
				}
			}
		}
	})
}
