package skills

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
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

// binaryKind names what a binary file is, and whether it is of a kind that
// skills ship for what it shows: pictures, fonts, sound.
func binaryKind(head []byte) (what string, harmless bool) {
	for _, k := range []struct {
		magic, name string
		harmless    bool
	}{
		{"\x89PNG", "picture", true},
		{"\xff\xd8\xff", "picture", true},
		{"GIF8", "picture", true},
		{"BM", "picture", true},
		{"\x00\x00\x01\x00", "icon", true},
		{"wOFF", "font", true},
		{"wOF2", "font", true},
		{"\x00\x01\x00\x00\x00", "font", true},
		{"OTTO", "font", true},
		{"true\x00", "font", true},
		{"ttcf", "font", true},
		{"OggS", "sound", true},
		{"ID3", "sound", true},
		{"fLaC", "sound", true},
		{"\x00\x00\x00\x18ftyp", "video", true},
		{"\x00\x00\x00\x20ftyp", "video", true},
		{"\x1aE\xdf\xa3", "video", true},
		{"\x7fELF", "executable (ELF)", false},
		{"MZ", "executable (Windows)", false},
		{"\xcf\xfa\xed\xfe", "executable (Mach-O)", false},
		{"\xca\xfe\xba\xbe", "executable (Mach-O or Java)", false},
		{"PK\x03\x04", "zip archive or office document", false},
		{"Rar!", "rar archive", false},
		{"7z\xbc\xaf", "7z archive", false},
		{"\x1f\x8b", "gzip", false},
		{"\xfd7zXZ", "xz", false},
		{"BZh", "bzip2", false},
		{"%PDF", "PDF", false},
		{"SQLite format 3", "database", false},
		{"\x00asm", "WebAssembly", false},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return k.name, k.harmless
		}
	}
	if len(head) > 12 && string(head[:4]) == "RIFF" {
		return "picture or sound", true
	}
	return fmt.Sprintf("unknown data (%x…)", head[:min(4, len(head))]), false
}
