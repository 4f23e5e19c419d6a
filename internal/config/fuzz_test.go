package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

// FuzzLoad: whatever a settings file holds, it is read or refused; one without
// problems loads, and an edit leaves everything else as it was.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "# c\n", "{}", commented, "output: json\n", "a: &x [*x]\n", "<<: *x\n", "profiles: {p: {<<: {timeout: 3}}}\n", "---\n...\n---\n",
		"api_key: env:X\ntimeout: 1e9\n", "? [a]\n: b\n", "!!map {output: !!str json}\n", "profiles:\n  p: # c\n", "\"output\": 'json' # c\n",
		"output: |\n  json\n", "%YAML 1.2\n---\noutput: json\n", "profiles: {~: {}}\n", "profiles: {A}", "# c\r\noutput: json\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		problems := config.CheckBytes("f", data)
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		o := config.LoadOptions{ConfigFile: path}
		before, err := config.Load(o)
		if (err == nil) != (len(problems) == 0) {
			t.Fatalf("problems %v, but load says %v", problems, err)
		}
		if err != nil {
			return
		}
		file, err := config.UserFile(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Set(t.Context(), "", "max_retries", "7"); err != nil {
			t.Fatalf("set: %v", err)
		}
		after, err := config.Load(o)
		if err != nil {
			t.Fatalf("load again: %v", err)
		}
		if after.Config.MaxRetries != 7 && before.Config.Profile == "" {
			t.Errorf("want 7 retries, got %d", after.Config.MaxRetries)
		}
		after.Config.MaxRetries = before.Config.MaxRetries
		if diff := cmp.Diff(before.Config, after.Config); diff != "" {
			t.Errorf("other settings (-before +after)\n%s", diff)
		}
		if diff := cmp.Diff(profiles(before), profiles(after)); diff != "" {
			t.Errorf("profiles (-before +after)\n%s", diff)
		}
	})
}

func profiles(s *config.Settings) map[string]string {
	all := map[string]string{}
	for _, p := range s.Profiles() {
		for _, v := range p.Values {
			all[p.Name] += v.Key + "=" + v.Value + " "
		}
	}
	return all
}

// FuzzDotenv: a .env file is read or refused, and a refusal quotes nothing of it.
func FuzzDotenv(f *testing.F) {
	for _, seed := range []string{"A=1\n", "export A='1'\n", "A: b\n", "A=\"x\\\"y\"\n", "A='\n'\n", "$A=$\n", "\ufeffA=\n", "A=\n'", "\r=\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, append([]byte("CANARY='canary'\n"), data...), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := config.Load(config.LoadOptions{EnvFile: path})
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("want no value in %q", err)
		}
	})
}
