package frame_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
)

func TestToken(t *testing.T) {
	t.Parallel()
	h := frame.Handler(options())
	for name, tc := range map[string]struct {
		header []string
		status int
	}{
		"good":               {[]string{"Bearer the-token"}, 200},
		"none":               {nil, 401},
		"empty":              {[]string{""}, 401},
		"word in lower case": {[]string{"bearer the-token"}, 401},
		"word in upper case": {[]string{"BEARER the-token"}, 401},
		"two spaces":         {[]string{"Bearer  the-token"}, 401},
		"tab":                {[]string{"Bearer\tthe-token"}, 401},
		"no word":            {[]string{"the-token"}, 401},
		"basic":              {[]string{"Basic the-token"}, 401},
		"too short":          {[]string{"Bearer the-toke"}, 401},
		"too long":           {[]string{"Bearer the-token "}, 401},
		"nothing after it":   {[]string{"Bearer "}, 401},
		"twice":              {[]string{"Bearer the-token", "Bearer the-token"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, "GET /api/v1/agents", "")
			r.Header["Authorization"] = tc.header
			w := serve(h, r)
			if w.Code != tc.status || w.Code == http.StatusUnauthorized && w.Body.Len() > 0 {
				t.Errorf("%d %q, want %d", w.Code, w.Body, tc.status)
			}
		})
	}
}

// TestNobody: without token, keys and permission for all nobody gets in, also
// not with an empty token.
func TestNobody(t *testing.T) {
	t.Parallel()
	o := options()
	o.Guard = &frame.Guard{}
	for _, header := range []string{"", "Bearer ", "Bearer x", "Bearer ."} {
		if w := serve(frame.Handler(o), request(t, "GET /api/v1/agents", "", "Authorization", header)); w.Code != http.StatusUnauthorized {
			t.Errorf("%q: %d", header, w.Code)
		}
	}
	o.Guard = &frame.Guard{Open: true}
	if w := serve(frame.Handler(o), request(t, "GET /api/v1/agents/x/admin", "", "Authorization", "")); w.Code != http.StatusOK {
		t.Errorf("open: %d", w.Code)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	o := options()
	o.Guard = &frame.Guard{Token: token, Keys: []frame.Key{
		{ID: "admin", Hash: hash("s.e.c"), Scope: nil},
		{ID: "own", Hash: hash("secret"), Scope: &[]string{alpha}},
		{ID: "none", Hash: hash("secret"), Scope: &[]string{}},
		{ID: "gone", Hash: hash("secret"), Revoked: true},
		{ID: "twice", Hash: hash("first"), Scope: &[]string{}},
		{ID: "twice", Hash: hash("second"), Scope: nil},
		{ID: "", Hash: hash("secret")},
	}}
	h := frame.Handler(o)
	const admin, own, other = "GET /api/v1/agents/" + alpha + "/admin", "GET /api/v1/agents/" + alpha + "/own", "GET /api/v1/agents/bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb/own"
	for key, want := range map[string][3]int{ // of admin, own and other
		"admin.s.e.c":  {200, 200, 200}, // the id ends at the first dot
		"own.secret":   {403, 200, 403},
		"none.secret":  {403, 403, 403},
		"gone.secret":  {401, 401, 401},
		"twice.first":  {401, 401, 401}, // the last of that id counts
		"twice.second": {200, 200, 200},
		"own.Secret":   {401, 401, 401},
		"own.":         {401, 401, 401},
		"own":          {401, 401, 401},
		"secret":       {401, 401, 401},
		".secret":      {401, 401, 401}, // neither part may be empty
		"OWN.secret":   {401, 401, 401},
		token:          {401, 401, 401}, // keys are the only authority
	} {
		for range 2 { // the second time from memory
			for i, line := range []string{admin, own, other} {
				w := serve(h, request(t, line, "", "Authorization", "Bearer "+key))
				if w.Code != want[i] {
					t.Errorf("%s: %s: %d, want %d", key, line, w.Code, want[i])
				}
				code := map[bool]string{true: "ADMIN_REQUIRED", false: "AGENT_SCOPE_DENIED"}[line == admin]
				if w.Code == http.StatusForbidden && !strings.Contains(w.Body.String(), `"code":"`+code+`","details":null`) {
					t.Errorf("%s: %s: %s, want the code %s", key, line, w.Body, code)
				}
			}
		}
	}
}

// TestKeysAtOnce is for the race detector.
func TestKeysAtOnce(t *testing.T) {
	t.Parallel()
	o := options()
	o.Guard = &frame.Guard{Keys: []frame.Key{{ID: "a", Hash: hash("x")}}}
	h := frame.Handler(o)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			key, want := "a.x", http.StatusOK
			if i%2 == 1 {
				key, want = "a.y", http.StatusUnauthorized
			}
			if w := serve(h, request(t, "GET /api/v1/agents", "", "Authorization", "Bearer "+key)); w.Code != want {
				t.Errorf("%s: %d, want %d", key, w.Code, want)
			}
		})
	}
	all.Wait()
}

// TestHashes: a hash that is not argon2id, or costs more than a slip should, is
// no key's.
func TestHashes(t *testing.T) {
	t.Parallel()
	good := hash("secret")
	for name, phc := range map[string]string{
		"empty":         "",
		"plain":         "secret",
		"argon2i":       strings.Replace(good, "argon2id", "argon2i", 1),
		"version":       strings.Replace(good, "v=19", "v=16", 1),
		"no parameters": strings.Replace(good, "m=64,t=1,p=1", "", 1),
		"no time":       strings.Replace(good, "t=1", "t=0", 1),
		"no threads":    strings.Replace(good, "p=1", "p=0", 1),
		"too costly":    strings.Replace(good, "m=64", "m=99999999", 1),
		"too slow":      strings.Replace(good, "t=1", "t=4000000000", 1),
		"not base64":    good + "!",
		"no hash":       good[:strings.LastIndex(good, "$")+1],
		"a part more":   good + "$x",
	} {
		o := options()
		o.Guard = &frame.Guard{Keys: []frame.Key{{ID: "a", Hash: phc}}}
		if w := serve(frame.Handler(o), request(t, "GET /api/v1/agents", "", "Authorization", "Bearer a.secret")); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestReadKeys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []frame.Key
		err  string
	}{
		"upstream's": {
			`[{"key_id":"a","key_hash":"h","agent_scope":["AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"],"description":"d","created_at":"2026-01-01T00:00:00Z","revoked":true},{"key_id":"b","key_hash":"h","agent_scope":null,"description":"","created_at":""}]`,
			[]frame.Key{{ID: "a", Hash: "h", Scope: &[]string{alpha}, Revoked: true}, {ID: "b", Hash: "h"}},
			"",
		},
		"an empty scope is not an administrator": {`[{"key_id":"a","key_hash":"h","agent_scope":[]}]`, []frame.Key{{ID: "a", Hash: "h", Scope: &[]string{}}}, ""},
		"none":                                   {`[]`, []frame.Key{}, ""},
		"misspelled":                             {`[{"key_id":"a","key_hash":"h","agent_scop":[]}]`, nil, "agent_scop"},
		"in other letters":                       {`[{"key_id":"a","key_hash":"h","Agent_Scope":[]}]`, nil, "Agent_Scope"},
		"twice":                                  {`[{"key_id":"a","key_hash":"h","agent_scope":["x"],"agent_scope":null}]`, nil, "twice"},
		"no hash":                                {`[{"key_id":"a"}]`, nil, "key_hash"},
		"a dot in the id":                        {`[{"key_id":"a.b","key_hash":"h"}]`, nil, "dot"},
		"scope of numbers":                       {`[{"key_id":"a","key_hash":"h","agent_scope":[1]}]`, nil, "agent_scope"},
		"an object":                              {`{}`, nil, "list"},
		"not JSON":                               {`[`, nil, "keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := frame.ReadKeys(path)
			if (err != nil) != (tc.err != "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Fatalf("error %v, want one with %q", err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadKeysOfFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if keys, err := frame.ReadKeys(path); keys != nil || err != nil {
		t.Errorf("a file that is missing: %v, %v", keys, err)
	}
	if err := os.WriteFile(path, []byte(`[]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := frame.ReadKeys(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that others can read: %v", err)
	}
	if _, err := frame.ReadKeys(t.TempDir()); err == nil {
		t.Error("a folder was taken for a file of keys")
	}
}

// FuzzReadKeys: no text makes an administrator of a key that has a scope.
func FuzzReadKeys(f *testing.F) {
	f.Add([]byte(`[{"key_id":"a","key_hash":"h","agent_scope":[]}]`))
	f.Add([]byte(`[{"key_id":"a","key_hash":"h","agent_scope":null,"revoked":false}]`))
	f.Add([]byte(`[[]]`))
	path := filepath.Join(f.TempDir(), "keys.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		keys, err := frame.ReadKeys(path)
		if err != nil {
			return
		}
		for _, k := range keys {
			if k.Scope == nil && strings.Count(string(text), `agent_scope":[`) == len(keys) {
				t.Errorf("%s: a key without scope", text)
			}
		}
	})
}
