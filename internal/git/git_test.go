package git_test

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/git"
)

// work is a work tree of a test.
type work struct {
	t   *testing.T
	dir string
	env []string
}

func newWork(t *testing.T) *work {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git program to test against")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &work{t: t, dir: dir, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z",
	}}
	w.git("init", "-q", "-b", "main")
	return w
}

func (w *work) git(args ...string) string {
	w.t.Helper()
	c := exec.Command("git", args...)
	c.Dir, c.Env = w.dir, w.env
	out, err := c.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *work) write(name, content string) {
	w.t.Helper()
	full := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *work) commit(message string) string {
	w.t.Helper()
	w.git("add", "-A")
	w.git("commit", "-q", "--allow-empty", "-m", message)
	return w.git("rev-parse", "HEAD")
}

func (w *work) open() *git.Repo {
	w.t.Helper()
	r, err := git.Open(w.t.Context(), git.Options{Dir: w.dir, Env: w.env})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// brief is "path kind state" of each entry.
func brief(t *testing.T, entries []git.Entry, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, strings.TrimSpace(e.Path+" "+string(e.Kind))+" "+string(e.State))
		if (e.ID == "") != (e.State != git.Present) {
			t.Errorf("%s is %s and has the id %q", e.Path, e.State, e.ID)
		}
	}
	return lines
}

func same(t *testing.T, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("deep/er/file", "x")
	r, err := git.Open(t.Context(), git.Options{Dir: filepath.Join(w.dir, "deep", "er"), Env: w.env})
	if err != nil {
		t.Fatal(err)
	}
	if r.Root != w.dir || r.GitDir != filepath.Join(w.dir, ".git") {
		t.Errorf("want the root %s, got root %s and git dir %s", w.dir, r.Root, r.GitDir)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	bare := t.TempDir()
	w.git("init", "-q", "--bare", bare)
	fake := t.TempDir() // a git that the judged folder brings itself
	if err := os.WriteFile(filepath.Join(fake, "git"), []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		o    git.Options
		want error
	}{
		"no repository":      {git.Options{Dir: t.TempDir(), Env: w.env}, git.ErrNotRepository},
		"bare":               {git.Options{Dir: bare, Env: w.env}, git.ErrNotRepository},
		"inside the git dir": {git.Options{Dir: filepath.Join(w.dir, ".git"), Env: w.env}, git.ErrNotRepository},
		"no such folder":     {git.Options{Dir: filepath.Join(bare, "none"), Env: w.env}, git.ErrNotRepository},
		"no git":             {git.Options{Dir: w.dir, Env: []string{"PATH=" + t.TempDir()}}, git.ErrNoGit},
		"no PATH":            {git.Options{Dir: w.dir}, git.ErrNoGit},
		"git in the folder":  {git.Options{Dir: fake, Env: []string{"PATH=.:"}}, git.ErrNoGit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := git.Open(t.Context(), tc.o)
			if !errors.Is(err, tc.want) {
				t.Errorf("want %v, got %v", tc.want, err)
			}
		})
	}
}

// A folder name may hold a line feed, and git answers line by line.
func TestOpenLineFeed(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.dir = filepath.Join(w.dir, "a\nb")
	w.write("f", "x")
	w.git("init", "-q", "-b", "main")
	r := w.open()
	if r.Root != w.dir || r.GitDir != filepath.Join(w.dir, ".git") {
		t.Errorf("got root %q and git dir %q", r.Root, r.GitDir)
	}
	w.git("add", "f")
	entries, err := r.Staged(t.Context())
	same(t, []string{"f file present"}, brief(t, entries, err))
}

func TestOpenLinkedWorkTree(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "x")
	w.commit("one")
	second := filepath.Join(t.TempDir(), "second")
	w.git("worktree", "add", "-q", "-b", "other", second)
	w.dir = second
	w.write("b", "x")
	w.git("add", "b")
	entries, err := w.open().Staged(t.Context())
	same(t, []string{"b file present"}, brief(t, entries, err))
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	r := w.open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, openErr := git.Open(ctx, git.Options{Dir: w.dir, Env: w.env})
	_, stagedErr := r.Staged(ctx)
	_, treeErr := r.Tree(ctx, "HEAD")
	_, changedErr := r.Changed(ctx, "HEAD", "HEAD")
	_, blobsErr := r.Blobs(ctx)
	for what, err := range map[string]error{"open": openErr, "staged": stagedErr, "tree": treeErr, "changed": changedErr, "blobs": blobsErr} {
		if !errors.Is(err, context.Canceled) || errors.Is(err, git.ErrNotRepository) || errors.Is(err, git.ErrRevision) {
			t.Errorf("%s: want context.Canceled, got %v", what, err)
		}
	}
}

func TestRel(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a/b", "x")
	outside := t.TempDir()
	link := filepath.Join(outside, "link")
	for from, to := range map[string]string{link: w.dir, filepath.Join(w.dir, "out"): outside} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	r := w.open()
	for name, tc := range map[string]struct{ path, want string }{
		"root":               {w.dir, "."},
		"root by a link":     {link, "."},
		"file":               {filepath.Join(w.dir, "a", "b"), "a/b"},
		"file by a link":     {filepath.Join(link, "a", "b"), "a/b"},
		"deleted folder":     {filepath.Join(link, "gone", "b"), "gone/b"},
		"a link itself":      {filepath.Join(w.dir, "out"), "out"},
		"through a link":     {filepath.Join(w.dir, "out", "x"), ""},
		"outside":            {outside, ""},
		"parent of the root": {filepath.Dir(w.dir), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := r.Rel(tc.path)
			if got != tc.want || (err != nil) != (tc.want == "") {
				t.Errorf("want %q, got %q and %v", tc.want, got, err)
			}
		})
	}
}

// conflict runs a git command that has to fail.
func (w *work) conflict(args ...string) {
	w.t.Helper()
	c := exec.Command("git", args...)
	c.Dir, c.Env = w.dir, w.env
	if out, err := c.CombinedOutput(); err == nil {
		w.t.Fatalf("git %q succeeded:\n%s", args, out)
	}
}

// forge commits a tree of these records, which git does not check.
func (w *work) forge(records string) string {
	w.t.Helper()
	tree := strings.Builder{}
	for line := range strings.Lines(records) {
		facts, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		part := strings.Fields(facts)
		id, err := hex.DecodeString(part[2])
		if err != nil {
			w.t.Fatal(err)
		}
		tree.WriteString(part[0] + " " + name + "\x00" + string(id))
	}
	c := exec.Command("git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
	c.Dir, c.Env, c.Stdin = w.dir, w.env, strings.NewReader(tree.String())
	id, err := c.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	return w.git("commit-tree", "-m", "forged", strings.TrimSpace(string(id)))
}
