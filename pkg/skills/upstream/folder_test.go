package upstream_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

const bad = "curl x | sh\n"

// paths returns where findings are, in their order.
func paths(findings []upstream.Finding) []string {
	all := []string{}
	for _, f := range findings {
		all = append(all, f.Path)
	}
	return all
}

func scanDir(t *testing.T, set *upstream.Set, dir string) upstream.Result {
	t.Helper()
	res, err := set.ScanDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestSDKFolder(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for _, name := range []string{
		"SKILL.md", "a.TXT", "a/b.Yml", "a.b/c.json", "x.md.bak", ".md", "..md", "..x.md", "noext", "run.bash", ".git/x.sh", "z/.hidden/k.toml",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(bad)}
	}
	got, err := upstream.SDK().ScanFS(t.Context(), fsys)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"..x.md", ".git/x.sh", "SKILL.md", "a/b.Yml", "a.TXT", "a.b/c.json", "z/.hidden/k.toml"}
	if diff := cmp.Diff(want, paths(got.Findings)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.Files != len(want) || got.Bytes != int64(len(want)*len(bad)) || got.Passed || got.Notes != nil {
		t.Errorf("got %d files, %d bytes, passed %t, notes %q", got.Files, got.Bytes, got.Passed, got.Notes)
	}
}

func TestSDKFolderPassesOnWarnings(t *testing.T) {
	t.Parallel()
	got, err := upstream.SDK().ScanFS(t.Context(), fstest.MapFS{"a.md": {Data: []byte("see .env\nchmod 777")}})
	if err != nil || !got.Passed || len(got.Findings) != 2 {
		t.Errorf("want two warnings and a pass, got %+v, %v", got, err)
	}
}

func TestSDKFolderLinksAndSpecialFiles(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir := filepath.Join(top, "skill")
	write(t, top, "secret.md", bad)
	write(t, dir, "real.txt", bad)
	write(t, dir, "sub/x.md", "fine\n")
	for name, target := range map[string]string{
		"inside.md":     "real.txt",
		"sub/up.md":     "../inside.md",
		"outside.md":    "../secret.md",
		"absolute.md":   filepath.Join(top, "secret.md"),
		"around.md":     "away/secret.md",
		"away":          "..",
		"dangling.md":   "nowhere",
		"loop.md":       "loop.md",
		"directory.md":  "sub",
		"ignored.bin":   "../secret.md",
		"sub/away":      "../../..",
		"sub/twice.txt": "./.././sub//up.md",
	} {
		link(t, os.Symlink, target, filepath.Join(dir, name))
	}
	want := []string{
		"absolute.md: not read: link out of the folder",
		"around.md: not read: link out of the folder",
		"dangling.md: not read: no such file or directory",
		"loop.md: not read: too many links",
		"outside.md: not read: link out of the folder",
	}
	if mkfifo(filepath.Join(dir, "pipe.md")) == nil {
		want = append(want, "pipe.md: not read: not a regular file")
		link(t, os.Symlink, "pipe.md", filepath.Join(dir, "q.md"))
		want = append(want, "q.md: not read: not a regular file")
	}
	got := scanDir(t, upstream.SDK(), dir)
	if diff := cmp.Diff([]string{"inside.md", "real.txt", "sub/twice.txt", "sub/up.md"}, paths(got.Findings)); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want, got.Notes); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}

	fsys, err := upstream.SDK().ScanFS(t.Context(), os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, fsys); diff != "" {
		t.Errorf("ScanFS on the same folder (-ScanDir +ScanFS)\n%s", diff)
	}
}

func TestSDKFolderItself(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	write(t, top, "skill/SKILL.md", bad)
	link(t, os.Symlink, "skill", filepath.Join(top, "link"))
	if got := scanDir(t, upstream.SDK(), filepath.Join(top, "link")); len(got.Findings) != 1 {
		t.Errorf("a link to the folder: want one finding, got %+v", got)
	}
	for _, name := range []string{"missing", "skill/SKILL.md"} {
		dir := filepath.Join(top, name)
		got := scanDir(t, upstream.SDK(), dir)
		if !got.Passed || len(got.Findings) > 0 || len(got.Notes) != 1 || !strings.HasPrefix(got.Notes[0], dir+": not read: ") {
			t.Errorf("%s: want a pass with a note, got %+v", name, got)
		}
	}
}

func TestRuntimeFolderItself(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the messages of the system differ")
	}
	top := t.TempDir()
	write(t, top, "skill/SKILL.md", bad)
	link(t, os.Symlink, "skill", filepath.Join(top, "link"))
	link(t, os.Symlink, ".", filepath.Join(top, "parent"))
	for name, want := range map[string]string{
		"skill":          "Piping curl output to shell is a code execution risk",
		"skill/":         "Piping curl output to shell is a code execution risk",
		"skill/.":        "Piping curl output to shell is a code execution risk",
		"parent/skill":   "Piping curl output to shell is a code execution risk",
		"missing":        "Could not complete skill scan: No such file or directory (os error 2)",
		"missing/skill":  "Could not complete skill scan: No such file or directory (os error 2)",
		"link":           "Could not complete skill scan: Not a directory (os error 20)",
		"link/":          "Could not complete skill scan: Not a directory (os error 20)",
		"skill/SKILL.md": "Could not complete skill scan: Not a directory (os error 20)",
		"skill/..":       "Could not complete skill scan: skill directory requires a final name",
		"skill/../.":     "Could not complete skill scan: skill directory requires a final name",
	} {
		dir := top + "/" + name
		got := scanDir(t, upstream.Runtime(), dir)
		if got.Passed || len(got.Findings) != 1 || got.Findings[0].Message != want {
			t.Errorf("%s: want %q, got %+v", name, want, got)
		}
		if len(got.Findings) == 1 && got.Findings[0].Rule == "scan-incomplete" && got.Findings[0].Path != dir {
			t.Errorf("%s: want the folder as path, got %q", name, got.Findings[0].Path)
		}
	}
}

func TestRuntimeFolderOrder(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for _, name := range []string{"a.txt", "a/z", "a-b.md", "B.md", "a/b/c.rs", "ab.ini", "x.TXT", ".x", "..bin", "..cfg"} {
		fsys[name] = &fstest.MapFile{Data: []byte("sudo x")}
	}
	got, err := upstream.Runtime().ScanFS(t.Context(), fsys)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"..cfg", ".x", "B.md", "a/b/c.rs", "a/z", "a-b.md", "a.txt", "ab.ini"}
	if diff := cmp.Diff(want, paths(got.Findings)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRuntimeFolderNamesBeyondUTF8(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"b\xffc\xe2\x82.md": "sudo x", "x.\xff": "sudo x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Skipf("this file system takes no such names: %v", err)
		}
	}
	want := []string{"b\ufffdc\ufffd.md", "x.\ufffd"}
	if diff := cmp.Diff(want, paths(scanDir(t, upstream.Runtime(), dir).Findings)); diff != "" {
		t.Errorf("runtime (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), scanDir(t, upstream.SDK(), dir).Notes); diff != "" {
		t.Errorf("SDK: notes (-want +got)\n%s", diff)
	}
}

func TestRuntimeLimits(t *testing.T) {
	t.Parallel()
	big := upstream.Limits{FileBytes: 1<<63 - 1, Files: int(^uint(0) >> 1), Depth: int(^uint(0) >> 1)}
	for name, tc := range map[string]struct {
		limits upstream.Limits
		want   string
	}{
		"as large as can be":       {big, "sudo invocation detected"},
		"below zero":               {upstream.Limits{FileBytes: -1, Files: -1, Depth: -1}, "skill discovery entry limit exceeded"},
		"entries are counted":      {upstream.Limits{FileBytes: 9, Files: 1, Depth: 1}, "skill discovery entry limit exceeded"},
		"as many entries as may":   {upstream.Limits{FileBytes: 9, Files: 1, Depth: 2}, "sudo invocation detected"},
		"one byte less than it is": {upstream.Limits{FileBytes: 5, Files: 1, Depth: 2}, "skill file exceeds the byte limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{"a/x.bin": {}, "a/y.md": {Data: []byte("sudo x")}}
			got, err := upstream.RuntimeWithin(tc.limits).ScanFS(t.Context(), fsys)
			if err != nil || len(got.Findings) != 1 || !strings.HasSuffix(got.Findings[0].Message, tc.want) {
				t.Errorf("want %q, got %+v, %v", tc.want, got, err)
			}
		})
	}
}

// brokenFS is a folder of which nothing but the list of files can be read.
type brokenFS struct{ fs.FS }

func (b brokenFS) Open(name string) (fs.File, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.FS.Open(name)
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	fsys := brokenFS{fstest.MapFS{"a.md": {}, "d/b.md": {}}}
	got, err := upstream.SDK().ScanFS(t.Context(), fsys)
	want := upstream.Result{Passed: true, Findings: []upstream.Finding{}, Notes: []string{
		"a.md: not read: permission denied", "d: not read: permission denied",
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("SDK: %v (-want +got)\n%s", err, diff)
	}
	got, err = upstream.Runtime().ScanFS(t.Context(), brokenFS{fstest.MapFS{"a.md": {}}})
	if err != nil || got.Passed || len(got.Findings) != 1 || got.Findings[0].Path != "a.md" {
		t.Errorf("runtime: want an incomplete scan of a.md, got %+v, %v", got, err)
	}
}

func TestScanStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, set := range []*upstream.Set{upstream.SDK(), upstream.Runtime()} {
		if _, err := set.ScanFS(ctx, fstest.MapFS{"a.md": {}}); !errors.Is(err, context.Canceled) {
			t.Errorf("want %v, got %v", context.Canceled, err)
		}
	}
}
