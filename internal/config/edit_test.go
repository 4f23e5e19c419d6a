package config_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

const commented = `# settings of ann
# since 2026

base_url: https://rt.example # production
timeout: 10s

# what I use most
profile: prod

profiles:
  # the real one
  prod:
    read_only: true # careful
    # quoted on purpose
    output: "json"
  dev:
# the end
`

func TestEdits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before string
		edit   func(ctx context.Context, f config.File) (config.Change, error)
		drop   string // lines of before that go, by their text
		add    string // lines that come
	}{
		"set replaces": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "base_url", "https://new.example")
		}, "base_url: https://rt.example # production", "base_url: https://new.example # production"},
		"set appends": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "max_retries", "0")
		}, "", "max_retries: 0"},
		"set in a profile": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "prod", "read_only", "false")
		}, "read_only: true # careful", "read_only: false # careful"},
		"set in an empty profile": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "dev", "timeout", "90")
		}, "", "timeout: 1m30s"},
		"set a secret that looks like a number": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "api_key", "0123")
		}, "", `api_key: "0123"`},
		"set into nothing": {"", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "output", "json")
		}, "", "output: json"},
		"set below comments": {"# only\n# this", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "output", "json")
		}, "", "output: json"},
		"set into {}": {"{}\n", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "output", "json")
		}, "{}", "output: json"},
		"unset": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Unset(ctx, "", "timeout")
		}, "timeout: 10s", ""},
		"unset in a profile": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Unset(ctx, "prod", "read_only")
		}, "read_only: true # careful", ""},
		"use": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.UseProfile(ctx, "dev")
		}, "profile: prod", "profile: dev"},
		"add": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.AddProfile(ctx, "eu", map[string]string{"protected": "true", "base_url": "https://eu.example"})
		}, "", "eu:\nbase_url: https://eu.example\nprotected: true"},
		"add the first": {"output: json\n", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.AddProfile(ctx, "eu", map[string]string{"timeout": "5"})
		}, "", "profiles:\neu:\ntimeout: 5s"},
		"remove": {commented, func(ctx context.Context, f config.File) (config.Change, error) {
			return f.RemoveProfile(ctx, "dev")
		}, "dev:", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			path := w.user(tc.before)
			change, err := tc.edit(t.Context(), userFile(t, w))
			if err != nil || !change.Changed || change.File != path {
				t.Fatalf("want a change of %s, got %+v, %v", path, change, err)
			}
			got := read(t, path)
			if problems := config.CheckBytes(path, []byte(got)); problems != nil {
				t.Errorf("want a file without problems, got %v in\n%s", problems, got)
			}
			if diff := cmp.Diff(edited(tc.before, tc.drop, tc.add), lines(got)); diff != "" {
				t.Errorf("lines (-want +got)\n%s", diff)
			}
		})
	}
}

func userFile(t *testing.T, w *world) config.File {
	t.Helper()
	f, err := config.UserFile(w.LoadOptions)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// lines are the trimmed lines of text that are not blank, counted.
func lines(text string) map[string]int {
	all := map[string]int{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all[strings.Replace(line, "dev: {}", "dev:", 1)]++
		}
	}
	return all
}

func edited(before, drop, add string) map[string]int {
	want := lines(before + "\n" + add)
	for line := range lines(drop) {
		if want[line]--; want[line] == 0 {
			delete(want, line)
		}
	}
	return want
}

func TestSetAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("output: json # mine\nprofiles:\n  prod: {}\n")
	f := userFile(t, w)
	if _, err := f.SetAll(t.Context(), "prod", map[string]string{"api_key_for": "https://h", "api_key": "keyring:prod"}); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []map[string]string{{"api_key_for": "local:"}, {"output": "yaml", "no_such_key": "x"}} {
		if _, err := f.SetAll(t.Context(), "", wrong); err == nil {
			t.Errorf("want %v refused", wrong)
		}
	}
	got, err := os.ReadFile(f.Path())
	if diff := cmp.Diff("output: json # mine\nprofiles:\n  prod:\n    api_key: keyring:prod\n    api_key_for: https://h\n", string(got)); diff != "" || err != nil {
		t.Errorf("file (-want +got)\n%s%v", diff, err)
	}
}

func TestEditKeepsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.user(commented)
	if _, err := userFile(t, w).Set(t.Context(), "prod", "timeout", "1s"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.SplitSeq(read(t, path), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			got = append(got, line)
		}
	}
	want := []string{
		"# settings of ann", "# since 2026", "base_url: https://rt.example # production", "timeout: 10s", "# what I use most", "profile: prod", "profiles:",
		"# the real one", "prod:", "read_only: true # careful", "# quoted on purpose", `output: "json"`, "timeout: 1s", "dev:", "# the end",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
}

func TestEditRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before string
		edit   func(ctx context.Context, f config.File) (config.Change, error)
		want   error // nil for a *config.Error
	}{
		"unknown key": {"", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "outputs", "json")
		}, nil},
		"wrong value": {"", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "output", "xml")
		}, nil},
		"unset unknown": {"", func(ctx context.Context, f config.File) (config.Change, error) { return f.Unset(ctx, "", "outputs") }, nil},
		"broken file": {"output: [\n", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "output", "json")
		}, nil},
		"fault elsewhere": {"timeout: x\n", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "", "output", "json")
		}, nil},
		"undefined profile": {"", func(ctx context.Context, f config.File) (config.Change, error) { return f.Set(ctx, "", "profile", "p") }, nil},
		"profile in profile": {"profiles: {p: }\n", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "p", "profile", "p")
		}, nil},
		"set in no profile": {"", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.Set(ctx, "p", "output", "json")
		}, config.ErrProfileNotFound},
		"use no profile":  {"", func(ctx context.Context, f config.File) (config.Change, error) { return f.UseProfile(ctx, "p") }, config.ErrProfileNotFound},
		"remove none":     {"", func(ctx context.Context, f config.File) (config.Change, error) { return f.RemoveProfile(ctx, "p") }, config.ErrProfileNotFound},
		"remove current":  {"profile: p\nprofiles: {p: }\n", func(ctx context.Context, f config.File) (config.Change, error) { return f.RemoveProfile(ctx, "p") }, config.ErrProfileCurrent},
		"add twice":       {"profiles: {p: }\n", func(ctx context.Context, f config.File) (config.Change, error) { return f.AddProfile(ctx, "p", nil) }, config.ErrProfileExists},
		"name of profile": {"", func(ctx context.Context, f config.File) (config.Change, error) { return f.AddProfile(ctx, "a/b", nil) }, nil},
		"value of profile": {"", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.AddProfile(ctx, "p", map[string]string{"max_retries": "99"})
		}, nil},
		"key of profile": {"", func(ctx context.Context, f config.File) (config.Change, error) {
			return f.AddProfile(ctx, "p", map[string]string{"retries": "9"})
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			path := w.user(tc.before)
			_, err := tc.edit(t.Context(), userFile(t, w))
			var fault *config.Error
			if tc.want == nil && !errors.As(err, &fault) || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("want %v, got %v", tc.want, err)
			}
			if got := read(t, path); got != tc.before {
				t.Errorf("want the file untouched, got\n%s", got)
			}
		})
	}
}

func TestEditWithoutChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.user("output:    json\nprofiles: {p: }\n")
	f := userFile(t, w)
	for name, edit := range map[string]func() (config.Change, error){
		"set":   func() (config.Change, error) { return f.Set(t.Context(), "", "output", "json") },
		"unset": func() (config.Change, error) { return f.Unset(t.Context(), "p", "timeout") },
	} {
		if change, err := edit(); err != nil || change.Changed {
			t.Errorf("%s: want no change, got %+v, %v", name, change, err)
		}
	}
	if got := read(t, path); got != "output:    json\nprofiles: {p: }\n" {
		t.Errorf("want the text untouched, got\n%s", got)
	}
}

func TestModeOfEditedFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := userFile(t, w)
	mode := func() os.FileMode {
		info, err := os.Stat(f.Path())
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if _, err := f.Set(t.Context(), "", "output", "json"); err != nil || mode() != 0o600 {
		t.Errorf("want a new file with mode 0600, got %v, %v", mode(), err)
	}
	if err := os.Chmod(f.Path(), 0o640); err != nil {
		t.Fatal(err)
	}
	change, err := f.Set(t.Context(), "", "api_key", "k")
	if err != nil || mode() != 0o640 || len(change.Warnings) != 1 {
		t.Errorf("want the mode kept and a warning, got %v, %+v, %v", mode(), change, err)
	}
}

func TestEditFollowsLinks(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{"to a file": "output: json\n", "to nothing yet": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			target := filepath.Join(w.repo, "symbiont.yaml")
			if before != "" {
				w.write(target, before)
			}
			link := filepath.Join(w.home, ".symbiont.yaml")
			if err := os.Symlink("../repo/symbiont.yaml", link); err != nil {
				t.Fatal(err)
			}
			if _, err := userFile(t, w).Set(t.Context(), "", "timeout", "1s"); err != nil {
				t.Fatal(err)
			}
			if got := read(t, target); got != before+"timeout: 1s\n" {
				t.Errorf("want the file behind the link changed, got %q", got)
			}
			if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
				t.Errorf("want the link kept, got %v, %v", info, err)
			}
		})
	}
}

func TestEditOfProjectFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f, err := config.ProjectFile(w.LoadOptions)
	if err != nil || f.Path() != filepath.Join(w.repo, ".symbiont.yaml") {
		t.Fatalf("want the file at the root of the repository, got %q, %v", f.Path(), err)
	}
	if _, err := f.Set(t.Context(), "", "output", "json"); err != nil {
		t.Fatal(err)
	}
	var fault *config.Error
	if _, err := f.Set(t.Context(), "", "api_key", "canary"); !errors.As(err, &fault) {
		t.Errorf("want a secret refused, got %v", err)
	}
	if got := read(t, f.Path()); got != "output: json\n" {
		t.Errorf("want one line, got %q", got)
	}
	w.Dir = w.home
	if _, err := config.ProjectFile(w.LoadOptions); !errors.Is(err, config.ErrNoPlace) {
		t.Errorf("want no project file in the home folder, got %v", err)
	}
	if _, err := config.UserFile(config.LoadOptions{}); !errors.Is(err, config.ErrNoPlace) {
		t.Errorf("want no file without a home folder, got %v", err)
	}
}

// Edits at the same time lose nothing, and whoever reads meanwhile reads a
// valid file.
func TestEditsInParallel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user(commented)
	const n = 50
	var work sync.WaitGroup
	for i := range n {
		work.Go(func() {
			f, err := config.UserFile(w.LoadOptions)
			if err == nil {
				_, err = f.AddProfile(t.Context(), fmt.Sprintf("p%02d", i), nil)
			}
			if err == nil {
				_, err = f.Set(t.Context(), fmt.Sprintf("p%02d", i), "max_retries", fmt.Sprint(i%11))
			}
			if err == nil {
				_, err = f.UseProfile(t.Context(), fmt.Sprintf("p%02d", i))
			}
			if err == nil {
				_, err = config.Load(w.LoadOptions)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	found := 0
	for _, p := range w.load().Profiles() {
		if strings.HasPrefix(p.Name, "p0") || len(p.Name) == 3 && p.Name[0] == 'p' {
			found += len(p.Values)
		}
	}
	if found != n {
		t.Errorf("want %d values, got %d", n, found)
	}
	left, err := os.ReadDir(w.home)
	if err != nil || len(left) != 2 {
		t.Errorf("want the file and its lock and nothing else, got %v, %v", left, err)
	}
}

func TestEditGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := userFile(t, w).Set(ctx, "", "output", "json"); !errors.Is(err, context.Canceled) {
		t.Errorf("want context.Canceled, got %v", err)
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("api_key: file:k\nwebhook_token: canary\nprofiles: {p: {api_key: 'keyring:p'}, q: {}}\n")
	f, err := config.UserFile(w.LoadOptions)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[[2]string]string{
		{"", "api_key"}: "file:k", {"p", "api_key"}: "keyring:p", {"q", "api_key"}: "", {"r", "api_key"}: "",
		{"", "webhook_token"}: "", {"", "output"}: "",
	} {
		if got, err := f.Reference(at[0], at[1]); err != nil || got != want {
			t.Errorf("%v: want %q, got %q, %v", at, want, got, err)
		}
	}
}

// A repository that was just cloned does not make files elsewhere.
func TestLockFollowsNoLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	victim := filepath.Join(w.home, "victim")
	if err := os.Symlink(victim, filepath.Join(w.repo, ".symbiont.yaml.lock")); err != nil {
		t.Fatal(err)
	}
	f, err := config.ProjectFile(w.LoadOptions)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Set(t.Context(), "", "output", "json"); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("want the link refused, got %v", err)
	}
	if _, err := os.Lstat(victim); err == nil {
		t.Error("the target of the link was made")
	}
}
