package skills

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/git"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
)

const (
	maxBlob  = 64 << 20 // bytes of a git object that are read
	maxStdin = 64 << 20
)

// target is what a scan looks at.
type target struct {
	source skills.Source
	trees  []tree                                   // the same as folders, for the upstream rule sets
	texts  []string                                 // paths of single files, for the upstream rule sets
	known  []string                                 // folders of skills that the source shows only in part
	open   func(name string) (io.ReadCloser, error) // reads a reported path again
	close  func()
}

// tree is a folder that is reported below prefix.
type tree struct {
	fs     fs.FS
	prefix string
}

// source resolves paths and git flags to a target.
func (o *scanOptions) source(ctx context.Context, app *cli.App, g *gateway) (*target, error) {
	switch {
	case o.staged, o.diffBase != "":
		return o.fromGit(ctx, app, g)
	case len(o.paths) == 1 && o.paths[0] == "-":
		return o.fromStdin(ctx, app)
	}
	t := &target{close: func() {}, open: func(name string) (io.ReadCloser, error) { return os.Open(app.Path(filepath.FromSlash(name))) }}
	skip, err := o.skipper(ctx, app, g)
	if err != nil {
		return nil, err
	}
	paths := o.paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	paths = outermost(app, paths)
	var parts skills.Several
	for _, p := range paths {
		if p == "-" {
			return nil, cli.Usagef(`"-" cannot be mixed with other paths`)
		}
		full := app.Path(p)
		info, err := os.Lstat(full)
		if err != nil {
			return nil, cli.Wrap(cli.Classify(err).Code, err).WithHint("paths are taken relative to the current folder")
		}
		prefix := path.Clean(filepath.ToSlash(p))
		parts = append(parts, skills.Dir{Path: full, Prefix: prefix, Skip: skip})
		if target, err := os.Stat(full); err == nil && target.IsDir() {
			t.trees = append(t.trees, tree{os.DirFS(full), prefix})
		} else if info.Mode().IsRegular() {
			t.texts = append(t.texts, prefix)
			t.known = append(t.known, skillAround(g, prefix)...)
		}
	}
	t.source = parts
	return t, nil
}

// outermost leaves out the paths that lie in another one, so that nothing is
// scanned twice.
func outermost(app *cli.App, paths []string) []string {
	var out []string
	for i, p := range paths {
		inside := false
		for k, other := range paths {
			rel, err := filepath.Rel(app.Path(other), app.Path(p))
			inside = inside || i != k && err == nil && filepath.IsLocal(rel) && (rel != "." || k < i)
		}
		if !inside {
			out = append(out, p)
		}
	}
	return out
}

// skillAround returns the folder of the skill that a single file lies in, by
// the nearest SKILL.md above it in the repository.
func skillAround(g *gateway, shown string) []string {
	for dir := path.Dir(shown); ; dir = path.Dir(dir) {
		if _, err := os.Stat(filepath.Join(g.base, filepath.FromSlash(dir), "SKILL.md")); err == nil {
			return []string{dir}
		}
		if dir == "." || dir == "/" || strings.HasSuffix(dir, "..") || filepath.Join(g.base, filepath.FromSlash(dir)) == g.root {
			return nil
		}
	}
}

func (o *scanOptions) fromStdin(ctx context.Context, app *cli.App) (*target, error) {
	data, err := readAll(ctx, io.LimitReader(app.In, maxStdin+1))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, cli.Wrap(cli.CodeFailure, err)
	case len(data) > maxStdin:
		return nil, &cli.Error{Code: cli.CodeScan, Status: cli.Failure, Message: "standard input is larger than 64 MiB", Next: []string{"save it to a file and scan that"}}
	}
	name := path.Clean(filepath.ToSlash(o.stdinPath))
	entry := skills.MemoryEntry(name, 0o644, data)
	return &target{
		source: skills.Listed{entry}, texts: []string{name}, close: func() {},
		open: func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}, nil
}

// readAll reads until the end or until ctx ends. A read of a terminal cannot be
// stopped; the process, which is about to end, leaves it behind.
func readAll(ctx context.Context, in io.Reader) ([]byte, error) {
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		data, err := io.ReadAll(in)
		done <- read{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fromGit reads the objects that are staged, or that HEAD adds.
func (o *scanOptions) fromGit(ctx context.Context, app *cli.App, g *gateway) (*target, error) {
	repo, err := openRepo(ctx, app)
	if err != nil {
		return nil, err
	}
	g.base = repo.Root
	var paths []string
	for _, p := range o.paths {
		rel, err := repo.Rel(app.Path(p))
		if err != nil {
			return nil, cli.Usagef("%v", err)
		}
		paths = append(paths, rel)
	}
	changed, all, err := o.changes(ctx, repo, paths)
	if err != nil {
		return nil, gitError(err)
	}
	blobs, err := repo.Blobs(ctx)
	if err != nil {
		return nil, gitError(err)
	}
	present, rest := readable(changed)
	tracked, err := git.NewFS(present, blobs, maxBlob)
	if err != nil {
		blobs.Close()
		return nil, gitError(err)
	}
	t := &target{
		source: skills.Several{skills.FS{FS: tracked}, rest}, trees: []tree{{tracked, "."}}, close: func() { blobs.Close() },
		open: func(name string) (io.ReadCloser, error) { return tracked.Open(name) },
	}
	skip, err := o.skipper(ctx, app, g)
	if err != nil {
		t.close()
		return nil, err
	}
	if skip != nil {
		t.source = skills.Except{Source: t.source, Skip: func(name string) bool { return skip(name, false) }}
	}
	for _, e := range all {
		if path.Base(e.Path) == "SKILL.md" {
			t.known = append(t.known, path.Dir(e.Path))
		}
	}
	return t, nil
}

// readable parts the entries whose content is at hand from those that can only
// be reported: what is in conflict has no content yet, and a submodule's is in
// another repository. What is deleted is neither.
func readable(changed []git.Entry) (present []git.Entry, rest skills.Listed) {
	for _, e := range changed {
		switch {
		case e.Kind == git.Submodule && e.State == git.Present:
			rest = append(rest, skills.Entry{Path: e.Path, Root: ".", Mode: fs.ModeDir})
		case e.State == git.Present:
			present = append(present, e)
		case e.State == git.Unmerged:
			rest = append(rest, skills.Entry{Path: e.Path, Root: ".", Err: errors.New("in conflict: not merged yet")})
		}
	}
	return present, rest
}

// changes lists the entries to scan and all entries of the index or commit.
func (o *scanOptions) changes(ctx context.Context, repo *git.Repo, paths []string) (changed, all []git.Entry, err error) {
	if o.staged {
		if changed, err = repo.Staged(ctx, paths...); err == nil {
			all, err = repo.Index(ctx)
		}
		return changed, all, err
	}
	change, err := repo.Changed(ctx, o.diffBase, "HEAD", paths...)
	if err == nil {
		all, err = repo.Tree(ctx, change.Head)
	}
	return change.Entries, all, err
}

func openRepo(ctx context.Context, app *cli.App) (*git.Repo, error) {
	repo, err := git.Open(ctx, git.Options{Dir: app.Dir, Env: app.Environ})
	if err != nil {
		return nil, gitError(err)
	}
	return repo, nil
}

func gitError(err error) error {
	switch {
	case errors.Is(err, git.ErrNoGit):
		return cli.Wrap(cli.CodeNotGit, err).WithHint("install git, or scan plain paths")
	case errors.Is(err, git.ErrNotRepository):
		return cli.Wrap(cli.CodeNotGit, err).WithNext("symbi-ctl skills scan .")
	case errors.Is(err, git.ErrRevision):
		return cli.Wrap(cli.CodeUsage, err).WithHint("name a branch, a tag or a commit that is in this repository")
	case errors.Is(err, git.ErrNoMergeBase):
		return cli.Wrap(cli.CodeUsage, err).WithHint("a shallow clone has no history to compare with: fetch it in full (fetch-depth: 0)")
	}
	return cli.Wrap(cli.CodeScan, err)
}
