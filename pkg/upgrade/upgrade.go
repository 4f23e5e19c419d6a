// Package upgrade looks at the folder of a Symbiont project and says what a
// later runtime will refuse, ignore or decide differently. Start with
// [Project.Check].
//
// It promises to read only, to follow no links, and to name for every finding
// the file, what will happen, and the version from which on. It refuses to
// guess: what a version changed and what cannot be seen from outside is listed
// by [NotChecked].
//
// Rules and versions: the upstream changes from 1.20 to 3.0, as they were seen
// in running runtimes.
package upgrade

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	maxFile   = 4 << 20
	maxFiles  = 20_000
	maxClaims = 4096     // files below .symbiont/invocations
	maxStore  = 64 << 20 // bytes in them
	signature = ".schemapin.sig"
)

// Version is the major and minor part of a runtime's version.
type Version struct{ Major, Minor int }

// Less reports whether v is older than o.
func (v Version) Less(o Version) bool {
	return v.Major < o.Major || v.Major == o.Major && v.Minor < o.Minor
}

// String is "1.21".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Severity says how bad a finding is: Blocks what stops or loses something,
// Changes what goes on differently, Note what is only worth knowing.
type Severity string

// The severities.
const (
	Blocks  Severity = "blocks"
	Changes Severity = "changes"
	Note    Severity = "note"
)

// Finding is one thing that an upgrade breaks or changes.
type Finding struct {
	Since    string   `json:"since"` // version of the runtime
	Severity Severity `json:"severity"`
	File     string   `json:"file"` // below the project, "" for the whole
	Line     int      `json:"line,omitempty"`
	Message  string   `json:"message"`
	Todo     string   `json:"todo"`
}

// Project is a folder and where the data of earlier runtimes is.
type Project struct {
	Root fs.FS
	// Data is the user's XDG data folder, nil when there is none.
	Data fs.FS
	// From is the runtime of today, zero when it is not known, and To the one of
	// tomorrow; included are the changes after From up to To.
	From, To Version
}

// Report is what a check found, and where it looked.
type Report struct {
	Findings []Finding // by version and file
	Files    []string  // that were read, in the order of names
}

// ErrNotLater says that To is not later than From.
var ErrNotLater = errors.New("this is no upgrade")

// Known are the versions whose changes are looked for, the oldest first.
func Known() []Version { return []Version{{1, 20}, {1, 21}, {2, 0}, {3, 0}} }

// Check returns what an upgrade changes for the project. The error is
// [ErrNotLater], or means that the folder could not be read.
func (p Project) Check(ctx context.Context) (Report, error) {
	if !p.From.Less(p.To) {
		return Report{}, fmt.Errorf("from %v to %v: %w", p.From, p.To, ErrNotLater)
	}
	c := check{project: p, tools: map[string]string{}}
	if _, err := fs.Stat(p.Root, "."); err != nil {
		return Report{}, fmt.Errorf("read the project: %w", err)
	}
	n := 0
	err := fs.WalkDir(p.Root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "target"}, d.Name()):
			return fs.SkipDir
		}
		if n++; n > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return c.file(name, d)
	})
	if err != nil {
		return Report{}, fmt.Errorf("read the project: %w", err)
	}
	c.stores()
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(compareSince(a.Since, b.Since), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return Report{Findings: c.found, Files: c.files}, nil
}

func compareSince(a, b string) int {
	var x, y Version
	_, _ = fmt.Sscanf(a, "%d.%d", &x.Major, &x.Minor)
	_, _ = fmt.Sscanf(b, "%d.%d", &y.Major, &y.Minor)
	return cmp.Or(cmp.Compare(x.Major, y.Major), cmp.Compare(x.Minor, y.Minor))
}

// check collects findings.
type check struct {
	project Project
	found   []Finding
	files   []string
	tools   map[string]string // the first manifest of each name

	claims, claimBytes int64
}

// add keeps a finding if the upgrade crosses its version.
func (c *check) add(since Version, f Finding) {
	if c.project.From.Less(since) && !c.project.To.Less(since) {
		f.Since = since.String()
		c.found = append(c.found, f)
	}
}

func (c *check) file(name string, d fs.DirEntry) error {
	dir, base := path.Split(name)
	switch {
	case d.Type()&fs.ModeSymlink != 0:
		c.link(name)
	case !d.Type().IsRegular():
	case dir == "agents/" && (strings.HasSuffix(base, ".symbi") || strings.HasSuffix(base, ".dsl")):
		return c.read(name, c.definition)
	case dir == "tools/" && strings.HasSuffix(base, ".clad.toml"):
		return c.read(name, c.manifest)
	case strings.HasPrefix(name, "policies/") && strings.HasSuffix(base, ".cedar"):
		return c.read(name, c.policy)
	case base == signature:
		return c.read(name, c.signature)
	case name == "symbiont.toml":
		return c.read(name, c.settings)
	case dir == ".symbiont/invocations/":
		info, err := d.Info()
		if err != nil {
			return err
		}
		c.claims, c.claimBytes = c.claims+1, c.claimBytes+info.Size()
	}
	return nil
}

// read hands a file to a check. One that is too long says so instead.
func (c *check) read(name string, look func(name, text string)) error {
	f, err := c.project.Root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return err
	}
	if len(data) > maxFile {
		c.add(c.project.To, Finding{Severity: Note, File: name, Message: "too long to be checked", Todo: "Look at it by hand."})
		return nil
	}
	c.files = append(c.files, name)
	look(name, string(data))
	return nil
}

// NotChecked lists what changed and cannot be seen in a folder.
func NotChecked() []string {
	return []string{
		"scripts that start runs, workflows, triggers or webhooks without an Idempotency-Key (400 from 1.21 on; Python SDK below 1.16)",
		"programs that read a failed webhook run as 200 (422 from 1.21 on), or memory and cpu of agents (null from 1.21 on)",
		"clients that open /ws/chat with ?token= (refused from 2.0 on)",
		"keys of a key file without key_id, and bearer tokens that are a key's secret alone (refused from 2.0 on)",
		"whether the runtime is on Windows, where protected runs are refused (503 from 1.21 on)",
		"JWTs for HTTP Input without issuer and audience (refused from 2.0 on)",
		"flags of `symbi up`, such as a Slack adapter without signing secret (refused from 2.0 on)",
	}
}
