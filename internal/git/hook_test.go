package git_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/git"
)

const lines = "echo ours\n"

func (w *work) hook(name string) *git.Hook {
	w.t.Helper()
	h, err := w.open().Hook(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

func (w *work) put(name, content string, mode os.FileMode) {
	w.t.Helper()
	w.write(name, content)
	if err := os.Chmod(filepath.Join(w.dir, name), mode); err != nil {
		w.t.Fatal(err)
	}
}

func (w *work) read(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(content)
}

func (w *work) install(h *git.Hook, lines string, want bool) {
	w.t.Helper()
	if got, err := h.Install(lines); err != nil || got != want {
		w.t.Fatalf("install: want changed %t, got %t and %v", want, got, err)
	}
}

// run runs the hook as git does and returns what it prints.
func (w *work) run(h *git.Hook) string {
	w.t.Helper()
	c := exec.Command(h.Path, "arg")
	c.Dir, c.Env = w.dir, w.env
	out, err := c.CombinedOutput()
	if err != nil {
		w.t.Fatalf("run the hook: %v\n%s", err, out)
	}
	return string(out)
}

func TestHookAbsent(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	if err := os.RemoveAll(filepath.Join(w.dir, ".git", "hooks")); err != nil {
		t.Fatal(err)
	}
	h := w.hook("pre-commit")
	if h.State != git.HookAbsent || h.Path != filepath.Join(w.dir, ".git", "hooks", "pre-commit") || h.Shared || h.Tracked {
		t.Fatalf("got %+v", h)
	}
	if changed, err := h.Uninstall(); changed || err != nil {
		t.Errorf("uninstall of nothing: %t, %v", changed, err)
	}
	w.install(h, lines, true)
	w.install(w.hook("pre-commit"), lines, false)
	want := "#!/bin/sh\n# >>> symbi-ctl >>>\necho ours\n# <<< symbi-ctl <<<\n"
	if diff := cmp.Diff(want, w.read(".git/hooks/pre-commit")); diff != "" {
		t.Errorf("hook (-want +got):\n%s", diff)
	}
	w.install(w.hook("pre-commit"), "echo newer\n", true)
	h = w.hook("pre-commit")
	if h.State != git.HookInstalled || h.Others || h.Lines != "echo newer\n" || w.run(h) != "newer\n" {
		t.Errorf("got %+v", h)
	}
	if changed, err := h.Uninstall(); !changed || err != nil {
		t.Errorf("uninstall: %t, %v", changed, err)
	}
	if _, err := os.Lstat(h.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestHookOfOthers(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"sh":          "#!/bin/sh\necho theirs \"$1\"\nexit 0\n",
		"bash by env": "#!/usr/bin/env bash\n\necho theirs \"$1\"",
		"with flags":  "#! /bin/sh -e\necho theirs $1\n",
		"bare":        "#!/bin/sh",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.put(".git/hooks/pre-push", content, 0o750)
			h := w.hook("pre-push")
			if h.State != git.HookForeign || !h.Others {
				t.Fatalf("got %+v", h)
			}
			w.install(h, lines, true)
			h = w.hook("pre-push")
			want := "ours\ntheirs arg\n"
			if name == "bare" {
				want = "ours\n"
			}
			if got := w.run(h); got != want || h.Others != (name != "bare") {
				t.Errorf("want %q, got %q from %+v", want, got, h)
			}
			info, err := os.Stat(h.Path)
			if err != nil || info.Mode().Perm() != 0o750 {
				t.Errorf("want the mode kept, got %v and %v", info.Mode(), err)
			}
			if changed, err := h.Uninstall(); !changed || err != nil {
				t.Fatalf("uninstall: %t, %v", changed, err)
			}
			if name == "bare" {
				return
			}
			if diff := cmp.Diff(content, w.read(".git/hooks/pre-push")); diff != "" {
				t.Errorf("hook after uninstall (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHookUnfit(t *testing.T) {
	t.Parallel()
	marked := "# >>> symbi-ctl >>>\nx\n# <<< symbi-ctl <<<\n"
	for name, tc := range map[string]struct {
		content string
		mode    os.FileMode
		reason  string
	}{
		"python":         {"#!/usr/bin/env python3\nprint(1)\n", 0o755, "not a shell script"},
		"fish":           {"#!/usr/bin/fish\n", 0o755, "not a shell script"},
		"no interpreter": {"echo x\n", 0o755, "not a shell script"},
		"windows lines":  {"#!/bin/sh\r\necho x\r\n", 0o755, "not a shell script"},
		"binary":         {"#!/bin/sh\n\x00", 0o755, "not a shell script"},
		"empty":          {"", 0o755, "not a shell script"},
		"not executable": {"#!/bin/sh\necho x\n", 0o644, "not executable"},
		"no end":         {"#!/bin/sh\n# >>> symbi-ctl >>>\nx\n", 0o755, "marks"},
		"no beginning":   {"#!/bin/sh\nx\n# <<< symbi-ctl <<<\n", 0o755, "marks"},
		"twice":          {"#!/bin/sh\n" + marked + marked, 0o755, "marks"},
		"not at a line":  {"#!/bin/sh\nx " + marked, 0o755, "marks"},
		"big":            {"#!/bin/sh\n" + strings.Repeat("#", 1<<20), 0o755, "bigger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.put(".git/hooks/pre-commit", tc.content, tc.mode)
			h := w.hook("pre-commit")
			if h.State != git.HookUnfit || !strings.Contains(h.Reason, tc.reason) {
				t.Fatalf("want unfit because %q, got %+v", tc.reason, h)
			}
			if _, err := h.Install(lines); !errors.Is(err, git.ErrHookRefused) {
				t.Errorf("want ErrHookRefused, got %v", err)
			}
			if changed, err := h.Uninstall(); changed || errors.Is(err, git.ErrHookRefused) != (tc.reason == "marks") {
				t.Errorf("uninstall: %t, %v", changed, err)
			}
			if got := w.read(".git/hooks/pre-commit"); got != tc.content {
				t.Errorf("the hook was changed to %q", got)
			}

			if err := h.SetAside(); err != nil {
				t.Fatal(err)
			}
			w.install(h, lines, true)
			h = w.hook("pre-commit")
			if h.State != git.HookInstalled || !h.Others || h.Lines != lines {
				t.Errorf("after setting aside: %+v", h)
			}
			if err := h.SetAside(); !errors.Is(err, git.ErrHookRefused) {
				t.Errorf("the hook that was set aside would be lost: %v", err)
			}
			if changed, err := h.Uninstall(); !changed || err != nil {
				t.Errorf("uninstall: %t, %v", changed, err)
			}
			if got := w.read(".git/hooks/pre-commit"); got != tc.content {
				t.Errorf("the hook did not come back: %q", got)
			}
		})
	}
}

func TestHookSymlink(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.put("theirs.sh", "#!/bin/sh\necho theirs $1\n", 0o755)
	if err := os.Symlink("../../theirs.sh", filepath.Join(w.dir, ".git", "hooks", "pre-commit")); err != nil {
		t.Fatal(err)
	}
	h := w.hook("pre-commit")
	if h.State != git.HookUnfit {
		t.Fatalf("got %+v", h)
	}
	if err := h.SetAside(); err != nil {
		t.Fatal(err)
	}
	w.install(h, lines, true)
	if got := w.run(h); got != "ours\ntheirs arg\n" {
		t.Errorf("got %q", got)
	}
	if got := w.read("theirs.sh"); got != "#!/bin/sh\necho theirs $1\n" {
		t.Errorf("the target of the link was changed to %q", got)
	}
	if _, err := w.hook("pre-commit").Uninstall(); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(h.Path); err != nil || target != "../../theirs.sh" {
		t.Errorf("the link did not come back: %q, %v", target, err)
	}
}

func TestHookPlaces(t *testing.T) {
	t.Parallel()
	shared := t.TempDir()
	for name, tc := range map[string]struct {
		path            string
		want            string
		shared, tracked bool
	}{
		"in the tree": {".githooks", ".githooks", false, true},
		"of the user": {shared, shared, true, false},
		"in git dir":  {".git/mine", ".git/mine", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.git("config", "core.hooksPath", tc.path)
			h := w.hook("pre-commit")
			want, err := filepath.EvalSymlinks(filepath.Dir(filepath.Join(w.dir, tc.want)))
			if filepath.IsAbs(tc.want) {
				want, err = filepath.EvalSymlinks(filepath.Dir(tc.want))
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.Path != filepath.Join(want, filepath.Base(tc.want), "pre-commit") || h.Shared != tc.shared || h.Tracked != tc.tracked {
				t.Errorf("got %+v", h)
			}
		})
	}
}

func TestHookOfLinkedWorkTree(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commit("one")
	main := w.dir
	w.dir = filepath.Join(t.TempDir(), "second")
	c := exec.Command("git", "worktree", "add", "-q", w.dir)
	c.Dir, c.Env = main, w.env
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	h := w.hook("pre-commit")
	if h.Path != filepath.Join(main, ".git", "hooks", "pre-commit") || h.Shared || h.Tracked {
		t.Errorf("got %+v", h)
	}
}

func TestHookManagers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ path, content, want string }{
		"pre-commit": {".git/hooks/pre-commit", "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n", "pre-commit"},
		"lefthook":   {".git/hooks/pre-commit", "#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n", "lefthook"},
		"husky":      {".husky/_/pre-commit", "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n", "husky"},
		"none":       {".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.git("config", "core.hooksPath", filepath.Dir(tc.path))
			w.put(tc.path, tc.content, 0o755)
			if got := w.hook("pre-commit").Manager; got != tc.want {
				t.Errorf("want %q, got %q", tc.want, got)
			}
		})
	}
}
