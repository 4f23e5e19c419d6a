package skills

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natefinch/atomic"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/git"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

const (
	gateName    = ".symbi-skills.yaml"
	maxGateFile = 1 << 20
)

// gateway is what the operator decided, and where paths are counted from.
type gateway struct {
	root     string // folder of the repository, or the working folder
	file     string // the gate file that is used, "" for none
	base     string // what reported paths are relative to
	config   *gate.Config
	baseline *gate.Baseline
	inline   bool
	partial  bool // not everything is scanned
	excluded []skills.Skipped
}

// openGate reads the gate file and the baseline. The gate file is that of the
// repository's root; the root of a skill is not trusted with it.
func (o *scanOptions) openGate(ctx context.Context, app *cli.App) (*gateway, error) {
	g := &gateway{root: repositoryRoot(app), base: app.Dir, inline: o.inline, partial: o.staged || o.diffBase != ""}
	for _, p := range o.paths {
		g.partial = g.partial || filepath.Clean(app.Path(p)) != g.root
	}
	switch {
	case o.gateFile == "none":
	case o.gateFile != "":
		if err := g.read(app, app.Path(o.gateFile), true); err != nil {
			return nil, err
		}
	case o.staged, o.diffBase != "":
		if err := g.readRecorded(ctx, app, o.diffBase); err != nil {
			return nil, err
		}
	default:
		if err := g.read(app, filepath.Join(g.root, gateName), false); err != nil {
			return nil, err
		}
	}
	if o.baseline != "" {
		if err := g.readBaseline(app.Path(o.baseline)); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// repositoryRoot is the nearest folder above the working folder that holds
// .git, or the working folder itself.
func repositoryRoot(app *cli.App) string {
	for dir := app.Dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return app.Dir
		}
	}
}

func (g *gateway) read(app *cli.App, file string, asked bool) error {
	data, err := readSmall(file)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil
	}
	if err != nil {
		return cli.Wrap(cli.CodeGateConfig, err)
	}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(file), "SKILL.md")); err == nil && !asked {
		app.Notice("note: %s is not used: it lies in the folder of a skill (--gate %s uses it)", gateName, file)
		return nil
	}
	return g.use(file, data)
}

func (g *gateway) use(file string, data []byte) error {
	config, err := gate.ParseConfig(file, data, ruleSets()...)
	if err != nil {
		return cli.Wrap(cli.CodeGateConfig, err)
	}
	g.config, g.file = config, file
	g.inline = g.inline || config.AllowInline
	return nil
}

// readRecorded reads the gate file as git has it. A branch is judged by the
// gate of its base, so that it cannot open the gate for itself; what is staged
// is judged by the gate that is staged, so that a stray file does not count.
func (g *gateway) readRecorded(ctx context.Context, app *cli.App, base string) error {
	repo, err := openRepo(ctx, app)
	if err != nil {
		return err
	}
	entries, from, err := gateEntries(ctx, repo, base)
	if err != nil {
		return gitError(err)
	}
	if len(entries) == 0 || entries[0].Kind != git.File && entries[0].Kind != git.Executable {
		return nil
	}
	blobs, err := repo.Blobs(ctx)
	if err != nil {
		return gitError(err)
	}
	defer blobs.Close()
	blob, err := blobs.Read(entries[0].ID, maxGateFile)
	if err != nil {
		return gitError(err)
	}
	return g.use(gateName+" of "+from, blob.Data)
}

func gateEntries(ctx context.Context, repo *git.Repo, base string) ([]git.Entry, string, error) {
	if base == "" {
		entries, err := repo.Index(ctx, gateName)
		return entries, "the index", err
	}
	change, err := repo.Changed(ctx, base, "HEAD", gateName)
	if err != nil || change.Base == "" {
		return nil, "", err
	}
	entries, err := repo.Tree(ctx, change.Base, gateName)
	return entries, "the base", err
}

// readSmall reads a settings file that is no larger than 1 MiB.
func readSmall(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxGateFile {
		return nil, fmt.Errorf("read %s: not a regular file of at most 1 MiB", file)
	}
	return os.ReadFile(file)
}

func (g *gateway) readBaseline(file string) error {
	in, err := os.Open(file)
	if err != nil {
		return cli.Wrap(cli.CodeBaseline, err)
	}
	defer in.Close()
	if g.baseline, err = gate.LoadBaseline(in); err != nil {
		return cli.Wrap(cli.CodeBaseline, fmt.Errorf("read baseline %s: %w", file, err))
	}
	return nil
}

func (g *gateway) ruleSet() string {
	if g.config == nil {
		return ""
	}
	return g.config.RuleSet
}

func (g *gateway) failOn() rules.Severity {
	if g.config == nil {
		return 0
	}
	return g.config.FailOn
}

func (g *gateway) minConfidence() rules.Confidence {
	if g.config == nil {
		return 0
	}
	return g.config.MinConfidence
}

// ruleFiles are the operator's own rules, named relative to the gate file.
func (g *gateway) ruleFiles() []string {
	if g.config == nil {
		return nil
	}
	var out []string
	for _, f := range g.config.Rules {
		out = append(out, filepath.Join(g.root, filepath.FromSlash(f)))
	}
	return out
}

// identity is the path a finding is known by: relative to the root, so that it
// is the same from every working folder.
func (g *gateway) identity(name string) string {
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(g.base, full)
	}
	rel, err := filepath.Rel(g.root, full)
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// skipper leaves out what the gate file excludes and, when asked, what the
// repository's own .gitignore names; both are counted.
func (o *scanOptions) skipper(ctx context.Context, app *cli.App, g *gateway) (func(string, bool) bool, error) {
	ignored, err := o.ignored(ctx, app)
	if err != nil {
		return nil, err
	}
	if len(ignored) == 0 && (g.config == nil || len(g.config.Exclude) == 0) {
		return nil, nil
	}
	return func(name string, _ bool) bool {
		id := g.identity(name)
		reason, out := "ignored by .gitignore", ignored[id]
		if g.config != nil && !out {
			for _, x := range g.config.Exclude {
				if x.Matches(id) {
					reason, out = "excluded: "+x.Reason, true
				}
			}
		}
		if out {
			g.excluded = append(g.excluded, skills.Skipped{Path: name, Reason: reason})
		}
		return out
	}, nil
}

// ignored lists what the .gitignore in the root of the repository leaves out.
// One in a folder below it has no say: a skill must not hide its own files.
func (o *scanOptions) ignored(ctx context.Context, app *cli.App) (map[string]bool, error) {
	if !o.gitignore {
		return nil, nil
	}
	repo, err := openRepo(ctx, app)
	if err != nil {
		return nil, err
	}
	list, err := repo.Ignored(ctx)
	if err != nil {
		return nil, gitError(err)
	}
	out := make(map[string]bool, len(list))
	for _, p := range list {
		out[path.Clean(p)] = true
	}
	return out, nil
}

// decide applies the operator's decisions to the report.
func (g *gateway) decide(r *skills.Report, e *engine, now time.Time) {
	found := make([]gate.Finding, len(r.Findings))
	for i, f := range r.Findings {
		found[i] = gate.Finding{Rule: f.Rule, Path: g.identity(f.Path), Skill: g.identity(f.Skill), Line: f.Line, Severity: f.Severity, Matched: f.Matched()}
	}
	remarks := make([]gate.Directive, len(r.Directives))
	for i, d := range r.Directives {
		remarks[i] = d
		remarks[i].Path = g.identity(d.Path)
	}
	outcome := gate.Gate{Config: g.config, Baseline: g.baseline, AllowInline: g.inline, Now: now, Partial: g.partial}.Apply(found, remarks)
	for i, d := range outcome.Decisions {
		f := &r.Findings[i]
		f.Severity = d.Severity
		if d.Rerated != "" {
			f.Doubt = strings.TrimPrefix(f.Doubt+"; rated anew: "+d.Rerated, "; ")
		}
		if d.Suppressed {
			f.Suppressed = &skills.Suppression{By: string(d.By), Reason: d.Reason}
		}
	}
	for _, n := range outcome.Notices {
		r.Notices = append(r.Notices, noticeText(n))
	}
	if outcome.Inert > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("%s in scanned files not followed: the operator has not allowed them (allow_inline in %s)", count(outcome.Inert, "symbi-ignore remark"), gateName))
	}
	r.Coverage.Skipped = append(r.Coverage.Skipped, g.excluded...)
	slices.SortStableFunc(r.Coverage.Skipped, func(a, b skills.Skipped) int { return strings.Compare(a.Path, b.Path) })
	e.scanner.Judge(r)
}

func noticeText(n gate.Notice) string {
	switch {
	case n.Path != "":
		return fmt.Sprintf("%s:%d: %s", n.Path, n.Line, n.Text)
	case n.Line > 0:
		return fmt.Sprintf("%s:%d: %s", gateName, n.Line, n.Text)
	}
	return n.Text
}

// saveBaseline writes what was found as known. The file appears whole or not
// at all.
func (o *scanOptions) saveBaseline(app *cli.App, g *gateway, r skills.Report, now time.Time) error {
	var found []gate.Finding
	for _, f := range r.Findings {
		if f.Suppressed == nil {
			found = append(found, gate.Finding{Rule: f.Rule, Path: g.identity(f.Path), Skill: g.identity(f.Skill), Line: f.Line, Severity: f.Severity, Matched: f.Matched()})
		}
	}
	var b bytes.Buffer
	if err := gate.NewBaseline(r.RuleSet.Name, now.UTC().Truncate(time.Second), found).Write(&b); err != nil {
		return err
	}
	file := app.Path(o.writeBaseline)
	if err := atomic.WriteFile(file, &b); err != nil {
		return fmt.Errorf("write baseline %s: %w", file, err)
	}
	app.Notice("wrote %s to %s", count(len(found), "finding"), o.writeBaseline)
	return nil
}

// repositoryURI is the path of name, which is relative to the working folder,
// from the root of the repository.
func repositoryURI(app *cli.App, name string) string {
	return (&gateway{root: repositoryRoot(app), base: app.Dir}).uri(name)
}
