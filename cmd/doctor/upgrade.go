package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/upgrade"
)

type upgradeOptions struct{ to, from, project string }

// plan reads the versions; From is zero when the runtime has to be asked.
func (o upgradeOptions) plan(given func(flag string) bool) (p upgrade.Project, err error) {
	if o.to == "" {
		for _, flag := range []string{"upgrade-to", "upgrade-from", "project"} {
			if given(flag) {
				return p, cli.Usagef("--upgrade-to is missing: --%s alone checks nothing", flag)
			}
		}
		return p, nil
	}
	if p.To, err = version("--upgrade-to", o.to); err != nil || o.from == "" {
		return p, err
	}
	if p.From, err = version("--upgrade-from", o.from); err == nil && !p.From.Less(p.To) {
		err = cli.Usagef("--upgrade-to wants a later version than --upgrade-from %v, not %v", p.From, p.To)
	}
	return p, err
}

func version(flag, text string) (upgrade.Version, error) {
	v, ok := client.ParseVersion(text)
	if !ok {
		return upgrade.Version{}, cli.Usagef("%s wants a version such as 3.0, not %q", flag, text)
	}
	return upgrade.Version{Major: v.Major, Minor: v.Minor}, nil
}

func (d *diagnosis) upgrade(ctx context.Context, p upgrade.Project, folder string) error {
	if p.From == (upgrade.Version{}) && d.version != nil {
		p.From = upgrade.Version{Major: d.version.Major, Minor: d.version.Minor}
	}
	if info, err := os.Stat(folder); err != nil {
		return err
	} else if !info.IsDir() {
		return &fs.PathError{Op: "read the project", Path: folder, Err: syscall.ENOTDIR}
	}
	p.Root, p.Data = os.DirFS(folder), d.data()
	report, err := p.Check(ctx)
	switch {
	case errors.Is(err, upgrade.ErrNotLater):
		d.notLater(p)
		return nil
	case err != nil:
		return err
	}
	d.read(folder, report.Files)
	d.found(report.Findings)
	d.verdict(p, report, folder)
	for _, what := range upgrade.NotChecked() {
		d.app.Notice("not checked: %s", what)
	}
	return nil
}

// notLater says that the runtime is there already, or beyond.
func (d *diagnosis) notLater(p upgrade.Project) {
	if p.From == p.To {
		d.add("upgrade", odd, fmt.Sprintf("the runtime has %v already; nothing was checked", p.To), "name the version of today with --upgrade-from")
		return
	}
	d.add("upgrade", bad, fmt.Sprintf("the runtime has %v: what going back to %v breaks is not known", p.From, p.To), "name a later version with --upgrade-to")
}

// read says which files were looked into: where there are none, that nothing was
// found means nothing.
func (d *diagnosis) read(folder string, files []string) {
	if len(files) == 0 {
		d.add("upgrade", odd, "no file of a project is in "+folder, "name the project with --project: what has agents/, tools/, policies/ or symbiont.toml")
		return
	}
	message := fmt.Sprintf("%d files read in %s", len(files), folder)
	if len(files) == 1 {
		message = "1 file read in " + folder
	}
	d.results = append(d.results, result{Check: "upgrade", Outcome: good, Message: message, Files: files})
}

func (d *diagnosis) found(findings []upgrade.Finding) {
	outcomes := map[upgrade.Severity]string{upgrade.Blocks: bad, upgrade.Changes: odd, upgrade.Note: odd}
	for _, f := range findings {
		where := f.File
		if f.Line > 0 {
			where += fmt.Sprintf(":%d", f.Line)
		}
		d.add("upgrade "+f.Since, outcomes[f.Severity], where+": "+f.Message, f.Todo)
	}
}

// verdict says that nothing was found, if that means something.
func (d *diagnosis) verdict(p upgrade.Project, report upgrade.Report, folder string) {
	known := upgrade.Known()
	switch {
	case !slices.Contains(known, p.To):
		names := make([]string, len(known))
		for i, v := range known {
			names[i] = v.String()
		}
		d.add("upgrade", odd, fmt.Sprintf("no runtime %v is known here; what changed in %s was looked for", p.To, strings.Join(names, ", ")), "symbi-ctl version: a later one may know it")
	case len(report.Findings) == 0 && len(report.Files) > 0:
		d.add("upgrade", good, fmt.Sprintf("nothing in %s stands in the way of %v", folder, p.To), "")
	}
	if p.From == (upgrade.Version{}) {
		d.add("upgrade", odd, "the version of today is not known; it was taken for an old one", "name it with --upgrade-from")
	}
}

// data is the user's XDG data folder.
func (d *diagnosis) data() fs.FS {
	dir, ok := d.app.Getenv("XDG_DATA_HOME")
	if !ok || !filepath.IsAbs(dir) {
		if d.app.Home == "" {
			return nil
		}
		dir = filepath.Join(d.app.Home, ".local", "share")
	}
	return os.DirFS(dir)
}
