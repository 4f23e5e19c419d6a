package safefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// names returns what is in a folder: nothing temporary may stay.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "key.pem")
	if err := safefile.Write(path, []byte("one"), safefile.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, path); runtime.GOOS != "windows" && got != safefile.Secret {
		t.Errorf("mode %v, want %v", got, safefile.Secret)
	}
	err := safefile.Write(path, []byte("two"), safefile.Options{})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("second write: error %v, want ErrExist", err)
	}
	if diff := cmp.Diff("one", content(t, path)); diff != "" {
		t.Errorf("content after a refused write:\n%s", diff)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := safefile.Write(path, []byte("three"), safefile.Options{Replace: true}); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, path); runtime.GOOS != "windows" && got != safefile.Secret {
		t.Errorf("a replaced file keeps the mode %v, want %v", got, safefile.Secret)
	}
	if err := safefile.Write(path, []byte("four"), safefile.Options{Replace: true, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, path); runtime.GOOS != "windows" && got != 0o644 {
		t.Errorf("mode %v, want -rw-r--r--", got)
	}
	if diff := cmp.Diff([]string{"key.pem"}, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestWriteFollowsLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Skip("this system makes no links:", err)
	}
	if err := safefile.Write(link, []byte("new"), safefile.Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want ErrExist", err)
	}
	if err := safefile.Write(link, []byte("new"), safefile.Options{Replace: true}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if diff := cmp.Diff("new", content(t, file)); diff != "" {
		t.Errorf("content:\n%s", diff)
	}
}

// TestLinksToNothing holds that a link is followed to a file that is yet to be
// made, by a lock too, and that such a link is in the way where nothing may be
// replaced.
func TestLinksToNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{
		"relative": filepath.Join("real", "a"), "absolute": filepath.Join(dir, "real", "b"), "chain": "relative", "folder": "real",
		"nowhere": filepath.Join("no", "such"), "loop": "loop",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip("this system makes no links:", err)
		}
	}
	update := func(path, text string) error {
		return safefile.Update(t.Context(), safefile.Edit{Path: path, Max: 99, Apply: func([]byte) ([]byte, error) { return []byte(text), nil }})
	}
	for _, tc := range []struct{ path, file string }{
		{"chain", "a"}, {"absolute", "b"}, {filepath.Join("folder", "c"), "c"}, // where "c" is no link
	} {
		path, file := filepath.Join(dir, tc.path), filepath.Join(dir, "real", tc.file)
		if err := safefile.Write(path, []byte("x"), safefile.Options{}); (tc.file != "c") != errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: error %v of a write that must not replace", tc.path, err)
		}
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
		if err := safefile.Write(path, []byte("written"), safefile.Options{Replace: true}); err != nil {
			t.Errorf("%s: %v", tc.path, err)
		}
		if diff := cmp.Diff("written", content(t, file)); diff != "" {
			t.Errorf("%s:\n%s", tc.path, diff)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := update(path, "updated"); err != nil {
			t.Errorf("%s: %v", tc.path, err)
		}
		if diff := cmp.Diff("updated", content(t, file)); diff != "" {
			t.Errorf("%s:\n%s", tc.path, diff)
		}
	}
	for _, link := range []string{"nowhere", "loop"} {
		if err := update(filepath.Join(dir, link), "x"); err == nil {
			t.Errorf("%s: no error", link)
		}
	}
	want := []string{"absolute", "chain", "folder", "loop", "nowhere", "real", "relative"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "a.lock", "b", "b.lock", "c", "c.lock"}, names(t, filepath.Join(dir, "real"))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestLeftovers holds that what a killed process left behind does not stay for
// ever, and that nothing else is removed.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Now() // as the file system has it
	for name, age := range map[string]time.Duration{
		".f.symbi-ctl-1": 2 * time.Hour, ".f.symbi-ctl-2": time.Minute, ".g.symbi-ctl-3": 2 * time.Hour, ".f.bak": 48 * time.Hour, "f.symbi-ctl-4": 2 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".f.symbi-ctl-5"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := safefile.Write(filepath.Join(dir, "f"), nil, safefile.Options{}); err != nil {
		t.Fatal(err)
	}
	want := []string{".f.bak", ".f.symbi-ctl-2", ".f.symbi-ctl-5", ".g.symbi-ctl-3", "f", "f.symbi-ctl-4"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tc := range map[string]struct{ path, want string }{
		"folder":    {dir, "write " + dir + ": not a regular file"},
		"no folder": {filepath.Join(dir, "x", "y"), "write " + filepath.Join(dir, "x", "y") + ": no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := safefile.Write(tc.path, nil, safefile.Options{Replace: true})
			if err == nil || err.Error() != tc.want {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	data, info, err := safefile.Read(path, 5)
	if err != nil || string(data) != "12345" || info.Size() != 5 {
		t.Errorf("Read = %q, %v, %v", data, info, err)
	}
	if _, _, err := safefile.Read(path, 4); err == nil || !strings.Contains(err.Error(), "more than 4 bytes") {
		t.Errorf("a file that is too long: error %v", err)
	}
	if _, _, err := safefile.Read(filepath.Dir(path), 4); err == nil {
		t.Error("a folder is read")
	}
	if _, _, err := safefile.Read(path+"x", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
}

func TestUpdateLosesNothing(t *testing.T) {
	t.Parallel()
	const writers = 20
	path := filepath.Join(t.TempDir(), "counter")
	var all errgroup.Group
	for range writers {
		all.Go(func() error {
			return safefile.Update(t.Context(), safefile.Edit{Path: path, Max: 99, Apply: func(old []byte) ([]byte, error) {
				n, _ := strconv.Atoi(string(old))
				return strconv.AppendInt(nil, int64(n+1), 10), nil
			}})
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strconv.Itoa(writers), content(t, path)); diff != "" {
		t.Errorf("counter (-want +got):\n%s", diff)
	}
}

func TestUpdateKeepsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, apply := range map[string]func([]byte) ([]byte, error){
		"unchanged": func(old []byte) ([]byte, error) { return old, nil },
		"nil":       func([]byte) ([]byte, error) { return nil, nil },
		"error":     func([]byte) ([]byte, error) { return []byte("x"), errors.New("no") },
	} {
		err := safefile.Update(t.Context(), safefile.Edit{Path: path, Max: 99, Apply: apply})
		if (name == "error") != (err != nil) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was written: %v", err)
	}
	err = safefile.Update(t.Context(), safefile.Edit{Path: path, Max: 99, Apply: func([]byte) ([]byte, error) { return []byte("new"), nil }})
	if err != nil {
		t.Fatal(err)
	}
	if got := mode(t, path); runtime.GOOS != "windows" && got != 0o640 {
		t.Errorf("mode %v, want the old one, -rw-r-----", got)
	}
}

// TestLocksFollowNoLink holds that a lock beside a file makes nothing elsewhere.
func TestLocksFollowNoLink(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	target := filepath.Join(t.TempDir(), "victim")
	if err := os.Symlink(target, path+".lock"); err != nil {
		t.Fatal(err)
	}
	err := safefile.Update(t.Context(), safefile.Edit{Path: path, Max: 9, Apply: func([]byte) ([]byte, error) { return []byte("x"), nil }})
	if err == nil || !strings.Contains(err.Error(), "f.lock: a symbolic link") {
		t.Errorf("error %v, want the link refused", err)
	}
	if _, err := safefile.Open(path+".lock", os.O_CREATE|os.O_WRONLY); err == nil {
		t.Error("a link was opened")
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the target of the link was made")
	}
}
