package skills

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	if !asked && isSkill(filepath.Dir(file)) {
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

// isSkill reports whether a folder is a skill, in any spelling of SKILL.md.
func isSkill(dir string) bool {
	list, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(list, func(d fs.DirEntry) bool { return strings.EqualFold(d.Name(), "SKILL.md") })
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

// repositoryURI is the path of name, which is relative to the working folder,
// from the root of the repository.
func repositoryURI(app *cli.App, name string) string {
	return (&gateway{root: repositoryRoot(app), base: app.Dir}).uri(name)
}
