package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

// world is a home folder beside a repository, with a folder to work in.
type world struct {
	t              *testing.T
	home, repo, at string
	vars           map[string]string
	config.LoadOptions
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, home: filepath.Join(dir, "home"), repo: filepath.Join(dir, "repo"), vars: map[string]string{}}
	w.at = filepath.Join(w.repo, "a", "b")
	for _, made := range []string{w.home, w.at, filepath.Join(w.repo, ".git")} {
		if err := os.MkdirAll(made, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.Dir, w.Home, w.Flags = w.at, w.home, map[string]string{}
	w.Env = func(name string) (string, bool) { v, ok := w.vars[name]; return v, ok }
	return w
}

func (w *world) write(path, text string) string {
	w.t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(w.home), path)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) user(text string) string    { return w.write("home/.symbiont.yaml", text) }
func (w *world) project(text string) string { return w.write("repo/.symbiont.yaml", text) }

func (w *world) load() *config.Settings {
	w.t.Helper()
	s, err := config.Load(w.LoadOptions)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// chain lists the kinds of place a key was found in, the winner first.
func chain(t *testing.T, s *config.Settings, key string) string {
	t.Helper()
	e, err := s.Explain(key)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range append([]config.Candidate{e.Candidate}, e.Losers...) {
		place := string(c.Source.Kind)
		if c.Source.Kind == config.FromFile {
			place = map[bool]string{true: "project", false: "user"}[c.Source.Project]
		}
		if c.Source.Profile != "" {
			place += "/" + c.Source.Profile
		}
		got = append(got, place+"="+c.Value)
	}
	return strings.Join(got, " ")
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	// One row a key: the value each place gives, "" where it may give none.
	// The flag, the variable, the .env file, the profile of the project and of
	// the user, the file of the project and of the user, the default.
	for key, tc := range map[string]struct {
		flag, variable, name, envFile, projectProfile, userProfile, project, user, want string
	}{
		"base_url": {
			"http://f", "http://e", "SYMBIONT_BASE_URL", "http://d", "http://pp", "http://up", "http://p", "http://u",
			"flag=http://f environment=http://e env_file=http://d user/x=http://up project/x=http://pp project=http://p user=http://u default=http://localhost:8080/api/v1",
		},
		"api_key": {
			"file:k", "e", "SYMBIONT_API_KEY", "d", "", "up", "", "u",
			"flag=[set] environment=[set] env_file=[set] user/x=[set] user=[set]",
		},
		"timeout": {
			"1s", "2", "SYMBIONT_TIMEOUT", "0.5", "3s", "4s", "5s", "6",
			"flag=1s environment=2s env_file=500ms user/x=4s project/x=3s project=5s user=6s default=30s",
		},
		"max_retries": {
			"0", "1", "SYMBIONT_MAX_RETRIES", "2", "10", "4", "5", "6",
			"flag=0 environment=1 env_file=2 user/x=4 project/x=10 project=5 user=6 default=3",
		},
		"validation_mode": {
			"strict", "lenient", "SYMBIONT_VALIDATION_MODE", "strict", "strict", "lenient", "strict", "strict",
			"flag=strict environment=lenient env_file=strict user/x=lenient project/x=strict project=strict user=strict default=lenient",
		},
		"webhook_url": {
			"http://f", "http://e", "SYMBIONT_WEBHOOK_URL", "http://d", "http://pp", "http://up", "http://p", "http://u",
			"flag=http://f environment=http://e env_file=http://d user/x=http://up project/x=http://pp project=http://p user=http://u",
		},
		"api_key_for": {
			"http://f", "", "", "", "", "http://up", "", "http://u",
			"flag=http://f user/x=http://up user=http://u",
		},
		"webhook_token": {
			"env:T", "e", "SYMBIONT_WEBHOOK_TOKEN", "d", "", "up", "", "u",
			"flag=[set] environment=[set] env_file=[set] user/x=[set] user=[set]",
		},
		"output": {
			"sarif", "json", "SYMBIONT_OUTPUT", "wide", "csv", "name", "jsonl", "yaml",
			"flag=sarif environment=json env_file=wide user/x=name project/x=csv project=jsonl user=yaml default=table",
		},
		"color": {
			"never", "", "", "", "always", "never", "auto", "always",
			"flag=never user/x=never project/x=always project=auto user=always default=auto",
		},
		"read_only": {
			"false", "", "", "", "true", "false", "true", "false",
			"flag=false user/x=false project/x=true project=true user=false default=false",
		},
		"protected": {
			"true", "", "", "", "true", "false", "true", "false",
			"flag=true user/x=false project/x=true project=true user=false default=false",
		},
		"profile": {
			"x", "x", "SYMBIONT_PROFILE", "y", "", "", "", "y",
			"flag=x environment=x env_file=y user=y",
		},
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Profile = "x"
			w.project(entry("", key, tc.project) + "profiles:\n  x:\n" + entry("    ", key, tc.projectProfile))
			w.user(entry("", key, tc.user) + "profiles:\n  y:\n  x:\n" + entry("    ", key, tc.userProfile))
			if key == "profile" {
				w.Profile = tc.flag
			} else {
				w.Flags[key] = tc.flag
			}
			if tc.name != "" {
				w.vars[tc.name] = tc.variable
				w.EnvFile = w.write("repo/a/dev.env", tc.name+"="+tc.envFile+"\n")
			}
			if diff := cmp.Diff(tc.want, chain(t, w.load(), key)); diff != "" {
				t.Errorf("places of %s (-want +got)\n%s", key, diff)
			}
		})
	}
	t.Run("no key is forgotten", func(t *testing.T) {
		t.Parallel()
		if got := len(config.Keys()); got != 13 {
			t.Errorf("got %d keys: give a new one a row above, and count it here", got)
		}
	})
}

func entry(indent, key, text string) string {
	if text == "" {
		return ""
	}
	return indent + key + ": " + text + "\n"
}

// The configuration that viper merged says what the origins say.
func TestConfigAgreesWithOrigins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["SYMBIONT_TIMEOUT"] = "90"
	w.Flags["color"] = "never"
	w.project("max_retries: 7\nread_only: true\nprofiles: {Prod.eu: {output: json}}\n")
	w.user("profile: Prod.eu\nbase_url: https://rt.example/api/v1\nprofiles:\n  Prod.eu: {validation_mode: strict, protected: true, webhook_url: 'http://h:8081/in'}\n")
	want := config.Config{
		Profile: "Prod.eu", BaseURL: "https://rt.example/api/v1", Timeout: 90 * time.Second, MaxRetries: 7, ValidationMode: "strict",
		WebhookURL: "http://h:8081/in", Output: "json", Color: "never", ReadOnly: true, Protected: true,
	}
	if diff := cmp.Diff(want, w.load().Config); diff != "" {
		t.Errorf("config (-want +got)\n%s", diff)
	}
}

// The merge of a profile over two files: one row for each way in which the
// four sections can be there.
func TestProfileOverTwoFiles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ profile, project, user, want string }{
		"nothing":                          {"", "", "", "default=30s"},
		"user":                             {"", "", "timeout: 4", "user=4s default=30s"},
		"project over user":                {"", "timeout: 2", "timeout: 4", "project=2s user=4s default=30s"},
		"profile of the user":              {"x", "", "timeout: 4\nprofiles: {x: {timeout: 3}}", "user/x=3s user=4s default=30s"},
		"profile of the project":           {"x", "timeout: 2\nprofiles: {x: {timeout: 1}}", "", "project/x=1s project=2s default=30s"},
		"profile of the user, project":     {"x", "timeout: 2", "profiles: {x: {timeout: 3}}", "user/x=3s project=2s default=30s"},
		"all four":                         {"x", "timeout: 2\nprofiles: {x: {timeout: 1}}", "timeout: 4\nprofiles: {x: {timeout: 3}}", "user/x=3s project/x=1s project=2s user=4s default=30s"},
		"selected in the user's file":      {"", "timeout: 2\nprofiles: {x: {timeout: 1}}", "profile: x\nprofiles: {x: {}}", "project/x=1s project=2s default=30s"},
		"another profile is not looked at": {"y", "profiles: {x: {timeout: 1}}", "profiles: {y: {}, x: {timeout: 3}}", "default=30s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Profile = tc.profile
			w.project(tc.project)
			w.user(tc.user)
			if diff := cmp.Diff(tc.want, chain(t, w.load(), "timeout")); diff != "" {
				t.Errorf("places of timeout (-want +got)\n%s", diff)
			}
		})
	}
}

func TestSecondVariableLoses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["SYMBIONT_API_TOKEN"], w.vars["SYMBIONT_API_KEY"] = "token", "key"
	e, err := w.load().Endpoint()
	if err != nil || e.Token.Reveal() != "key" {
		t.Errorf("want SYMBIONT_API_KEY to win, got %q, %v", e.Token.Reveal(), err)
	}
	w.vars["SYMBIONT_API_KEY"] = "" // empty is not set
	if e, err = w.load().Endpoint(); err != nil || e.Token.Reveal() != "token" {
		t.Errorf("want SYMBIONT_API_TOKEN in its place, got %q, %v", e.Token.Reveal(), err)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root, user := filepath.Join(w.repo, ".symbiont.yaml"), w.user("")
	outside := w.write(".symbiont.yaml", "output: json\n")
	for name, tc := range map[string]struct {
		o    config.LoadOptions
		want []config.FileInfo
	}{
		"place for a project file is the root": {
			config.LoadOptions{Dir: w.at, Home: w.home},
			[]config.FileInfo{{Role: config.RoleProject, Path: root}, {Role: config.RoleUser, Path: user, Exists: true}},
		},
		"without a repository only the folder": {
			config.LoadOptions{Dir: filepath.Dir(outside)},
			[]config.FileInfo{{Role: config.RoleProject, Path: outside, Exists: true}},
		},
		"nothing above the repository": {
			config.LoadOptions{Dir: w.repo},
			[]config.FileInfo{{Role: config.RoleProject, Path: root}},
		},
		"the home folder's file is the user's": {
			config.LoadOptions{Dir: w.home, Home: w.home},
			[]config.FileInfo{{Role: config.RoleUser, Path: user, Exists: true}},
		},
		"--config replaces both": {
			config.LoadOptions{Dir: w.at, Home: w.home, ConfigFile: "c.yaml", EnvFile: "../.env"},
			[]config.FileInfo{{Role: config.RoleEnvFile, Path: filepath.Join(w.repo, "a", ".env")}, {Role: config.RoleConfig, Path: filepath.Join(w.at, "c.yaml")}},
		},
		"home that is not a folder": {
			config.LoadOptions{Home: user},
			[]config.FileInfo{{Role: config.RoleUser, Path: filepath.Join(user, ".symbiont.yaml")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Files(tc.o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("files (-want +got)\n%s", diff)
			}
		})
	}
}

func TestNearestProjectFileWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.project("output: json\ntimeout: 1\n")
	w.write("repo/a/.symbiont.yaml", "output: yaml\n")
	if got := w.load().Config; got.Output != "yaml" || got.Timeout != 30*time.Second {
		t.Errorf("want the nearest file and it alone, got %+v", got)
	}
}

func TestLoadFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		arrange func(w *world)
		want    string
	}{
		"variable":                 {func(w *world) { w.vars["SYMBIONT_TIMEOUT"] = "soon" }, `environment SYMBIONT_TIMEOUT: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not "soon"`},
		"flag":                     {func(w *world) { w.Flags["max_retries"] = "11" }, `flag --max-retries: wants a whole number from 0 to 10, not "11"`},
		"flag of nothing":          {func(w *world) { w.Flags["nope"] = "" }, "flag --nope: no setting belongs to this flag"},
		"unknown profile":          {func(w *world) { w.user("profiles: {prod: {}}"); w.Profile = "prd" }, `flag --profile: no settings file defines the profile "prd"`},
		"two faults":               {func(w *world) { w.vars["SYMBIONT_OUTPUT"] = "xml"; w.vars["SYMBIONT_MAX_RETRIES"] = "-1" }, `environment SYMBIONT_MAX_RETRIES: wants a whole number from 0 to 10, not "-1" (and 1 more)`},
		"secret with a line break": {func(w *world) { w.vars["SYMBIONT_API_KEY"] = "canary\n" }, "environment SYMBIONT_API_KEY: wants text in one line, env:NAME, file:PATH or keyring:NAME"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tc.arrange(w)
			_, err := config.Load(w.LoadOptions)
			var fault *config.Error
			if !errors.As(err, &fault) {
				t.Fatalf("want a *config.Error, got %v", err)
			}
			if diff := cmp.Diff(tc.want, fault.Error()); diff != "" {
				t.Errorf("message (-want +got)\n%s", diff)
			}
		})
	}
}

func TestNamedFilesMustExist(t *testing.T) {
	t.Parallel()
	for _, o := range []config.LoadOptions{{Dir: t.TempDir(), ConfigFile: "none.yaml"}, {Dir: t.TempDir(), EnvFile: "none.env"}} {
		if _, err := config.Load(o); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("want fs.ErrNotExist for %+v, got %v", o, err)
		}
	}
}
