package git_test

import (
	"bufio"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/git"
)

func TestStagedUnborn(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	entries, err := w.open().Staged(t.Context())
	same(t, nil, brief(t, entries, err))
	w.write("s/SKILL.md", "x")
	w.write("s/not-staged", "x")
	w.git("add", "s/SKILL.md")
	entries, err = w.open().Staged(t.Context())
	same(t, []string{"s/SKILL.md file present"}, brief(t, entries, err))
}

func TestStaged(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	for _, name := range []string{"same", "edited", "gone", "renamed", "mode", "retyped", "dir/x"} {
		w.write(name, name+" with enough text to be taken for a rename\n")
	}
	w.commit("one")
	w.write("edited", "edited")
	w.write("dir/new", "n")
	w.git("mv", "renamed", "moved")
	w.git("rm", "-q", "gone", "retyped")
	w.git("update-index", "--chmod=+x", "mode")
	if err := os.Symlink("../outside", filepath.Join(w.dir, "retyped")); err != nil {
		t.Fatal(err)
	}
	w.git("add", "edited", "dir/new", "retyped")
	w.write("edited", "not this") // the index counts, not the work tree
	w.write("later", "x")
	w.git("add", "-N", "later") // announced, but the commit will not hold it
	w.git("config", "diff.renames", "copies")
	w.git("config", "diff.external", "false")
	w.git("config", "diff.ignoreSubmodules", "all")

	r := w.open()
	entries, err := r.Staged(t.Context())
	same(t, []string{
		"dir/new file present", "edited file present", "gone file deleted", "mode executable present",
		"moved file present", "renamed file deleted", "retyped symlink present",
	}, brief(t, entries, err))
	entries, err = r.Staged(t.Context(), "dir", "gone")
	same(t, []string{"dir/new file present", "gone file deleted"}, brief(t, entries, err))
	entries, err = r.Staged(t.Context(), ":(exclude)dir", "*")
	same(t, nil, brief(t, entries, err))
}

func TestOddNames(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	names := []string{"\"q\"", "-n", ":(top)x", "a\nb/c d", "caf\xe9", "tab\tx", "é"}
	for _, name := range names {
		w.write(name, name)
	}
	w.git("add", "-A")
	r := w.open()
	for what, list := range map[string]func() ([]git.Entry, error){
		"staged": func() ([]git.Entry, error) { return r.Staged(t.Context()) },
		"index":  func() ([]git.Entry, error) { return r.Index(t.Context(), ".") },
	} {
		entries, err := list()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Path)
		}
		if diff := cmp.Diff(names, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	for _, name := range names {
		entries, err := r.Staged(t.Context(), name)
		same(t, []string{name + " file present"}, brief(t, entries, err))
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "1")
	w.write("b", "1")
	base := w.commit("one")
	w.git("checkout", "-q", "-b", "topic")
	w.write("s/SKILL.md", "x")
	if err := os.Remove(filepath.Join(w.dir, "b")); err != nil {
		t.Fatal(err)
	}
	head := w.commit("two")
	w.git("checkout", "-q", "main")
	w.write("theirs", "x")
	w.commit("three")
	w.git("checkout", "-q", "topic")
	w.write("a", "staged, so no part of HEAD")
	w.git("add", "a")

	r := w.open()
	got, err := r.Changed(t.Context(), "main", "HEAD")
	same(t, []string{"b file deleted", "s/SKILL.md file present"}, brief(t, got.Entries, err))
	if got.Base != base || got.Head != head {
		t.Errorf("want %s..%s, got %s..%s", base, head, got.Base, got.Head)
	}
	got, err = r.Changed(t.Context(), "main", "HEAD", "s")
	same(t, []string{"s/SKILL.md file present"}, brief(t, got.Entries, err))
	got, err = r.Changed(t.Context(), strings.Repeat("0", 40), "HEAD", "s", "a")
	same(t, []string{"a file present", "s/SKILL.md file present"}, brief(t, got.Entries, err))
	if got.Base != "" || got.Head != head {
		t.Errorf("want all of %s, got %s..%s", head, got.Base, got.Head)
	}
	got, err = r.Changed(t.Context(), "topic", "main")
	same(t, []string{"theirs file present"}, brief(t, got.Entries, err))
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "1")
	head := w.commit("one")
	w.git("checkout", "-q", "--orphan", "alone")
	w.commit("unrelated")
	w.git("tag", "-a", "-m", "x", "v1", head)
	r := w.open()
	for rev, want := range map[string]string{
		"main": head, head[:12]: head, "v1": head,
		"": "", "none": "", "-h": "", "--all": "", "--output=x": "", "^main": "", "main..alone": "", "main:a": "", "main\nalone": "", "a\x00b": "",
	} {
		got, err := r.Commit(t.Context(), rev)
		if got != want || errors.Is(err, git.ErrRevision) != (want == "") {
			t.Errorf("%q: want %q, got %q and %v", rev, want, got, err)
		}
	}
	if _, err := r.Changed(t.Context(), "main", "HEAD"); !errors.Is(err, git.ErrNoMergeBase) {
		t.Errorf("want ErrNoMergeBase, got %v", err)
	}
	if _, err := r.Changed(t.Context(), "-x", "HEAD"); !errors.Is(err, git.ErrRevision) {
		t.Errorf("want ErrRevision, got %v", err)
	}
}

func TestTreeAndIndex(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("s/SKILL.md", "x")
	w.write("s/run.sh", "x")
	w.write("other", "x")
	w.git("add", "-A")
	w.git("update-index", "--chmod=+x", "s/run.sh")
	w.git("commit", "-q", "-m", "one")
	head := w.git("rev-parse", "HEAD")
	w.git("update-index", "--add", "--cacheinfo", "160000,"+head+",s/module")
	w.git("update-index", "--force-remove", "s/run.sh")
	r := w.open()

	entries, err := r.Tree(t.Context(), "HEAD")
	same(t, []string{"other file present", "s/SKILL.md file present", "s/run.sh executable present"}, brief(t, entries, err))
	entries, err = r.Tree(t.Context(), head, "s")
	same(t, []string{"s/SKILL.md file present", "s/run.sh executable present"}, brief(t, entries, err))
	entries, err = r.Index(t.Context(), "s")
	same(t, []string{"s/SKILL.md file present", "s/module submodule present"}, brief(t, entries, err))
	entries, err = r.Staged(t.Context())
	same(t, []string{"s/module submodule present", "s/run.sh executable deleted"}, brief(t, entries, err))
}

func TestUnmerged(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "1")
	w.commit("one")
	w.git("checkout", "-q", "-b", "topic")
	w.write("a", "2")
	w.commit("two")
	w.git("checkout", "-q", "main")
	w.write("a", "3")
	w.commit("three")
	w.conflict("merge", "-q", "topic")
	r := w.open()
	entries, err := r.Index(t.Context())
	same(t, []string{"a file unmerged"}, brief(t, entries, err))
	entries, err = r.Staged(t.Context())
	if got := brief(t, entries, err); len(got) != 1 || !strings.HasSuffix(got[0], "unmerged") {
		t.Errorf("want one unmerged entry, got %q", got)
	}
}

// Inside a hook git says by GIT_INDEX_FILE which index will be committed.
func TestIndexOfTheHook(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "1")
	w.write("b", "1")
	w.commit("one")
	w.write("a", "2")
	w.write("b", "2")
	w.git("add", "a")
	plain := w.env
	for _, index := range []string{filepath.Join(w.dir, "other-index"), "other-index"} {
		w.env = append(slices.Clip(plain), "GIT_INDEX_FILE="+index)
		w.git("read-tree", "HEAD")
		w.git("add", "b")
		entries, err := w.open().Staged(t.Context())
		same(t, []string{"b file present"}, brief(t, entries, err))
	}
	w.env = append(slices.Clip(plain), "GIT_DIR=.git", "GIT_WORK_TREE=.", "GIT_PREFIX=")
	entries, err := w.open().Staged(t.Context())
	same(t, []string{"a file present"}, brief(t, entries, err))
}

// A tree that git itself would not write can hide one file behind another.
func TestForgedTree(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "good")
	w.git("add", "a")
	blob := w.git("rev-parse", ":a")
	for name, records := range map[string]string{
		"twice":  "100644 blob " + blob + "\tx\n100755 blob " + blob + "\tx\n",
		"dotdot": "100644 blob " + blob + "\t..\n",
	} {
		commit := w.forge(records)
		if entries, err := w.open().Tree(t.Context(), commit); err == nil {
			t.Errorf("%s: want an error, got %v", name, entries)
		}
	}
}

func FuzzEntries(f *testing.F) {
	id := strings.Repeat("a", 40)
	f.Add(":100644 100755 " + id + " " + id + " M\x00a\x00")
	f.Add("100644 " + id + " 0\ta/b\x00100644 " + id + " 1\tc\x00")
	f.Add("160000 commit " + id + "\ta\nb\x00")
	f.Add("\x00\x00")
	f.Fuzz(func(t *testing.T, output string) {
		for _, form := range []string{"raw", "stage", "tree"} {
			in := bufio.NewReader(strings.NewReader(output))
			entries, err := git.Parse(form, func() (string, error) {
				record, err := in.ReadString(0)
				return strings.TrimSuffix(record, "\x00"), err
			})
			if err != nil {
				continue
			}
			for i, e := range entries {
				if i > 0 && entries[i-1].Path >= e.Path {
					t.Errorf("%s: %q is not before %q", form, entries[i-1].Path, e.Path)
				}
				if e.State == git.Present && (e.Kind == "" || path.Clean("/"+e.Path) != "/"+e.Path) {
					t.Errorf("%s: accepted %+v", form, e)
				}
			}
		}
	})
}
