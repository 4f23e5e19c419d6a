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
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
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
	literals *match.Set
	byTerm   [][]int32 // rules asked about for each literal
	terms    int       // literals that belong to rules; the engine's own follow
	facts    []int     // rules about whole files
	always   []int     // rules without triggers
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

// encodedTerms make the engine look for escapes that hide text.
func encodedTerms() []string { return []string{`\x`, `\u00`, "CharCode("} }

// ignoreTerm makes the engine look for remarks of the authors of skills.
const ignoreTerm = "symbi-ignore"

func (s *Scanner) compile() error {
	var literals []string
	index := map[string]int{}
	for i, r := range s.opt.Rules.Rules {
		switch {
		case r.Fact != nil:
			s.facts = append(s.facts, i)
		case len(r.Triggers) == 0 && r.Pattern != "":
			s.always = append(s.always, i)
		}
		for _, t := range r.Triggers {
			key := strings.ToLower(t)
			k, known := index[key]
			if !known {
				k = len(literals)
				index[key] = k
				literals = append(literals, key)
				s.byTerm = append(s.byTerm, nil)
			}
			s.byTerm[k] = append(s.byTerm[k], int32(i))
		}
	}
	s.terms = len(literals)
	set, err := match.New(append(append(literals, ignoreTerm), encodedTerms()...))
	if err != nil {
		return fmt.Errorf("prepare triggers: %w", err)
	}
	s.literals = set
	return nil
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
			w := newWorker(s)
			for e := range work {
				if ctx.Err() != nil {
					continue // drain, so that the lister ends
				}
				results <- w.entry(ctx, e)
			}
		})
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	all := s.collect(results)
	report := s.report(all)
	if ctx.Err() != nil {
		report.Verdict = cmp.Or(partialUnless(report.Verdict), Partial)
		return report, context.Cause(ctx)
	}
	if listing != nil {
		return report, listing
	}
	return report, nil
}

func partialUnless(verdict string) string {
	if verdict == Refused {
		return Refused
	}
	return Partial
}

// ScanFS scans a file system; paths are reported below prefix.
func (s *Scanner) ScanFS(ctx context.Context, fsys fs.FS, prefix string) (Report, error) {
	return s.Scan(ctx, FS{FS: fsys, Prefix: prefix})
}

func (s *Scanner) collect(results <-chan result) []result {
	var all []result
	var files int
	var bytes int64
	for r := range results {
		all = append(all, r)
		files++
		bytes += r.bytes
		if s.opt.Progress != nil && files%256 == 0 {
			s.opt.Progress(files, bytes)
		}
	}
	slices.SortFunc(all, func(a, b result) int { return strings.Compare(a.path, b.path) })
	return all
}

// report puts the results of all entries together.
func (s *Scanner) report(all []result) Report {
	paths := make([]string, len(all))
	for i, r := range all {
		paths[i] = r.path
	}
	folders := skillFolders(paths, s.opt.Folders)
	set := s.opt.Rules
	report := Report{
		RuleSet:  RuleSet{set.Name, set.Version, len(set.Rules)},
		Findings: []Finding{}, Skills: []Summary{}, Notices: []string{},
		Coverage: Coverage{Skipped: []Skipped{}},
	}
	names := map[string]string{}
	files := map[string]int{}
	for _, r := range all {
		skill := skillOf(folders, r.path)
		files[skill]++
		if r.name != "" {
			names[skill] = r.name
		}
		for _, f := range r.findings {
			f.Skill = skill
			report.Findings = append(report.Findings, f)
		}
		report.Directives = append(report.Directives, r.directives...)
		report.Coverage.Bytes += r.bytes
		if r.read {
			report.Coverage.Files++
		}
		report.Coverage.Skipped = append(report.Coverage.Skipped, r.skipped...)
	}
	sortFindings(report.Findings)
	s.fingerprint(report.Findings)
	for _, folder := range folders {
		if files[folder] == 0 {
			continue
		}
		report.Skills = append(report.Skills, Summary{Path: folder, Name: names[folder], Files: files[folder]})
	}
	s.Judge(&report)
	return report
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

// IsNotExist reports whether err says that what was to be scanned is not there.
func IsNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
