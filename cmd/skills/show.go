package skills

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

func newShow(app *cli.App) *cobra.Command {
	c := &cobra.Command{
		Use:   "show PATH|ID",
		Short: "Show one skill: metadata, files, problems",
		Long: `Show what a skill says of itself, the files it brings, and what the lint finds.
The skill is named by the path of its folder or of a file in it, or by an id or
a name that "skills list" shows.`,
		Example: "  symbi-ctl skills show skills/pdf\n  symbi-ctl skills show pdf -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := showSkill(c.Context(), app, args[0])
			if err != nil {
				return err
			}
			return app.Print(shownView(s))
		},
	}
	return cli.Exits(c, cli.NotFound)
}

// shown is one skill as `skills show` prints it.
type shown struct {
	ID string `json:"id"`
	spec.Metadata
	Bytes    int64          `json:"bytes"`
	Files    []spec.File    `json:"files"`
	Problems []spec.Problem `json:"problems"`
}

func showSkill(ctx context.Context, app *cli.App, arg string) (shown, error) {
	p, err := pickSkill(ctx, app, arg)
	if err != nil {
		return shown{}, err
	}
	if err := p.open(); err != nil {
		return shown{}, err
	}
	defer p.root.Close()
	p.only = true
	found, err := p.find(ctx)
	if err != nil {
		return shown{}, err
	}
	if len(found.Skills) == 0 {
		e := cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "there is no SKILL.md in " + arg}
		return shown{}, e.WithNext("symbi-ctl skills list " + arg)
	}
	s := found.Skills[0]
	out := shown{ID: p.display("."), Problems: p.problems(spec.Lint(s, p.fsys))}
	if out.Files, err = spec.Inventory(ctx, p.fsys, s); err != nil {
		return shown{}, err
	}
	out.Bytes = sizeOf(out.Files)
	// An unreadable skill has no metadata; it is among the problems.
	if d, err := spec.Read(p.fsys, s); err == nil {
		out.Metadata = d.Metadata
	}
	return out, nil
}

// pickSkill finds the folder of a skill by path, or else by id or name among
// the skills that `skills list` shows.
func pickSkill(ctx context.Context, app *cli.App, arg string) (place, error) {
	if _, err := os.Stat(app.Path(arg)); !errors.Is(err, fs.ErrNotExist) {
		return findPlace(app, arg)
	}
	rows, err := listSkills(ctx, app, nil)
	if err != nil {
		return place{}, err
	}
	var ids, names []string
	for _, r := range rows {
		names = append(names, r.Name, path.Base(r.ID))
		if arg == r.Name || arg == path.Base(r.ID) {
			ids = append(ids, r.ID)
		}
	}
	switch len(ids) {
	case 1:
		return findPlace(app, ids[0])
	case 0:
		e := &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: fmt.Sprintf("there is no skill %q", arg)}
		if near := cli.Nearest(arg, names); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return place{}, e.WithNext("symbi-ctl skills list")
	}
	var next []string
	for _, id := range ids {
		next = append(next, "symbi-ctl skills show "+id)
	}
	return place{}, cli.Usagef("%d skills are named %q", len(ids), arg).WithHint("name one by its id").WithNext(next...)
}

// problems makes the paths in problems those that the user knows.
func (p place) problems(all []spec.Problem) []spec.Problem {
	out := make([]spec.Problem, len(all))
	for i, one := range all {
		one.Path = p.display(one.Path)
		if one.Skill != "" {
			one.Skill = p.display(one.Skill)
		}
		out[i] = one
	}
	return out
}

func shownView(s shown) output.View {
	fields := []output.Field{{Name: "ID", Value: s.ID}}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, output.Field{Name: name, Value: value})
		}
	}
	add("Name", s.Name)
	add("Description", s.Description)
	add("License", s.License)
	add("Compatibility", s.Compatibility)
	add("Allowed tools", strings.Join(s.AllowedTools, " "))
	for _, key := range slices.Sorted(maps.Keys(s.Metadata.Metadata)) {
		add("Metadata", key+": "+s.Metadata.Metadata[key])
	}
	add("Other fields", strings.Join(s.Extra, " "))
	add("Size", fmt.Sprintf("%d bytes in %d files", s.Bytes, len(s.Files)))
	for _, f := range s.Files {
		add("File", fmt.Sprintf("%s (%s, %d bytes)", f.Path, f.Kind, f.Size))
	}
	for _, p := range s.Problems {
		fields = append(fields, output.Field{
			Name: "Problem", Style: levelStyle(p.Level),
			Value: fmt.Sprintf("%s %s: %s (%s)", p.Where(), p.Level, p.Message, p.ID),
		})
	}
	if len(s.Problems) == 0 {
		add("Problems", "none")
	}
	return output.Record{Value: s, Fields: fields}
}

func levelStyle(l spec.Level) output.Style {
	styles := map[spec.Level]output.Style{spec.Error: output.Bad, spec.Warning: output.Warn, spec.Info: output.Faint}
	return cmp.Or(styles[l], output.Plain)
}
