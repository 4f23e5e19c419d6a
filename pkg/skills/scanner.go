// Package skills scans the skills that agents are given for what should not be
// in them.
//
// Start with [New] and [Scanner.Scan]; [Report] is the result. A scan reads
// every entry of its [Source] once, follows no link, opens nothing but regular
// files, and accounts for whatever it could not read. The same input gives the
// same report. Memory is bounded by the buffers of the workers, not by the size
// of files.
package skills

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

// Options say how to scan. The zero value scans with the default rule set and
// refuses at high severity and medium confidence.
type Options struct {
	Rules         *rules.Set                   // default: rules.Symbi()
	FailOn        rules.Severity               // findings of this severity or higher refuse; default high
	MinConfidence rules.Confidence             // with this confidence or higher; default medium
	Workers       int                          // default: one a processor
	Folders       []string                     // folders of skills that the source shows only in part
	Identity      func(path string) string     // path a finding is known by, whatever the working folder; default: the path itself
	Progress      func(files int, bytes int64) // called now and then from one goroutine; may be nil
}

// Scanner scans. It is safe for concurrent use.
type Scanner struct {
	opt      Options
	triggers *triggers
	facts    []int // rules about whole files
	always   []int // rules without triggers
}

// New prepares a scanner.
func New(opt Options) (*Scanner, error) {
	if opt.Rules == nil {
		opt.Rules = rules.Symbi()
	}
	opt.FailOn = cmp.Or(opt.FailOn, rules.High)
	opt.MinConfidence = cmp.Or(opt.MinConfidence, rules.Likely)
	opt.Workers = cmp.Or(opt.Workers, runtime.GOMAXPROCS(0))
	if opt.Identity == nil {
		opt.Identity = func(path string) string { return path }
	}
	s := &Scanner{opt: opt}
	return s, s.compile()
}

func (s *Scanner) compile() error {
	for i, r := range s.opt.Rules.Rules {
		switch {
		case r.Fact != nil:
			s.facts = append(s.facts, i)
		case len(r.Triggers) == 0 && r.Pattern != "":
			s.always = append(s.always, i)
		}
	}
	var err error
	s.triggers, err = newTriggers(s.opt.Rules.Rules)
	return err
}

// Scan scans what src holds. When ctx ends early it returns what was found so
// far, marked partial, together with the cause.
func (s *Scanner) Scan(ctx context.Context, src Source) (Report, error) {
	work := make(chan Entry, 64)
	results := make(chan result, 64)
	var listing error
	go func() {
		defer close(work)
		listing = src.Entries(ctx, func(e Entry) bool {
			select {
			case work <- e:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	var workers sync.WaitGroup
	for range s.opt.Workers {
		workers.Go(func() {
			w := newWorker(ctx, s)
			for e := range work {
				if ctx.Err() != nil {
					continue // drain, so that the lister ends
				}
				results <- w.entry(e)
			}
		})
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	report := s.report(s.collect(results))
	if ctx.Err() != nil {
		report.Interrupted = true
		report.Notices = append(report.Notices, fmt.Sprintf("interrupted: what lies behind the first %d files was not looked at", report.Coverage.Files))
		s.Judge(&report)
		return report, context.Cause(ctx)
	}
	return report, listing
}

// ScanFS scans a file system; paths are reported below prefix.
func (s *Scanner) ScanFS(ctx context.Context, fsys fs.FS, prefix string) (Report, error) {
	return s.Scan(ctx, FS{FS: fsys, Prefix: prefix})
}

// tally is what the results of all entries add up to.
type tally struct {
	files      map[string]int    // entries of each folder
	names      map[string]string // of the skills, by folder
	manifests  []string          // paths of skill files
	read       int
	bytes      int64
	findings   []Finding
	skipped    []Skipped
	directives []gate.Directive
}

func (s *Scanner) collect(results <-chan result) *tally {
	t := &tally{files: map[string]int{}, names: map[string]string{}, findings: []Finding{}, skipped: []Skipped{}}
	done := 0
	for r := range results {
		dir := path.Dir(r.path)
		t.files[dir]++
		t.bytes += r.bytes
		if r.read {
			t.read++
		}
		if strings.EqualFold(path.Base(r.path), spec.FileName) {
			t.manifests = append(t.manifests, r.path)
			t.names[dir] = r.name
		}
		t.findings = append(t.findings, r.findings...)
		t.skipped = append(t.skipped, r.skipped...)
		t.directives = append(t.directives, r.directives...)
		if done++; s.opt.Progress != nil && done%256 == 0 {
			s.opt.Progress(done, t.bytes)
		}
	}
	slices.SortFunc(t.skipped, func(a, b Skipped) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(t.directives, func(a, b gate.Directive) int { return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line) })
	sortFindings(t.findings)
	return t
}

// report makes the report of what was found.
func (s *Scanner) report(t *tally) Report {
	folders := skillFolders(t.manifests, s.opt.Folders)
	files := map[string]int{}
	for dir, n := range t.files {
		files[skillOf(folders, dir)] += n
	}
	for i := range t.findings {
		t.findings[i].Skill = skillOf(folders, path.Dir(t.findings[i].Path))
	}
	s.fingerprint(t.findings)
	set := s.opt.Rules
	report := Report{
		RuleSet:  RuleSet{set.Name, set.Version, len(set.Rules)},
		Findings: t.findings, Skills: []Summary{}, Notices: []string{}, Directives: t.directives,
		Coverage: Coverage{Files: t.read, Bytes: t.bytes, Skipped: t.skipped},
	}
	for _, folder := range folders {
		if files[folder] > 0 {
			report.Skills = append(report.Skills, Summary{Path: folder, Name: t.names[folder], Files: files[folder]})
		}
	}
	report.Rules = s.notes(report.Findings)
	s.Judge(&report)
	return report
}

// notes explains the rules of the findings.
func (s *Scanner) notes(findings []Finding) []RuleNote {
	found := map[string]bool{}
	for _, f := range findings {
		found[f.Rule] = true
	}
	notes := []RuleNote{}
	for _, r := range s.opt.Rules.Rules {
		if found[r.ID] {
			notes = append(notes, RuleNote{r.ID, r.Title, r.Why, r.Fix, r.Refs})
		}
	}
	slices.SortFunc(notes, func(a, b RuleNote) int { return strings.Compare(a.ID, b.ID) })
	return notes
}

func sortFindings(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Rule, b.Rule))
	})
}

// Judge sets which findings refuse, the summaries of the skills and the
// verdict. Call it again after findings were suppressed or rated anew.
func (s *Scanner) Judge(r *Report) {
	bySkill := map[string]*Summary{}
	for i := range r.Skills {
		sum := &r.Skills[i]
		sum.Findings, sum.Worst, sum.Refused = 0, 0, false
		bySkill[sum.Path] = sum
	}
	verdict := Clean
	if r.Interrupted {
		verdict = Partial
	}
	for _, skipped := range r.Coverage.Skipped {
		if skipped.Partial {
			verdict = Partial
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Refuses = f.Suppressed == nil && !f.Trial && f.Severity >= s.opt.FailOn && f.Confidence >= s.opt.MinConfidence
		if f.Refuses {
			verdict = Refused
		}
		if sum := bySkill[f.Skill]; sum != nil && f.Suppressed == nil && f.Confidence >= s.opt.MinConfidence {
			sum.Findings++
			sum.Worst = max(sum.Worst, f.Severity)
			sum.Refused = sum.Refused || f.Refuses
		}
	}
	r.Verdict = verdict
}
