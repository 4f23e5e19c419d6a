package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

const pageBytes = 4096

// state returns the file of a closed store with one agent.
func state(t *testing.T, dir string) string {
	t.Helper()
	s := open(t, store.Options{Dir: dir})
	for n := range 100 {
		must(t, s.CreateAgent(t.Context(), agent(fmt.Sprint(n)), created("a")))
	}
	must(t, s.Close())
	return filepath.Join(dir, "state.db")
}

// alter runs SQL on a file behind the back of the store.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	must(t, errors.Join(err, db.Close()))
}

// TestUnusableFilesAreLeftAlone: a file that the store cannot use is named as
// such, and not a byte of it changes.
func TestUnusableFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	newer := &store.NewerError{}
	for name, tc := range map[string]struct {
		make func(t *testing.T, path string)
		want func(error) bool
	}{
		"text": {
			func(t *testing.T, path string) {
				t.Helper()
				must(t, os.WriteFile(path, []byte(strings.Repeat("not a database\n", 1000)), 0o600))
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
		"short": {
			func(t *testing.T, path string) {
				t.Helper()
				must(t, os.WriteFile(path, []byte("x"), 0o600))
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
		"database of another program": {
			func(t *testing.T, path string) {
				t.Helper()
				alter(t, path, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
		"database of another program with a version": {
			func(t *testing.T, path string) {
				t.Helper()
				alter(t, path, "CREATE TABLE theirs (x); PRAGMA user_version = 1")
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
		"later schema": {
			func(t *testing.T, path string) {
				t.Helper()
				alter(t, state(t, filepath.Dir(path)), "PRAGMA user_version = 99")
			},
			func(err error) bool { return errors.As(err, &newer) && *newer == store.NewerError{Have: 99, Know: 1} },
		},
		"header overwritten": {
			func(t *testing.T, path string) {
				t.Helper()
				overwrite(t, state(t, filepath.Dir(path)), 0, 100)
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
		"schema overwritten": {
			func(t *testing.T, path string) {
				t.Helper()
				overwrite(t, state(t, filepath.Dir(path)), 100, pageBytes-100)
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
		"cut": {
			func(t *testing.T, path string) {
				t.Helper()
				must(t, os.Truncate(state(t, filepath.Dir(path)), pageBytes+100))
			},
			func(err error) bool { return errors.Is(err, store.ErrCorrupt) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "state.db")
			tc.make(t, path)
			before := read(t, path)
			s, err := store.Open(t.Context(), store.Options{Dir: dir, Now: time.Now})
			if err == nil {
				must(t, s.Close())
			}
			if !tc.want(err) {
				t.Errorf("got error %v", err)
			}
			if !bytes.Equal(before, read(t, path)) {
				t.Error("the file was changed")
			}
			must(t, store.Remove(t.Context(), dir))
			must(t, open(t, store.Options{Dir: dir}).Close())
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

func overwrite(t *testing.T, path string, at, bytes int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt([]byte(strings.Repeat("\xa5", bytes)), int64(at))
	must(t, errors.Join(err, f.Close()))
}

// TestDamageInside: damage that only shows when the page is read is found by
// Check, and by whoever reads there.
func TestDamageInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := state(t, dir)
	facts, err := os.Stat(path)
	must(t, err)
	for at := int64(2 * pageBytes); at < facts.Size(); at += pageBytes {
		overwrite(t, path, int(at), 64)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Now: time.Now})
	must(t, err)
	wantError(t, store.ErrCorrupt, s.Check(t.Context()))
	_, err = s.Agent(t.Context(), "7")
	wantError(t, store.ErrCorrupt, err)
	must(t, s.Close())
}

// TestFull: what does not fit is refused, what fits goes on, and what was
// acknowledged is there.
func TestFull(t *testing.T) {
	t.Parallel()
	ctx, dir, c := t.Context(), t.TempDir(), newClock()
	s := open(t, store.Options{Dir: dir, Now: c.Now, MaxBytes: 1 << 20})
	const senders = 32
	type sent struct {
		id  string
		err error
	}
	all := make(chan sent)
	for sender := range senders {
		go func() {
			for n := range 20 {
				m := message(fmt.Sprintf("%d-%d", sender, n), c.Now(), time.Hour)
				m.Payload = strings.Repeat("x", 5000)
				all <- sent{m.ID, s.Send(ctx, m)}
			}
		}()
	}
	refused := 0
	var want []string
	for range senders * 20 {
		m := <-all
		if m.err == nil {
			want = append(want, m.id)
			continue
		}
		refused++
		if !errors.Is(m.err, store.ErrFull) {
			t.Fatalf("want ErrFull, got %v", m.err)
		}
	}
	if refused == 0 || len(want) < 100 {
		t.Fatalf("want some refused and at least 100 kept, got %d and %d", refused, len(want))
	}
	wantError(t, store.ErrFull, s.SetMeta(ctx, "k", strings.Repeat("x", 5000)))
	got, err := s.Take(ctx, "a")
	must(t, err)
	kept := map[string]bool{}
	for _, m := range got {
		kept[m.ID] = true
	}
	for _, id := range want {
		if !kept[id] {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d were acknowledged, %d are there", len(want), len(got))
	}
	must(t, s.SetMeta(ctx, "k", strings.Repeat("x", 5000))) // there is room again
	must(t, s.Check(ctx))
}

// TestFullForOne: what does not fit fails alone, not with what was to be
// committed together with it.
func TestFullForOne(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, store.Options{Dir: t.TempDir(), MaxBytes: 1 << 20})
	must(t, s.SetMeta(ctx, "fits", "0"))
	for round := range 20 {
		big, small := make(chan error), make(chan error)
		const senders = 8
		for sender := range senders {
			go func() { big <- s.SetMeta(ctx, fmt.Sprint(round, sender), strings.Repeat("x", 2<<20)) }()
			go func() { small <- s.SetMeta(ctx, "fits", fmt.Sprint(round%10)) }()
		}
		for range senders {
			wantError(t, store.ErrFull, <-big)
			must(t, <-small)
		}
	}
}

// TestFileMayNotGrow: the kernel refuses the write itself, as on a full disk.
func TestFileMayNotGrow(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("there is no limit on the size of files to set")
	}
	dir := t.TempDir()
	c, out := start(t, "fill", dir, "")
	line, err := out.ReadString('\n')
	must(t, errors.Join(err, c.Wait()))
	var kept int
	_, err = fmt.Sscanf(line, "kept %d\n", &kept)
	must(t, err)
	s := open(t, store.Options{Dir: dir, Now: time.Now})
	got, err := s.Take(t.Context(), "a")
	must(t, err)
	if kept == 0 || len(got) != kept {
		t.Errorf("%d were acknowledged, %d are there", kept, len(got))
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes of files")
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := open(t, store.Options{Dir: dir})
	must(t, s.SetMeta(t.Context(), "k", "v"))
	got := map[string]fs.FileMode{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		facts, err := d.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; err == nil && facts.Mode().Perm() != want {
			got[path] = facts.Mode()
		}
		return err
	}))
	if d := cmp.Diff(map[string]fs.FileMode{}, got); d != "" {
		t.Errorf("want all files to be their owner's (-want +got):\n%s", d)
	}
}

// TestOddFolders: SQLite reads names of files as URLs here.
func TestOddFolders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "per%41cent", "ques?tion", "ha#sh", "ümlaut", "plus+", "a&b=c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS == "windows" && strings.Contains(name, "?") {
				t.Skip("Windows takes no ? in a name")
			}
			dir := filepath.Join(t.TempDir(), name)
			must(t, open(t, store.Options{Dir: dir}).SetMeta(t.Context(), "k", "v"))
			if _, err := os.Stat(filepath.Join(dir, "state.db")); err != nil {
				t.Error(err)
			}
		})
	}
}
