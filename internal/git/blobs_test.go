package git_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/git"
)

func (w *work) blobs(ctx context.Context) *git.Blobs {
	w.t.Helper()
	b, err := w.open().Blobs(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := b.Close(); err != nil {
			w.t.Errorf("close: %v", err)
		}
	})
	return b
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	big := strings.Repeat("0123456789\n", 50_000)
	w.write("big", big)
	w.write("empty", "")
	w.write("small", "missing\n\x00")
	head := w.commit("one")
	b := w.blobs(t.Context())
	for name, tc := range map[string]struct {
		rev   string
		limit int64
		want  git.Blob
		err   error
	}{
		"whole":     {":small", 100, git.Blob{Data: []byte("missing\n\x00"), Size: 9}, nil},
		"cut":       {":big", 10, git.Blob{Data: []byte("0123456789"), Size: int64(len(big))}, nil},
		"size only": {":big", 0, git.Blob{Data: []byte{}, Size: int64(len(big))}, nil},
		"negative":  {":small", -1, git.Blob{Data: []byte{}, Size: 9}, nil},
		"empty":     {":empty", 10, git.Blob{Data: []byte{}}, nil},
		"a commit":  {head, 10, git.Blob{}, git.ErrMissing},
		"a tree":    {"HEAD^{tree}", 1 << 20, git.Blob{}, git.ErrMissing},
	} {
		id := w.git("rev-parse", tc.rev)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := b.Read(id, tc.limit)
			if !errors.Is(err, tc.err) {
				t.Fatalf("want error %v, got %v", tc.err, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("blob (-want +got):\n%s", diff)
			}
		})
	}
	for _, id := range []string{strings.Repeat("0", 40), "", "HEAD:small", "small\n" + head, strings.Repeat("A", 40)} {
		if _, err := b.Read(id, 10); !errors.Is(err, git.ErrMissing) {
			t.Errorf("%q: want ErrMissing, got %v", id, err)
		}
	}
}

func TestBlobsTogether(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", strings.Repeat("a", 100_000))
	w.write("b", strings.Repeat("b", 100))
	w.git("add", "-A")
	ids := map[string]string{"a": w.git("rev-parse", ":a"), "b": w.git("rev-parse", ":b")}
	b := w.blobs(t.Context())
	var wg sync.WaitGroup
	for range 50 {
		for letter, id := range ids {
			wg.Go(func() {
				blob, err := b.Read(id, 1<<20)
				if err != nil || strings.Trim(string(blob.Data), letter) != "" {
					t.Errorf("read %s: %v, %d bytes", letter, err, len(blob.Data))
				}
			})
		}
	}
	wg.Wait()
}

func TestBlobsEnd(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "1")
	w.git("add", "a")
	id := w.git("rev-parse", ":a")

	ctx, cancel := context.WithCancel(t.Context())
	b := w.blobs(ctx)
	if _, err := b.Read(id, 10); err != nil {
		t.Fatal(err)
	}
	cancel()
	var err error
	for err == nil { // the process may answer once more before it is gone
		_, err = b.Read(id, 10)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after the context: want context.Canceled, got %v", err)
	}

	closed := w.blobs(t.Context())
	if err := closed.Close(); err != nil {
		t.Error(err)
	}
	if err := closed.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if _, err := closed.Read(id, 10); err == nil {
		t.Error("a closed reader answers")
	}
}

// In a partial clone objects are fetched when they are read. We do not.
func TestNothingIsFetched(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("a", "1")
	w.commit("one")
	w.git("config", "uploadpack.allowFilter", "true")
	id := w.git("rev-parse", "HEAD:a")
	clone := filepath.Join(t.TempDir(), "clone")
	w.git("clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+w.dir, clone)
	w.dir = clone
	b, err := w.open().Blobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(id, 10); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("the object was fetched: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if got := w.git("cat-file", "-p", id); got != "1" {
		t.Errorf("git itself cannot fetch it: %q", got)
	}
}

func TestLongIDs(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.dir = t.TempDir()
	w.git("init", "-q", "--object-format=sha256")
	w.write("a", "1")
	w.git("add", "a")
	entries, err := w.open().Staged(t.Context())
	same(t, []string{"a file present"}, brief(t, entries, err))
	got, err := w.blobs(t.Context()).Read(entries[0].ID, 10)
	if err != nil || string(got.Data) != "1" {
		t.Errorf("got %q and %v", got.Data, err)
	}
	w.commit("one")
	change, err := w.open().Changed(t.Context(), strings.Repeat("0", 64), "HEAD")
	same(t, []string{"a file present"}, brief(t, change.Entries, err))
}

func TestReplacementsAreIgnored(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("bad", "bad")
	w.write("good", "good")
	w.git("add", "-A")
	w.git("replace", w.git("rev-parse", ":bad"), w.git("rev-parse", ":good"))
	got, err := w.blobs(t.Context()).Read(strings.Fields(w.git("ls-files", "-s", "bad"))[1], 10)
	if err != nil || string(got.Data) != "bad" {
		t.Errorf("want what is recorded, got %q and %v", got.Data, err)
	}
}

func TestFS(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("s/SKILL.md", "skill")
	w.write("s/deep/er/x", "x")
	w.write("s-1", "between s and its content, as bytes sort")
	w.write("top", "top")
	if err := os.Symlink("../top", filepath.Join(w.dir, "s", "link")); err != nil {
		t.Fatal(err)
	}
	w.commit("one")
	entries, err := w.open().Tree(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := git.NewFS(entries, w.blobs(t.Context()), 100)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		names = append(names, d.Type().String()+" "+name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"d--------- .", "d--------- s", "---------- s/SKILL.md", "d--------- s/deep", "d--------- s/deep/er", "---------- s/deep/er/x",
		"L--------- s/link", "---------- s-1", "---------- top",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
	if target, err := fs.ReadLink(fsys, "s/link"); err != nil || target != "../top" {
		t.Errorf("want the target ../top, got %q and %v", target, err)
	}
	if _, err := fs.ReadFile(fsys, "s/link"); err == nil {
		t.Error("the link was followed")
	}
	sub, err := fs.Sub(fsys, "s/deep")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(sub, "er/x"); err != nil {
		t.Error(err)
	}
}

func TestFSLimit(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.write("eight", "12345678")
	w.git("add", "-A")
	entries, err := w.open().Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := git.NewFS(entries, w.blobs(t.Context()), 7)
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(fsys, "eight")
	if string(data) != "1234567" || err == nil {
		t.Errorf("want 7 bytes and an error, got %q and %v", data, err)
	}
	if info, err := fs.Stat(fsys, "eight"); err != nil || info.Size() != 8 {
		t.Errorf("want the size 8, got %v and %v", info.Size(), err)
	}
}

func TestFSRefuses(t *testing.T) {
	t.Parallel()
	for name, paths := range map[string][]string{"twice": {"a", "a"}, "file and folder": {"a", "a/b"}, "folder and file": {"a/b", "a"}} {
		var entries []git.Entry
		for _, p := range paths {
			entries = append(entries, git.Entry{Path: p, Kind: git.File, State: git.Present})
		}
		if _, err := git.NewFS(entries, nil, 1); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
	fsys, err := git.NewFS(nil, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"none": fs.ErrNotExist, "../x": fs.ErrInvalid, "/x": fs.ErrInvalid, "": fs.ErrInvalid, "a//b": fs.ErrInvalid} {
		if _, err := fsys.Open(name); !errors.Is(err, want) {
			t.Errorf("open %q: want %v, got %v", name, want, err)
		}
	}
}
