package spec_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o644} }

func TestDiscover(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"README.md":                               file(""),
		"skills/b/SKILL.md":                       file(""),
		"skills/b/scripts/run.sh":                 file(""),
		"skills/b/inner/deep/SKILL.md":            file(""),
		"skills/a/SKILL.md":                       file(""),
		"skills/lower/skill.md":                   file(""),
		"skills/both/SKILL.md":                    file(""),
		"skills/both/Skill.md":                    file(""),
		"skills/both/skill.md":                    file(""),
		"skills/none/SKILL.md.bak":                file(""),
		"skills/folder/SKILL.md/x":                file(""),
		".claude/skills/hidden/SKILL.md":          file(""),
		"node_modules/pkg/skills/dep/SKILL.md":    file(""),
		".git/modules/a/SKILL.md":                 file(""),
		"skills/b/.git/SKILL.md":                  file(""),
		"skills/linkfile/SKILL.md":                {Data: []byte("../a/SKILL.md"), Mode: fs.ModeSymlink},
		"skills/pipe/SKILL.md":                    {Mode: fs.ModeNamedPipe},
		"skills/link":                             {Data: []byte("a"), Mode: fs.ModeSymlink},
		"skills/dangling":                         {Data: []byte("nowhere"), Mode: fs.ModeSymlink},
		"skills/filelink":                         {Data: []byte("a/SKILL.md"), Mode: fs.ModeSymlink},
		"skills/gitmodule-like/.git":              file("gitdir: x"),
		"skills/gitmodule-like/nested/SKILL.md":   file(""),
		"skills/ünïcode name/with blank/SKILL.md": file(""),
	}
	got, err := spec.Discover(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	exact := func(id, folder string) spec.Skill { return spec.Skill{ID: id, File: "SKILL.md", Folder: folder} }
	link, pipe, lower := exact("skills/linkfile", "linkfile"), exact("skills/pipe", "pipe"), exact("skills/lower", "lower")
	link.Irregular, pipe.Irregular, lower.File = true, true, "skill.md"
	both := exact("skills/both", "both")
	both.Also = []string{"Skill.md", "skill.md"}
	want := spec.Tree{
		Skills: []spec.Skill{
			exact(".claude/skills/hidden", "hidden"),
			exact("node_modules/pkg/skills/dep", "dep"),
			exact("skills/a", "a"),
			exact("skills/b", "b"),
			exact("skills/b/inner/deep", "deep"),
			both,
			exact("skills/gitmodule-like/nested", "nested"),
			link,
			lower,
			pipe,
			exact("skills/ünïcode name/with blank", "with blank"),
		},
		Skipped: []spec.Skipped{{Path: "skills/link", Reason: spec.LinkedFolder}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

func TestDiscoverLimits(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"SKILL.md":       file(""),
		"a/SKILL.md":     file(""),
		"a/b/SKILL.md":   file(""),
		"a/b/c/SKILL.md": file(""),
	}
	for name, tc := range map[string]struct {
		finder  spec.Finder
		ids     []string
		skipped []spec.Skipped
	}{
		"none":  {spec.Finder{}, []string{".", "a", "a/b", "a/b/c"}, nil},
		"depth": {spec.Finder{MaxDepth: 2}, []string{".", "a", "a/b"}, []spec.Skipped{{Path: "a/b/c", Reason: spec.TooDeep}}},
		"count": {spec.Finder{MaxSkills: 2}, []string{".", "a"}, []spec.Skipped{{Path: "a/b/SKILL.md", Reason: spec.TooMany}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.finder.Discover(t.Context(), tree)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, s := range got.Skills {
				ids = append(ids, s.ID)
			}
			if diff := cmp.Diff(tc.ids, ids); diff != "" {
				t.Errorf("skills (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.skipped, got.Skipped); diff != "" {
				t.Errorf("skipped (-want +got):\n%s", diff)
			}
		})
	}
}

// brokenFS fails to list one folder.
type brokenFS struct {
	fstest.MapFS
	folder string
	err    error
}

func (b brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == b.folder {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: b.err}
	}
	return b.MapFS.ReadDir(name)
}

func TestDiscoverUnreadable(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a/SKILL.md": file(""), "b/SKILL.md": file("")}
	got, err := spec.Discover(t.Context(), brokenFS{tree, "a", fs.ErrPermission})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Skills) != 1 || got.Skills[0].ID != "b" {
		t.Errorf("skills = %v, want only b", got.Skills)
	}
	if len(got.Skipped) != 1 || got.Skipped[0].Path != "a" || !errors.Is(got.Skipped[0].Err, fs.ErrPermission) {
		t.Errorf("skipped = %v, want a, permission denied", got.Skipped)
	}
	if _, err := spec.Discover(t.Context(), brokenFS{tree, ".", fs.ErrPermission}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("root: err = %v, want permission denied", err)
	}
	if _, err := spec.Discover(t.Context(), os.DirFS(filepath.Join(t.TempDir(), "missing"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing root: err = %v, want not exist", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := spec.Discover(ctx, tree); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: err = %v, want canceled", err)
	}
}

func TestDiscoverOnDisk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows")
	}
	dir := t.TempDir()
	for _, d := range []string{"a", "b/sub"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "a", "SKILL.md"), []byte("---\nname: a\n---\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"b/loop": "..", "b/sub/SKILL.md": "/etc/hostname"} {
		if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(link))); err != nil {
			t.Fatal(err)
		}
	}
	got, err := spec.Discover(t.Context(), os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := spec.Tree{
		Skills: []spec.Skill{
			{ID: "a", File: "SKILL.md", Folder: "a"},
			{ID: "b/sub", File: "SKILL.md", Folder: "sub", Irregular: true},
		},
		Skipped: []spec.Skipped{{Path: "b/loop", Reason: spec.LinkedFolder}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	if _, err := spec.Read(os.DirFS(dir), want.Skills[1]); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("reading a link: err = %v, want invalid", err)
	}
}

func TestUserDirs(t *testing.T) {
	t.Parallel()
	home := filepath.FromSlash("/home/me")
	var got []string
	for _, d := range spec.UserDirs(home) {
		rel, err := filepath.Rel(home, d.Path)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.Agent+" "+filepath.ToSlash(rel))
	}
	want := []string{
		"any .agents/skills", "claude-code .claude/skills", "codex .codex/skills", "symbiont .symbiont/skills",
		"copilot .copilot/skills", "cursor .cursor/skills", "gemini-cli .gemini/skills", "openclaw .openclaw/skills",
		"opencode .config/opencode/skills",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}

func TestInventory(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"s/a/SKILL.md":             file("12345"),
		"s/a/LICENSE":              file("x"),
		"s/a/.schemapin.sig":       file("{}"),
		"s/a/run":                  {Data: []byte("#!"), Mode: 0o755},
		"s/a/blob":                 file(""),
		"s/a/scripts/x.PY":         file("x"),
		"s/a/assets/logo.svg":      file("x"),
		"s/a/assets/data.json":     file("{}"),
		"s/a/assets/p.zip":         file("x"),
		"s/a/assets/p.exe":         file("x"),
		"s/a/references/r.md":      file("x"),
		"s/a/link":                 {Data: []byte("run"), Mode: fs.ModeSymlink},
		"s/a/pipe":                 {Mode: fs.ModeNamedPipe},
		"s/a/.git/config":          file("x"),
		"s/a/nested/SKILL.md":      file("x"),
		"s/a/nested/scripts/y.py":  file("x"),
		"s/a/nested-other/note.md": file("x"),
		"s/ab/SKILL.md":            file("x"),
	}
	got, err := spec.Inventory(t.Context(), tree, spec.Skill{ID: "s/a", File: "SKILL.md"})
	if err != nil {
		t.Fatal(err)
	}
	want := []spec.File{
		{Path: ".schemapin.sig", Size: 2, Kind: spec.KindSignature},
		{Path: "LICENSE", Size: 1, Kind: spec.KindDocument},
		{Path: "SKILL.md", Size: 5, Kind: spec.KindSkill},
		{Path: "assets/data.json", Size: 2, Kind: spec.KindData},
		{Path: "assets/logo.svg", Size: 1, Kind: spec.KindImage},
		{Path: "assets/p.exe", Size: 1, Kind: spec.KindExecutable},
		{Path: "assets/p.zip", Size: 1, Kind: spec.KindArchive},
		{Path: "blob", Kind: spec.KindOther},
		{Path: "link", Size: 3, Kind: spec.KindLink},
		{Path: "nested-other/note.md", Size: 1, Kind: spec.KindDocument},
		{Path: "pipe", Kind: spec.KindSpecial},
		{Path: "references/r.md", Size: 1, Kind: spec.KindDocument},
		{Path: "run", Size: 2, Kind: spec.KindScript},
		{Path: "scripts/x.PY", Size: 1, Kind: spec.KindScript},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	root, err := spec.Inventory(t.Context(), fstest.MapFS{"SKILL.md": file("x"), "a/b.md": file("x")}, spec.Skill{ID: ".", File: "SKILL.md"})
	if err != nil || len(root) != 2 || root[1].Path != "a/b.md" {
		t.Errorf("root skill: files = %v, err = %v, want SKILL.md and a/b.md", root, err)
	}
	if _, err := spec.Inventory(t.Context(), tree, spec.Skill{ID: "gone"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: err = %v, want not exist", err)
	}
}
