package skills

import (
	"bytes"
	"slices"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// concealed reports characters that a reader does not see, and scans the lines
// that hold them as the reader takes them.
func (w *worker) concealed(r *result, data []byte, line int) {
	d := text.New(r.path, data)
	folded := make([]byte, 0, len(data)+len(data)/64) // what is folded seldom grows
	touched := make([]bool, d.Lines())
	found := false
	for i := range d.Lines() {
		raw := d.Line(i)
		if i > 0 {
			folded = append(folded, '\n')
		}
		if !match.Suspicious(raw) {
			folded = append(folded, raw...)
			continue
		}
		list := text.FindConcealed(string(raw))
		if i == 0 && line > 0 {
			list = slices.DeleteFunc(list, func(c text.Concealed) bool { return c.Pos == 0 })
		}
		touched[i] = len(list) > 0
		found = found || touched[i]
		w.conceals(r, d, i, list, line)
		if touched[i] {
			raw = []byte(text.Fold(string(raw)))
		}
		folded = append(folded, raw...)
	}
	if !found {
		return
	}
	before := len(r.findings)
	w.find(folded)
	plain := text.New(r.path, folded)
	w.spots = slices.DeleteFunc(w.spots, func(h match.Hit) bool { return !touched[plain.LineAt(h.End-1)] })
	w.doc(r, plain, place{line: line, decoded: "disguised letters"})
	r.findings = append(r.findings[:before], onlyNew(r.findings[:before], r.findings[before:])...)
}

func (w *worker) conceals(r *result, d *text.Doc, i int, list []text.Concealed, line int) {
	for k, rule := range w.s.opt.Rules.Rules {
		if rule.Conceals == nil {
			continue
		}
		for _, h := range rule.Conceals(string(d.Line(i)), list) {
			f := newFinding(w.s.opt.Rules.Rules[k], r.path, h.Hit)
			f.Line, f.Column, f.Context = line+i+1, h.Pos+1, d.Where(i).String()
			f.matched = h.Said
			f.Excerpt = excerpt(h.Said)
			r.findings = append(r.findings, f)
		}
	}
}

// onlyNew returns the findings of list that have no equal, by rule and line, in
// known.
func onlyNew(known, list []Finding) []Finding {
	type key struct {
		rule string
		line int
	}
	seen := make(map[key]bool, len(known))
	for _, f := range known {
		seen[key{f.Rule, f.Line}] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(f Finding) bool { return seen[key{f.Rule, f.Line}] })
}

// payloads scans what is encoded in data. What an attacker took the trouble to
// hide is rated at least high.
func (w *worker) payloads(r *result, data []byte, line, nest int) {
	for _, h := range text.Payloads(data) {
		before := bytes.Count(data[:h.Pos], []byte("\n"))
		start := bytes.LastIndexByte(data[:h.Pos], '\n')
		w.payload(r, h, place{
			nest: nest, decoded: h.Encoding,
			at: &position{line: line + before + 1, column: h.Pos - start, excerpt: excerpt(string(h.Text))},
		})
	}
}

func (w *worker) payload(r *result, h text.Hidden, at place) {
	before := len(r.findings)
	w.find(h.Text)
	w.doc(r, text.NewPayload(r.path, h.Text), at)
	for i := before; i < len(r.findings); i++ {
		if f := &r.findings[i]; f.Severity >= rules.Medium && f.Confidence > rules.Unlikely {
			f.Severity, f.Confidence = max(f.Severity, rules.High), rules.Certain
		}
	}
	if at.nest >= maxNest {
		return
	}
	for _, inner := range text.Payloads(h.Text) {
		deeper := at
		deeper.nest++
		deeper.decoded = inner.Encoding + " in " + at.decoded
		w.payload(r, inner, deeper)
	}
}
