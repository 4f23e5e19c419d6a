package skills

import (
	"context"
	"path"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
)

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
