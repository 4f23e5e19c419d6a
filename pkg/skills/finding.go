package skills

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

func (w *worker) finding(r *result, rule *rules.Rule, s *rules.Scene, h rules.Hit, at place) Finding {
	f := newFinding(rule, r.path, h)
	if !rule.Firm {
		rated := h
		rated.Severity = f.Severity
		if d := s.Doubts(rated); d.Steps > 0 {
			f.Confidence = max(rules.Unlikely, f.Confidence-rules.Confidence(d.Steps))
			f.Doubt = d.Reason
		}
	}
	offset := s.Offset(h.Pos)
	i := s.Doc.LineAt(offset)
	f.Line, f.Column = at.line+i+1, offset-s.Doc.Start(i)+1
	f.Context = s.Doc.Where(i).String()
	f.matched = strings.Clone(s.Text[h.Pos:min(h.End, h.Pos+maxMatched, len(s.Text))])
	f.Excerpt = excerpt(surrounded(s.Text, h))
	f.Decoded = at.decoded
	if at.at != nil {
		f.Line, f.Column = at.at.line, at.at.column
		f.Message += " (hidden: " + at.decoded + ")"
	}
	return f
}

func newFinding(rule *rules.Rule, file string, h rules.Hit) Finding {
	f := Finding{
		Rule: rule.ID, Severity: rule.Severity, Confidence: rule.Confidence, Category: rule.Category, Path: file,
		Message: rule.Title, Trial: rule.Trial,
	}
	if h.Severity != 0 {
		f.Severity = h.Severity
	}
	if h.Confidence != 0 {
		f.Confidence = h.Confidence
	}
	if f.Confidence < rule.Confidence {
		f.Doubt = h.Reason
	}
	if h.Message != "" {
		f.Message = h.Message
	}
	return f
}

// surrounded is the matched text, with what stands around it when it is too
// short to tell what it is about.
func surrounded(t string, h rules.Hit) string {
	pos, end := h.Pos, min(h.End, len(t))
	if end-pos >= shortMatch {
		return t[pos:end]
	}
	from, to := max(0, pos-shortMatch), min(len(t), end+2*shortMatch)
	if from > 0 {
		if blank := strings.IndexByte(t[from:pos], ' '); blank >= 0 {
			from += blank + 1
		} else {
			from = pos
		}
	}
	if to < len(t) {
		if blank := strings.LastIndexByte(t[end:to], ' '); blank >= 0 {
			to = end + blank
		} else {
			to = end
		}
	}
	return strings.ToValidUTF8(t[from:to], "")
}

func excerpt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxExcerpt {
		s = strings.ToValidUTF8(s[:maxExcerpt], "") + "…"
	}
	return s
}

// distinct removes findings of the same rule at the same place, which the
// overlap of windows and of units gives, and those that only say a part of what
// a graver finding around them says.
func distinct(list []Finding) []Finding {
	type key struct {
		rule         string
		line, column int
		message      string
	}
	seen := make(map[key]bool, len(list))
	lines := map[int][]Finding{}
	out := list[:0]
	for _, f := range list {
		k := key{f.Rule, f.Line, f.Column, f.Message}
		if !seen[k] {
			seen[k] = true
			lines[f.Line] = append(lines[f.Line], f)
			out = append(out, f)
		}
	}
	return slices.DeleteFunc(out, func(f Finding) bool {
		return slices.ContainsFunc(lines[f.Line], func(g Finding) bool { return g.covers(f) })
	})
}

// covers reports whether f is graver and no less certain than part, which by
// itself would not refuse by default and lies inside it.
func (f Finding) covers(part Finding) bool {
	return f.Line > 0 && part.Severity < rules.High && f.Severity > part.Severity && f.Confidence >= part.Confidence && f.Decoded == part.Decoded &&
		f.Column <= part.Column && f.Column+len(f.matched) >= part.Column+len(part.matched)
}

// fingerprint numbers equal matches in the order of the report.
func (s *Scanner) fingerprint(list []Finding) {
	type key struct{ rule, path, matched string }
	seen := map[key]int{}
	for i := range list {
		f := &list[i]
		k := key{f.Rule, f.Path, strings.Join(strings.Fields(f.matched), " ")}
		f.Fingerprint = gate.Fingerprint(f.Rule, s.opt.Identity(f.Path), f.matched, seen[k])
		seen[k]++
	}
}
