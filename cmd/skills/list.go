package skills

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:   "list [PATH…]",
		Short: "List skills",
		Long: `List the skills below PATH, at any depth. Without PATH these are the skills
below the current folder and those in your own folders of the agents
(~/.agents/skills, ~/.claude/skills, ~/.codex/skills, ~/.symbiont/skills, and so
on).

The id of a skill is the path of its folder: names repeat, paths do not.`,
		Example: "  symbi-ctl skills list\n  symbi-ctl skills list skills -o json",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			rows, err := listSkills(c.Context(), app, args)
			if err != nil {
				return err
			}
			return app.Print(skillsView(rows))
		},
	}, cli.NotFound)
}

// skillRow is one skill of `skills list`.
type skillRow struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Agent       string `json:"agent,omitempty"` // whose folder it is in, for the user's own
	Files       int    `json:"files"`
	Bytes       int64  `json:"bytes"`
}

func skillsView(rows []skillRow) output.View {
	return output.List[skillRow]{
		Rows:  rows,
		Empty: "No skills found.",
		Columns: []output.Column[skillRow]{
			{Header: "ID", Cell: func(r skillRow) string { return r.ID }},
			{Header: "NAME", Cell: func(r skillRow) string { return cmp.Or(r.Name, "-") }},
			{Header: "AGENT", Wide: true, Cell: func(r skillRow) string { return r.Agent }},
			{Header: "FILES", Cell: func(r skillRow) string { return strconv.Itoa(r.Files) }},
			{Header: "BYTES", Cell: func(r skillRow) string { return strconv.FormatInt(r.Bytes, 10) }},
			{Header: "DESCRIPTION", Cell: func(r skillRow) string { return r.Description }},
		},
	}
}

// listSkills lists place by place, each sorted by id, every skill once.
func listSkills(ctx context.Context, app *cli.App, paths []string) ([]skillRow, error) {
	places, err := openPlaces(app, paths)
	if err != nil {
		return nil, err
	}
	defer places.close()
	var rows []skillRow
	seen := map[string]bool{}
	unsearched := 0
	for _, p := range places {
		found, err := p.find(ctx)
		if err != nil {
			return nil, err
		}
		unsearched += len(found.Skipped)
		for _, s := range found.Skills {
			full := filepath.Join(p.full, filepath.FromSlash(s.ID))
			if seen[full] {
				continue
			}
			seen[full] = true
			row, err := p.row(ctx, s)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	if unsearched > 0 {
		app.Notice("%d linked, unreadable or too deep folders were not searched; `symbi-ctl skills lint` names them", unsearched)
	}
	return rows, nil
}

func (p place) row(ctx context.Context, s spec.Skill) (skillRow, error) {
	row := skillRow{ID: p.display(s.ID), Agent: p.agent}
	files, err := spec.Inventory(ctx, p.fsys, s)
	if err != nil {
		return row, err
	}
	row.Files, row.Bytes = len(files), sizeOf(files)
	// What cannot be read has no name here; `skills lint` says why.
	if d, err := spec.Read(p.fsys, s); err == nil {
		row.Name, row.Description = d.Metadata.Name, d.Metadata.Description
	}
	return row, nil
}

func sizeOf(files []spec.File) int64 {
	var n int64
	for _, f := range files {
		n += f.Size
	}
	return n
}

// place is a folder in which skills are looked for. Nothing outside of it is
// ever opened, whatever links it holds.
type place struct {
	full  string // absolute path
	shown string // slash path by which the user knows it
	agent string // whose folder it is, for the user's own
	only  bool   // look at the skill that the folder is, not below it
	fsys  fs.FS
	root  *os.Root
}

type places []place

func (p places) close() {
	for _, one := range p {
		one.root.Close()
	}
}

// openPlaces opens the paths of the command line, or without any the current
// folder and the user's own folders.
func openPlaces(app *cli.App, paths []string) (places, error) {
	var all places
	for _, arg := range paths {
		p, err := findPlace(app, arg)
		if err == nil {
			err = p.open()
		}
		if err != nil {
			all.close()
			return nil, err
		}
		all = append(all, p)
	}
	if len(paths) > 0 {
		return all, nil
	}
	here := place{full: app.Dir, shown: "."}
	if err := here.open(); err != nil {
		return nil, err
	}
	all = append(all, here)
	if app.Home == "" {
		return all, nil
	}
	for _, d := range spec.UserDirs(app.Home) {
		p := place{full: d.Path, shown: filepath.ToSlash(d.Path), agent: d.Agent}
		switch err := p.open(); {
		case err == nil:
			all = append(all, p)
		case !errors.Is(err, fs.ErrNotExist):
			app.Notice("%s is not searched: %v", d.Path, err)
		}
	}
	return all, nil
}

// findPlace turns a path into a place: a folder, or for a file the skill that
// holds it.
func findPlace(app *cli.App, arg string) (place, error) {
	full := app.Path(arg)
	info, err := os.Stat(full)
	if err != nil {
		return place{}, cli.Wrap(cli.Classify(err).Code, err).WithHint("paths are taken relative to the current folder")
	}
	if info.IsDir() {
		return place{full: full, shown: path.Clean(filepath.ToSlash(arg))}, nil
	}
	shown := filepath.Dir(filepath.Clean(arg))
	dir := filepath.Dir(full)
	for !holdsSkill(dir) {
		up := filepath.Dir(dir)
		if up == dir || shown == "." {
			e := cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "no skill holds " + arg}
			return place{}, e.WithHint("name a folder with a SKILL.md, or a file in one")
		}
		dir, shown = up, filepath.Dir(shown)
	}
	return place{full: dir, shown: filepath.ToSlash(shown), only: true}, nil
}

func holdsSkill(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return !e.IsDir() && strings.EqualFold(e.Name(), spec.FileName)
	})
}

func (p *place) open() error {
	root, err := os.OpenRoot(p.full)
	if err != nil {
		return cli.Wrap(cli.Classify(err).Code, err)
	}
	p.root, p.fsys = root, root.FS()
	return nil
}

func (p place) finder() spec.Finder { return spec.Finder{RootName: filepath.Base(p.full)} }

// find lists the skills of the place.
func (p place) find(ctx context.Context) (spec.Tree, error) {
	found, err := p.finder().Discover(ctx, p.fsys)
	if err == nil && p.only {
		found.Skipped = nil
		found.Skills = slices.DeleteFunc(found.Skills, func(s spec.Skill) bool { return s.ID != "." })
	}
	return found, err
}

// display turns a path in the place into one that the user can use.
func (p place) display(name string) string { return path.Join(p.shown, name) }
