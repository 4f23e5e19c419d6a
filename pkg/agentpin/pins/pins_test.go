package pins_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

func at(minute int) time.Time { return time.Date(2026, 6, 1, 0, minute, 0, 0, time.UTC) }

// array is a store as peers write it.
const array = `[
  {
    "domain": "example.com",
    "pinned_keys": [
      {
        "kid": "a",
        "public_key_hash": "aa",
        "first_seen": "2026-01-15T00:00:00.123456789+00:00",
        "last_seen": "2026-01-30T12:00:00.000Z",
        "trust_level": "tofu"
      }
    ]
  }
]`

func double(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(out)
}

func parse(t *testing.T, text string) *pins.Store {
	t.Helper()
	s, err := pins.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func text(t *testing.T, s *pins.Store) string {
	t.Helper()
	out, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestFormsAreKept(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]string{
		"array": array, "empty": "[]", "symbiont": double(array),
		"unknown members": "[\n  {\n    \"domain\": \"e.example\",\n    \"pinned_keys\": [],\n    \"note\": 1.0\n  }\n]",
	} {
		if diff := cmp.Diff(form, text(t, parse(t, form))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"object":          {`{"example.com":{}}`, "want an array of domains, got an object"},
		"doubled twice":   {double(double("[]")), "want an array of domains, got a string"},
		"broken string":   {`"["`, "inside the string: want the name"},
		"level":           {strings.Replace(array, "tofu", "gold", 1), `domain 0: pinned_keys[0].trust_level: unknown level "gold"`},
		"no hash":         {strings.Replace(array, `"public_key_hash": "aa",`, "", 1), "domain 0: pinned_keys[0].public_key_hash: the member is missing"},
		"domain twice":    {`[{"domain":"a.example","pinned_keys":[]},{"domain":"A.example","pinned_keys":[]}]`, `domain 1: "A.example" is listed twice`},
		"member twice":    {`[{"domain":"a","domain":"b","pinned_keys":[]}]`, "[0].domain: the member occurs twice"},
		"list of strings": {`["a"]`, "domain 0: want an object, got a string"},
		"nothing":         {"", "the text ends where a value should be (byte 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := pins.Parse([]byte(tc.text))
			if err == nil || name != "broken string" && err.Error() != "parse pin store: "+tc.want {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		})
	}
}

func TestPin(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		use  pins.Use
		want pins.Outcome
		last string // of the first pin afterwards, "" for unchanged
	}{
		"known key":        {pins.Use{Domain: "example.com", Kid: "a", Hash: "aa", At: at(0)}, pins.Outcome{Status: pins.Matched, FirstSeen: "2026-01-15T00:00:00.123456789+00:00"}, "2026-06-01T00:00:00+00:00"},
		"another kid":      {pins.Use{Domain: "example.com", Kid: "z", Hash: "aa", At: at(0)}, pins.Outcome{Status: pins.Matched, FirstSeen: "2026-01-15T00:00:00.123456789+00:00"}, "2026-06-01T00:00:00+00:00"},
		"an earlier time":  {pins.Use{Domain: "example.com", Kid: "a", Hash: "aa", At: at(0).AddDate(-1, 0, 0)}, pins.Outcome{Status: pins.Matched, FirstSeen: "2026-01-15T00:00:00.123456789+00:00"}, ""},
		"another key":      {pins.Use{Domain: "example.com", Kid: "a", Hash: "bb", At: at(0)}, pins.Outcome{Status: pins.Changed}, ""},
		"another case":     {pins.Use{Domain: "EXAMPLE.com", Kid: "a", Hash: "bb", At: at(0)}, pins.Outcome{Status: pins.Changed}, ""},
		"hash in capitals": {pins.Use{Domain: "example.com", Kid: "a", Hash: "AA", At: at(0)}, pins.Outcome{Status: pins.Changed}, ""},
		"first use":        {pins.Use{Domain: "other.example", Kid: "a", Hash: "aa", At: at(0)}, pins.Outcome{Status: pins.FirstUse, FirstSeen: "2026-06-01T00:00:00+00:00"}, ""},
		"no first use":     {pins.Use{Domain: "other.example", Kid: "a", Hash: "aa", At: at(0), KnownOnly: true}, pins.Outcome{Status: pins.NotKnown}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, array)
			got, err := s.Pin(t.Context(), tc.use)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			d, _ := s.Domain("example.com")
			if tc.last == "" {
				tc.last = "2026-01-30T12:00:00.000Z"
			}
			if diff := cmp.Diff(tc.last, d.Pins[0].LastSeen); diff != "" {
				t.Errorf("last seen (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmptyDomainRefusesEveryKey(t *testing.T) {
	t.Parallel()
	s := parse(t, `[{"domain":"example.com","pinned_keys":[]}]`)
	got, err := s.Pin(t.Context(), pins.Use{Domain: "example.com", Hash: "aa", At: at(0)})
	if err != nil || got.Status != pins.Changed {
		t.Errorf("Pin = %v, %v", got, err)
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	var s pins.Store
	add := func(domain, hash string, level pins.Level, how pins.Adding) string {
		added, err := s.Add(domain, pins.Pin{Kid: hash, Hash: hash, Level: level}, how)
		return fmt.Sprint(added, " ", err)
	}
	for _, step := range []struct{ got, want string }{
		{add("a.example", "1", pins.TOFU, pins.NewOnly), "true <nil>"},
		{add("a.example", "1", pins.Verified, pins.NewOnly), "false <nil>"},
		{add("a.example", "2", pins.TOFU, pins.NewOnly), "false add pin of a.example: the domain is known with other keys"},
		{add("a.example", "2", pins.Pinned, pins.Extend), "true <nil>"},
		{add("A.EXAMPLE", "3", pins.TOFU, pins.Extend), `false add pin: domain "A.EXAMPLE": want labels of lower-case letters, digits and inner hyphens`},
		{add("a.example", "3", pins.TOFU, pins.Extend), "false add pin of a.example: the domain has a key of level pinned and takes no other"},
		{add("a.example", "3", pins.TOFU, pins.Force), "true <nil>"},
		{add("a.example", "4", "gold", pins.Force), `false add pin: unknown level "gold", want tofu, verified or pinned`},
	} {
		if diff := cmp.Diff(step.want, step.got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	d, _ := s.Domain("a.example")
	want := []pins.Pin{{Kid: "1", Hash: "1", Level: pins.Verified}, {Kid: "2", Hash: "2", Level: pins.Pinned}, {Kid: "3", Hash: "3", Level: pins.TOFU}}
	if diff := cmp.Diff(want, d.Pins, cmpopts.IgnoreUnexported(pins.Pin{})); diff != "" {
		t.Errorf("pins (-want +got):\n%s", diff)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	s := parse(t, array)
	if n := s.Remove("example.com", "zz"); n != 0 {
		t.Errorf("removed %d keys, want 0", n)
	}
	if n := s.Remove("Example.com", "aa"); n != 1 {
		t.Errorf("removed %d keys, want 1", n)
	}
	if d, known := s.Domain("example.com"); !known || len(d.Pins) != 0 {
		t.Errorf("domain %v, known %v", d, known)
	}
	if !s.Forget("EXAMPLE.com") || s.Forget("example.com") {
		t.Error("Forget is wrong")
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	s := parse(t, array)
	got := s.Import(parse(t, `[
		{"domain":"example.com","pinned_keys":[`+pin("aa")+`,`+pin("bb")+`]},
		{"domain":"other.example","pinned_keys":[`+pin("cc")+`,`+strings.Replace(pin("dd"), "tofu", "pinned", 1)+`]}]`))
	if diff := cmp.Diff(pins.Imported{Added: 2, Known: 1, Refused: []string{"example.com"}}, got); diff != "" {
		t.Errorf("imported (-want +got):\n%s", diff)
	}
	if d, _ := s.Domain("other.example"); len(d.Pins) != 2 {
		t.Errorf("pins of the new domain: %v", d.Pins)
	}
}

func pin(hash string) string {
	return `{"kid":"k","public_key_hash":"` + hash + `","first_seen":"","last_seen":"","trust_level":"tofu"}`
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(path, []byte(double(array)), 0o600); err != nil {
		t.Fatal(err)
	}
	use := pins.Use{Domain: "new.example", Kid: "n", Hash: "nn", At: at(1)}
	f := pins.Open(path)
	for _, want := range []pins.Status{pins.FirstUse, pins.Matched, pins.Matched} {
		got, err := f.Pin(t.Context(), use)
		if err != nil || got.Status != want {
			t.Errorf("Pin = %v, %v, want %s", got, err, want)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), `"[`) || !strings.Contains(string(data), "new.example") {
		t.Errorf("the file is %s", data)
	}
	s, err := pins.Open(path).Load()
	if err != nil || len(s.Domains()) != 2 {
		t.Errorf("Load: %v", err)
	}
	if s, err := pins.Open(path + ".none").Load(); err != nil || len(s.Domains()) != 0 {
		t.Errorf("Load without a file: %v", err)
	}
}

// TestFullFile holds that strangers cannot fill a store until nobody can read
// it: the domains that are known stay known.
func TestFullFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pins.json")
	blank := strings.Repeat(" ", pins.Max-len(array))
	if err := os.WriteFile(path, []byte(strings.Replace(array, `"kid": "a"`, `"kid": "`+blank+`"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	f := pins.Open(path)
	if _, err := f.Pin(t.Context(), pins.Use{Domain: "new.example", Kid: "n", Hash: "nn", At: at(0)}); !errors.Is(err, pins.ErrFull) {
		t.Errorf("error %v, want ErrFull", err)
	}
	if got, err := f.Pin(t.Context(), pins.Use{Domain: "example.com", Kid: "a", Hash: "aa", At: at(0)}); err != nil || got.Status != pins.Matched {
		t.Errorf("a known domain: %v, %v", got, err)
	}
}

// TestFileSeesOthers holds that what was answered once is asked of the disk
// again at another moment.
func TestFileSeesOthers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pins.json")
	f := pins.Open(path)
	for minute, want := range []pins.Status{pins.FirstUse, pins.Changed} {
		got, err := f.Pin(t.Context(), pins.Use{Domain: "a.example", Kid: "a", Hash: "aa", At: at(minute)})
		if err != nil || got.Status != want {
			t.Errorf("Pin = %v, %v, want %s", got, err, want)
		}
		if err := pins.Open(path).Edit(t.Context(), func(s *pins.Store) error { s.Remove("a.example", "aa"); return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFileRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := pins.Open(path)
	want := "read " + path + ": parse pin store: want an array of domains, got an object"
	if _, err := f.Load(); err == nil || err.Error() != want {
		t.Errorf("Load: error %v, want %s", err, want)
	}
	if _, err := f.Pin(t.Context(), pins.Use{Domain: "a.example", At: at(0)}); err == nil || err.Error() != want {
		t.Errorf("Pin: error %v, want %s", err, want)
	}
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if _, err := pins.Open(path).Load(); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("Load of %s: error %v", path, err)
		}
	}
	stop := errors.New("stop")
	if err := pins.Open(path+"2").Edit(t.Context(), func(*pins.Store) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Edit: error %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "{}" {
		t.Errorf("the file was written: %s", data)
	}
}

func TestProcessesLoseNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pins.json")
	const processes = 16
	var all errgroup.Group
	for i := range processes {
		all.Go(func() error {
			_, err := pins.Open(path).Pin(context.WithoutCancel(t.Context()), pins.Use{Domain: fmt.Sprintf("d%d.example", i), Hash: "x", At: at(0)})
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	s, err := pins.Open(path).Load()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Domains()); n != processes {
		t.Errorf("%d domains, want %d", n, processes)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(array))
	f.Add([]byte(double(array)))
	f.Add([]byte(`[{"domain":"e.example","pinned_keys":[],"note":1.0}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := pins.Parse(data)
		if err != nil {
			return
		}
		once, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := pins.Parse(once)
		if err != nil {
			t.Fatalf("written but not read: %v\n%s", err, once)
		}
		twice, err := again.Encode()
		if err != nil || string(once) != string(twice) {
			t.Fatalf("written as %s, then as %s", once, twice)
		}
	})
}

func ExampleStore_Pin() {
	var s pins.Store
	for _, hash := range []string{"94e6", "94e6", "2e61"} {
		o, err := s.Pin(context.Background(), pins.Use{Domain: "example.com", Kid: "example-2026-01", Hash: hash, At: at(0)})
		fmt.Println(o.Status, err)
	}
	// Output:
	// first_use <nil>
	// pinned <nil>
	// changed <nil>
}
