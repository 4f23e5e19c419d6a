package skills

import (
	"bytes"
	"path"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

const (
	maxExcerpt = 200     // bytes
	maxDoubted = 64      // findings of a rule in one unit whose context is judged; more are believed
	shortMatch = 24      // bytes below which an excerpt shows the text around
	maxMatched = 1 << 10 // bytes of a match that its fingerprint covers
)

// place is where a text stands in its file.
type place struct {
	line    int    // lines before its first
	decoded string // how it was hidden, "" when it was not
	at      *position
	nest    int
	sure    bool // no doubts: the unit has had its share of them
}

// position fixes all findings of a text to one spot: that of the payload it
// was decoded from.
type position struct {
	line, column int
	excerpt      string
}

// rules runs the text rules over data.
func (w *worker) rules(r *result, data []byte, line int) {
	w.escaped, w.remarked = false, false
	w.find(data)
	if len(w.spots) > 0 || len(w.s.always) > 0 {
		w.doc(r, text.New(r.path, data), place{line: line})
	}
	if w.remarked {
		for _, d := range gate.Directives(r.path, data) {
			d.Line += line
			r.directives = append(r.directives, d)
		}
	}
}

// find fills the worker's spots with the triggers in data.
func (w *worker) find(data []byte) {
	w.spots = w.s.triggers.find(&w.finder, data)
	w.escaped = w.escaped || hasEscapes(data)
}

// doc asks the rules whose triggers were found, unit by unit.
func (w *worker) doc(r *result, d *text.Doc, at place) {
	var scene *rules.Scene
	for _, h := range w.spots {
		if w.ctx.Err() != nil {
			return
		}
		i := d.LineAt(h.End - 1)
		if scene != nil && (i > scene.Last || i < scene.First || scene.Partial && !scene.Covers(h.End)) {
			w.forget()
			scene = nil
		}
		k := w.s.triggers.list[h.Literal].rule
		if k < 0 {
			w.remarked = w.remarked || k == ignoreRule
			w.escaped = w.escaped || k == escapeRule
			continue
		}
		rule := w.s.opt.Rules.Rules[k]
		if w.asked[k] || !rule.In.Has(d.Where(i)) {
			continue
		}
		if scene == nil {
			scene = rules.NewScene(d.Unit(i, h.End))
		}
		w.asked[k] = true
		w.touched = append(w.touched, k)
		w.ask(r, rule, scene, at)
	}
	w.forget()
	w.everyLine(r, d, at)
}

// everyLine asks the operator's rules for which no trigger could be found.
func (w *worker) everyLine(r *result, d *text.Doc, at place) {
	for _, k := range w.s.always {
		rule := w.s.opt.Rules.Rules[k]
		for i := 0; i < d.Lines(); i++ {
			if rule.In.Has(d.Where(i)) {
				scene := rules.NewScene(d.Unit(i, d.Start(i)))
				w.ask(r, rule, scene, at)
				i = scene.Last
			}
		}
	}
}

func (w *worker) ask(r *result, rule *rules.Rule, scene *rules.Scene, at place) {
	if !rule.Applies(r.path) {
		return
	}
	for i, hit := range rule.Find(scene) {
		r.findings = append(r.findings, w.finding(r, rule, scene, hit, place{at.line, at.decoded, at.at, at.nest, i >= maxDoubted}))
	}
}

// forget makes every rule askable again, for the next unit.
func (w *worker) forget() {
	for _, k := range w.touched {
		w.asked[k] = false
	}
	w.touched = w.touched[:0]
}

// askFile runs the rules about whole files.
func (w *worker) askFile(r *result, f rules.File) {
	for _, k := range w.s.facts {
		rule := w.s.opt.Rules.Rules[k]
		for _, h := range rule.Fact(&f) {
			found := newFinding(rule, r.path, h)
			found.Context = "file"
			found.matched = path.Base(r.path)
			r.findings = append(r.findings, found)
		}
	}
}

// nameOf is the name in the frontmatter, for the summary of a skill. It reads
// the one line that matters; what is right and wrong with it is the business of
// the lint.
func nameOf(data []byte) string {
	head, _, _ := bytes.Cut(data[:min(len(data), spec.MaxFrontmatter)], []byte("\n---"))
	_, after, found := bytes.Cut(head, []byte("\nname:"))
	if !found {
		return ""
	}
	line, _, _ := bytes.Cut(after, []byte("\n"))
	return strings.Trim(strings.TrimSpace(string(line)), `"'`)
}
