package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func TestCheckBytes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string // message, and hint in parentheses
	}{
		"empty":                 {"", nil},
		"comments":              {"# nothing\n", nil},
		"null":                  {"---\n", nil},
		"byte order mark":       {"\ufeffoutput: json\n", nil},
		"windows line ends":     {"output: json\r\ntimeout: 3\r\n", nil},
		"JSON":                  {`{"output": "json", "profiles": {"p": {"max_retries": 0}}}`, nil},
		"empty profiles":        {"profiles:\n", nil},
		"empty profile":         {"profile: p\nprofiles:\n  p:\n", nil},
		"timeout forms":         {"timeout: 1.5\nprofiles: {a: {timeout: 3}, b: {timeout: 3m}, c: {timeout: '7'}}\n", nil},
		"unknown key":           {"output: json\nbase_ulr: http://x\n", []string{"f:2: base_ulr: unknown key (did you mean base_url?)"}},
		"upper case":            {"Timeout: 3\n", []string{"f:1: Timeout: unknown key (did you mean timeout?)"}},
		"dots are no path":      {"profiles.p.output: json\n", []string{"f:1: profiles.p.output: unknown key (known are base_url, api_key, api_key_for, timeout, max_retries, validation_mode, webhook_url, webhook_token, output, color, read_only, protected, profile)"}},
		"unknown in a profile":  {"profiles:\n  p:\n    colour: never\n", []string{"f:3: colour: unknown key (did you mean color?)"}},
		"profile in a profile":  {"profiles:\n  p:\n    profile: p\n", []string{"f:3: profile: a profile cannot select a profile"}},
		"profiles in a profile": {"profiles:\n  p:\n    profiles: {}\n", []string{"f:3: profiles: unknown key (did you mean profile?)"}},
		"duplicate":             {"output: json\n\noutput: yaml\n", []string{"f:3: output: the key is there already, on line 1 (keep one of the two)"}},
		"duplicate profile":     {"profiles:\n  p: {}\n  p: {}\n", []string{"f:3: p: the key is there already, on line 2 (keep one of the two)"}},
		"int for bool":          {"read_only: 1\n", []string{"f:1: read_only: wants true or false, not a number"}},
		"yes for bool":          {"read_only: yes\n", []string{"f:1: read_only: wants true or false, not text"}},
		"text for int":          {"max_retries: '3'\n", []string{"f:1: max_retries: wants a whole number from 0 to 10, not text"}},
		"float for int":         {"max_retries: 3.0\n", []string{"f:1: max_retries: wants a whole number from 0 to 10, not a number"}},
		"too many":              {"max_retries: 11\n", []string{`f:1: max_retries: wants a whole number from 0 to 10, not "11"`}},
		"no value":              {"output:\n", []string{"f:1: output: wants one of table, wide, json, jsonl, yaml, csv, name, not nothing"}},
		"list":                  {"output: [json]\n", []string{"f:1: output: wants one of table, wide, json, jsonl, yaml, csv, name, not a list"}},
		"mapping":               {"timeout: {a: 1}\n", []string{"f:1: timeout: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not a mapping"}},
		"not a number":          {"timeout: .nan\n", []string{`f:1: timeout: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not ".nan"`}},
		"no time":               {"timeout: 0s\n", []string{`f:1: timeout: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not "0s"`}},
		"number for a secret":   {"api_key: 1234567\n", []string{"f:1: api_key: wants text in one line, env:NAME, file:PATH or keyring:NAME, not a number (put the value in quotes)"}},
		"reserved reference":    {"api_key: cmd:canary\n", []string{"f:1: api_key: wants text in one line, env:NAME, file:PATH or keyring:NAME"}},
		"user in an address":    {"base_url: https://u:canary@h/\n", []string{"f:1: base_url: wants an http or https address without user, query and fragment, or local:"}},
		"query in an address":   {"webhook_url: https://h/?k=canary\n", []string{"f:1: webhook_url: wants an http or https address without user, query and fragment"}},
		"local webhook":         {"webhook_url: 'local:'\n", []string{"f:1: webhook_url: wants an http or https address without user, query and fragment"}},
		"other scheme":          {"base_url: file:///etc/passwd\n", []string{"f:1: base_url: wants an http or https address without user, query and fragment, or local:"}},
		"list at the top":       {"- output\n", []string{"f:1: wants lines of the form key: value"}},
		"profiles as a list":    {"profiles: [p]\n", []string{"f:1: profiles: wants lines of the form name: and the profile's settings below it"}},
		"name of a profile":     {"profiles: {../x: {}, -y: {}}\n", []string{"f:1: ../x: a profile wants a name of letters, digits, dots, dashes and underscores, up to 64", "f:1: -y: a profile wants a name of letters, digits, dots, dashes and underscores, up to 64"}},
		"number as a key":       {"profiles: {1: {}}\n", []string{"f:1: a key wants to be plain text (YAML anchors, aliases and merge keys are not accepted)"}},
		"unknown profile":       {"output: json\nprofile: prd\nprofiles: {prod: {}}\n", []string{`f:2: profile: profile "prd" is not defined in this file (did you mean prod?)`}},
		"anchor":                {"output: &a json\n", []string{"f:1: output: YAML anchors and aliases are not accepted (write the value out)"}},
		"alias":                 {"profiles:\n  p: &p {}\n  q: *p\n", []string{"f:2: p: wants lines of the form key: value", "f:3: q: wants lines of the form key: value"}},
		"merge key":             {"profiles:\n  p: {}\n  q: {<<: {output: json}}\n", []string{"f:3: a key wants to be plain text (YAML anchors, aliases and merge keys are not accepted)"}},
		"secret like an alias":  {"api_key: *canary\n", []string{"f:1: this is not YAML: unknown anchor"}},
		"binary":                {"output: !!binary anNvbg==\n", []string{"f:1: output: wants one of table, wide, json, jsonl, yaml, csv, name, not a value tagged !!binary (put the value in quotes)"}},
		"broken":                {"output: json\n\ttimeout: 3\n", []string{"f:2: this is not YAML: found a tab character that violates indentation"}},
		"two documents":         {"output: json\n---\noutput: yaml\n", []string{"f:2: the file holds more than one YAML document (keep one, without --- in between)"}},
		"not UTF-8":             {"output: json\n# \xff\n", []string{"f:2: the file is not UTF-8 text (save it as UTF-8)"}},
		"UTF-16":                {"\xff\xfeo\x00", []string{"f:1: the file is not UTF-8 text (save it as UTF-8)"}},
		"too big":               {"#" + strings.Repeat("x", 1<<20), []string{"f: the file is bigger than 1 MiB"}},
		"every fault at once": {"a: 1\ntimeout: never\nprofiles: {p: {b: 2}}\n", []string{
			"f:1: a: unknown key (known are base_url, api_key, api_key_for, timeout, max_retries, validation_mode, webhook_url, webhook_token, output, color, read_only, protected, profile)",
			`f:2: timeout: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not "never"`,
			"f:3: b: unknown key (known are base_url, api_key, api_key_for, timeout, max_retries, validation_mode, webhook_url, webhook_token, output, color, read_only, protected, profile)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range config.CheckBytes("f", []byte(tc.text)) {
				text := p.Error()
				if p.Hint != "" {
					text += " (" + p.Hint + ")"
				}
				if strings.Contains(text, "canary") {
					t.Errorf("want no secret in %q", text)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("problems (-want +got)\n%s", diff)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.project("api_key: x\n")
	w.user("outputs: json\n")
	w.vars["SYMBIONT_TIMEOUT"] = "x"
	w.Profile = "none"
	r, err := config.Check(w.LoadOptions)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.Problems {
		got = append(got, strings.ReplaceAll(p.Error(), filepath.Dir(w.home), ""))
	}
	want := []string{
		`environment SYMBIONT_TIMEOUT: wants seconds or a duration such as 1m30s, above 0 and up to 24h, not "x"`,
		"/repo/.symbiont.yaml:1: api_key: a project file may not set this",
		"/home/.symbiont.yaml:1: outputs: unknown key",
		`flag --profile: no settings file defines the profile "none"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got)\n%s", diff)
	}
}

func TestCheckFileKnowsTheProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.project("api_key: x\n")
	for file, want := range map[string]int{path: 1, "../../.symbiont.yaml": 1, w.write("other.yaml", "api_key: x\n"): 0} {
		r, err := config.CheckFile(w.LoadOptions, file)
		if err != nil || len(r.Problems) != want {
			t.Errorf("want %d problems in %s, got %v, %v", want, file, r.Problems, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		mode os.FileMode
		want bool
	}{
		"secret for all":           {"api_key: x\n", 0o644, true},
		"secret for the group":     {"profiles: {p: {webhook_token: x}}\n", 0o640, true},
		"secret for the owner":     {"api_key: x\n", 0o600, false},
		"no secret":                {"output: json\n", 0o644, false},
		"a reference is no secret": {"api_key: env:X\n", 0o644, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			path := w.user(tc.text)
			if err := os.Chmod(path, tc.mode); err != nil {
				t.Fatal(err)
			}
			if got := w.load().Warnings; (len(got) == 1) != tc.want || tc.want && !strings.Contains(got[0], "chmod 600 "+path) {
				t.Errorf("want a warning: %t, got %q", tc.want, got)
			}
		})
	}
}
