package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		arrange    func(w *world)
		url, token string
		warnings   int
	}{
		"default":       {func(*world) {}, "http://localhost:8080/api/v1", "", 0},
		"host and port": {func(w *world) { w.user("base_url: h:8080\napi_key: k\n") }, "http://h:8080", "k", 0},
		"plain":         {func(w *world) { w.user("base_url: http://h\napi_key: k\n") }, "http://h", "k", 0},
		"variable": {func(w *world) {
			w.user("api_key: env:MINE\n")
			w.vars["MINE"] = "k"
		}, "http://localhost:8080/api/v1", "k", 0},
		"variable of the .env file": {func(w *world) {
			w.user("api_key: env:MINE\n")
			w.EnvFile = w.write("x.env", "MINE=k\n")
		}, "http://localhost:8080/api/v1", "k", 0},
		"the environment wins over the .env file": {func(w *world) {
			w.user("api_key: env:MINE\n")
			w.vars["MINE"] = "k"
			w.EnvFile = w.write("x.env", "MINE=other\n")
		}, "http://localhost:8080/api/v1", "k", 0},
		"a reference is followed once": {func(w *world) {
			w.vars["SYMBIONT_API_KEY"], w.vars["A"] = "env:A", "env:B"
		}, "http://localhost:8080/api/v1", "env:B", 0},
		"file beside the settings": {func(w *world) {
			w.write("home/key", "k\r\n")
			w.user("api_key: file:key\n")
		}, "http://localhost:8080/api/v1", "k", 0},
		"file in the home folder": {func(w *world) {
			w.write("home/key", "k")
			w.vars["SYMBIONT_API_KEY"] = "file:~/key"
		}, "http://localhost:8080/api/v1", "k", 0},
		"file of a flag": {func(w *world) {
			w.write("repo/a/b/key", "k\n")
			w.Flags["api_key"] = "file:key"
		}, "http://localhost:8080/api/v1", "k", 0},
		"file open to others": {func(w *world) {
			if err := os.Chmod(w.write("home/key", "k"), 0o644); err != nil {
				w.t.Fatal(err)
			}
			w.user("api_key: file:key\n")
		}, "http://localhost:8080/api/v1", "k", 1},
		"keyring": {func(w *world) {
			w.Keyring = func(name string) (string, error) { return "k of " + name, nil }
			w.user("api_key: keyring:prod\n")
		}, "http://localhost:8080/api/v1", "k of prod", 0},
		"embedded runtime": {func(w *world) { w.user("base_url: 'local:'\n") }, "local:", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tc.arrange(w)
			e, err := w.load().Endpoint()
			if err != nil {
				t.Fatal(err)
			}
			if e.URL != tc.url || e.Token.Reveal() != tc.token || len(e.Warnings) != tc.warnings {
				t.Errorf("want %q, %q, %d warnings, got %q, %q, %q", tc.url, tc.token, tc.warnings, e.URL, e.Token.Reveal(), e.Warnings)
			}
		})
	}
}

func TestEndpointFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		arrange func(w *world)
		want    string
	}{
		"no variable":   {func(w *world) { w.user("api_key: env:MINE\n") }, `api_key: the variable "MINE" is not set`},
		"no keyring":    {func(w *world) { w.user("api_key: keyring:prod\n") }, "there is no keyring here"},
		"empty file":    {func(w *world) { w.write("home/key", "\n"); w.user("api_key: file:key\n") }, "what the reference leads to is empty"},
		"two lines":     {func(w *world) { w.write("home/key", "canary\ncanary\n"); w.user("api_key: file:key\n") }, "not text in one line"},
		"enormous file": {func(w *world) { w.write("home/key", strings.Repeat("c", 1<<17)); w.user("api_key: file:key\n") }, "bigger than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tc.arrange(w)
			s := w.load() // settings without need of the secret work
			_, err := s.Endpoint()
			var fault *config.Error
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("want a *config.Error with %q, got %v", tc.want, err)
			}
		})
	}
	t.Run("missing file", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.user("api_key: file:none\n")
		if _, err := w.load().Endpoint(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("want fs.ErrNotExist, got %v", err)
		}
	})
}

// A repository that was just cloned must not learn a secret.
func TestProjectAddressIsNotCombinedWithSecrets(t *testing.T) {
	t.Parallel()
	const evil = "base_url: https://evil.example\nwebhook_url: https://evil.example\nprofiles: {p: {base_url: 'https://evil.example:8443/x', webhook_url: 'https://evil.example'}}\n"
	for name, tc := range map[string]struct {
		project string
		arrange func(w *world)
		refused bool
	}{
		"secret of the user's file": {evil, func(w *world) { w.user("api_key: canary\nwebhook_token: canary\n") }, true},
		"secret of the environment": {evil, func(w *world) { w.vars["SYMBIONT_API_TOKEN"], w.vars["SYMBIONT_WEBHOOK_TOKEN"] = "canary", "canary" }, true},
		"secret of the .env file":   {evil, func(w *world) { w.EnvFile = w.write("e", "SYMBIONT_API_KEY=canary\nSYMBIONT_WEBHOOK_TOKEN=canary\n") }, true},
		"secret of a flag":          {evil, func(w *world) { w.Flags["api_key"], w.Flags["webhook_token"] = "env:X", "env:X" }, true},
		"profile of the same name": {evil, func(w *world) {
			w.Profile = "p"
			w.user("profiles: {p: {base_url: https://mine.example, webhook_url: https://mine.example, api_key: canary, webhook_token: canary}}\n")
		}, false},
		"secret in a profile of the same name": {evil, func(w *world) {
			w.Profile = "p"
			w.user("base_url: https://mine.example\nprofiles: {p: {api_key: canary, webhook_token: canary}}\n")
		}, true},
		"secret in a profile, address below it": {evil, func(w *world) {
			w.user("profile: q\nbase_url: https://mine.example\nprofiles: {q: {api_key: canary, webhook_token: canary}}\n")
		}, true},
		"only the host is the same": {
			"base_url: http://mine.example\nwebhook_url: http://mine.example\n",
			func(w *world) {
				w.user("base_url: https://mine.example\nwebhook_url: https://mine.example\napi_key: canary\nwebhook_token: canary\n")
			}, true,
		},
		"only the port differs": {
			"base_url: https://mine.example:8443\nwebhook_url: https://mine.example:8443\n",
			func(w *world) {
				w.user("base_url: https://mine.example\nwebhook_url: https://mine.example\napi_key: canary\nwebhook_token: canary\n")
			}, true,
		},
		"same origin, other path": {
			"base_url: https://MINE.example:443/v2\nwebhook_url: https://mine.example/in\n",
			func(w *world) {
				w.user("base_url: https://mine.example/v1\nwebhook_url: https://mine.example\napi_key: k\nwebhook_token: k\n")
			}, false,
		},
		"no secret": {evil, func(*world) {}, false},
		"own profile": {evil, func(w *world) {
			w.user("profile: q\nprofiles: {q: {base_url: https://mine.example, webhook_url: https://mine.example, api_key: k, webhook_token: k}}\n")
		}, false},
		"own variable": {evil, func(w *world) {
			w.user("base_url: https://evil.example\napi_key: k\nwebhook_token: k\n")
			w.vars["SYMBIONT_BASE_URL"], w.vars["SYMBIONT_WEBHOOK_URL"] = "https://evil.example", "https://evil.example"
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.project(tc.project)
			tc.arrange(w)
			s := w.load() // commands that need no runtime go on working
			for _, get := range []func() (config.Endpoint, error){s.Endpoint, s.Webhook} {
				e, err := get()
				var fault *config.Error
				switch {
				case tc.refused && (!errors.As(err, &fault) || fault.Hint == "" || e.Token.Reveal() != ""):
					t.Errorf("want a refusal with a hint, got %v, %v", e, err)
				case !tc.refused && err != nil:
					t.Errorf("want no refusal, got %v", err)
				case strings.Contains(e.Token.Reveal(), "canary") && !strings.HasPrefix(e.URL, "https://mine.example"):
					t.Errorf("the secret goes to %s", e.URL)
				}
			}
			if chosen, foreign := s.ProjectAddress(); foreign && !chosen.Project || tc.refused && !foreign {
				t.Errorf("want the address foreign: %t, got %v, %t", tc.refused, chosen, foreign)
			}
			note, err := s.Explain("api_key")
			if err != nil || (note.Note != "") != tc.refused {
				t.Errorf("want a note: %t, got %q, %v", tc.refused, note.Note, err)
			}
		})
	}
}

// A key that was kept for one address is not sent to another.
func TestSecretsBelongToAnAddress(t *testing.T) {
	t.Parallel()
	const twoProfiles = "profiles:\n  prod: {base_url: https://prod.example/api/v1, api_key: k}\n  test: {base_url: https://test.example}\n"
	for name, tc := range map[string]struct {
		user     string
		arrange  func(w *world)
		withheld string // part of it, "" when the key goes
	}{
		"address of the default":           {"api_key: k\n", func(*world) {}, ""},
		"another path of it":               {"api_key: k\n", func(w *world) { w.Flags["base_url"] = "http://LOCALHOST:8080/v2" }, ""},
		"a flag names another":             {"api_key: k\n", func(w *world) { w.Flags["base_url"] = "http://127.0.0.1:9191" }, "api_key of /home/.symbiont.yaml:1 is for http://localhost:8080"},
		"a variable names another":         {"api_key: k\n", func(w *world) { w.vars["SYMBIONT_BASE_URL"] = "https://typo.example" }, "is for http://localhost:8080"},
		"only the scheme differs":          {"api_key: k\nbase_url: https://a.example\n", func(w *world) { w.Flags["base_url"] = "http://a.example:443" }, "is for https://a.example"},
		"the port is the usual one":        {"api_key: k\nbase_url: https://a.example\n", func(w *world) { w.Flags["base_url"] = "https://a.example:443/v1" }, ""},
		"key and address of a profile":     {twoProfiles, func(w *world) { w.Profile = "prod" }, ""},
		"a flag beside a profile":          {twoProfiles, func(w *world) { w.Profile, w.Flags["base_url"] = "prod", "https://evil.example" }, "profile prod is for https://prod.example"},
		"a profile's address alone":        {"api_key: k\n" + twoProfiles, func(w *world) { w.Profile = "test" }, "is for http://localhost:8080"},
		"a profile's key alone":            {"base_url: https://a.example\nprofiles: {p: {api_key: k}}\n", func(w *world) { w.Profile = "p" }, ""},
		"a reference is a secret too":      {"api_key: file:none\n", func(w *world) { w.Flags["base_url"] = "http://h" }, "is for http://localhost:8080"},
		"kept for what is asked":           {"api_key: k\napi_key_for: https://a.example\n", func(w *world) { w.Flags["base_url"] = "https://a.example/api" }, ""},
		"kept for another":                 {"base_url: https://b.example\napi_key: k\napi_key_for: https://a.example\n", func(*world) {}, "is for https://a.example"},
		"what stands elsewhere is no word": {"api_key_for: https://b.example\nprofiles: {p: {api_key: k, base_url: https://a.example}}\n", func(w *world) { w.Profile = "p" }, ""},
		"key of the environment":           {"api_key: other\n", func(w *world) { w.vars["SYMBIONT_API_KEY"], w.Flags["base_url"] = "k", "https://b.example" }, ""},
		"key of a flag": {"api_key: other\n", func(w *world) {
			w.vars["K"], w.Flags["api_key"], w.Flags["base_url"] = "k", "env:K", "https://b.example"
		}, ""},
		"key of the .env file": {"api_key: other\n", func(w *world) {
			w.EnvFile = w.write("e", "SYMBIONT_API_KEY=k\nSYMBIONT_BASE_URL=https://b.example\n")
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.user(tc.user)
			tc.arrange(w)
			s := w.load()
			e, err := s.Endpoint()
			if err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(e.Withheld, filepath.Dir(w.home), "")
			if tc.withheld == "" && (got != "" || e.Token.Reveal() != "k" || e.Source == (config.Source{})) {
				t.Errorf("want the key, got %q of %v, withheld %q", e.Token.Reveal(), e.Source, got)
			}
			if tc.withheld != "" && (!strings.Contains(got, tc.withheld) || !e.Token.IsZero()) {
				t.Errorf("want %q, got %q, %q", tc.withheld, got, e.Token.Reveal())
			}
			note, err := s.Explain("api_key")
			if err != nil || (note.Note != "") != (tc.withheld != "") {
				t.Errorf("want a note: %t, got %q, %v", tc.withheld != "", note.Note, err)
			}
		})
	}
}

func TestProjectFileIsHeldShort(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"secret":               {"api_key: canary\n", "/repo/.symbiont.yaml:1: api_key: a project file may not set this"},
		"reference":            {"profiles:\n  p:\n    webhook_token: file:/etc/passwd\n", "/repo/.symbiont.yaml:3: webhook_token: a project file may not set this"},
		"profile":              {"profiles: {p: {}}\nprofile: p\n", "/repo/.symbiont.yaml:2: profile: a project file may not set this"},
		"guard off":            {"read_only: false\n", "/repo/.symbiont.yaml:1: read_only: a project file may turn this on, not off"},
		"guard off in profile": {"profiles: {p: {protected: false}}\n", "/repo/.symbiont.yaml:1: protected: a project file may turn this on, not off"},
		"lenient":              {"validation_mode: lenient\n", "/repo/.symbiont.yaml:1: validation_mode: a project file may set this to strict only"},
		"lenient in profile":   {"profiles: {p: {validation_mode: lenient}}\n", "/repo/.symbiont.yaml:1: validation_mode: a project file may set this to strict only"},
		"embedded runtime":     {"base_url: 'local:'\n", "/repo/.symbiont.yaml:1: base_url: a project file may not move work to the embedded runtime"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.project(tc.text)
			_, err := config.Load(w.LoadOptions)
			if err == nil {
				t.Fatal("want a refusal")
			}
			if diff := cmp.Diff(tc.want, strings.ReplaceAll(err.Error(), filepath.Dir(w.home), "")); diff != "" {
				t.Errorf("refusal (-want +got)\n%s", diff)
			}
		})
	}
	t.Run("link", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		if err := os.Symlink(w.write("home/private", "output: json\n"), filepath.Join(w.repo, ".symbiont.yaml")); err != nil {
			t.Fatal(err)
		}
		var fault *config.Error
		if _, err := config.Load(w.LoadOptions); !errors.As(err, &fault) || !strings.Contains(err.Error(), "regular file") {
			t.Errorf("want the link refused, got %v", err)
		}
	})
	t.Run("named with --config it is the user's", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.ConfigFile = w.project("base_url: https://h\napi_key: k\nread_only: false\n")
		if e, err := w.load().Endpoint(); err != nil || e.Token.Reveal() != "k" {
			t.Errorf("want the file trusted, got %v", err)
		}
	})
}
