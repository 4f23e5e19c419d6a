package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func document(entity string) string {
	return `{"agentpin_version":"0.1","entity":"` + entity + `","entity_type":"maker","public_keys":[{"kid":"k","kty":"EC","crv":"P-256","x":"","y":"","use":"sig"}],"agents":[],"max_delegation_depth":2,"updated_at":"2026-01-15T00:00:00Z"}`
}

func revocations(jti string) string {
	return `{"agentpin_version":"0.1","entity":"a.example","revoked_credentials":[{"jti":"` + jti + `"}]}`
}

func text(documents, revocations string) string {
	return `{"agentpin_bundle_version":"0.1","created_at":"2026-02-10T00:00:00Z","documents":[` + documents + `],"revocations":[` + revocations + `]}`
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"empty":           {text("", ""), ""},
		"two":             {text(document("a.example")+","+document("b.example"), revocations("j")), ""},
		"no revocations":  {`{"agentpin_bundle_version":"0.1","created_at":"2001-01-01T00:00:00Z","documents":[]}`, ""},
		"version":         {strings.Replace(text("", ""), "0.1", "0.9", 1), `agentpin_bundle_version: version "0.9" is not supported, want "0.1"`},
		"no version":      {`{"created_at":"2026-02-10T00:00:00Z","documents":[]}`, `agentpin_bundle_version: the member is missing (and 1 more)`},
		"no date":         {`{"agentpin_bundle_version":"0.1","documents":[]}`, "created_at: the member is missing (and 1 more)"},
		"no time":         {strings.Replace(text("", ""), "T00:00:00Z", "", 1), `created_at: "2026-02-10" is not an RFC 3339 time`},
		"entity twice":    {text(document("a.example")+","+document("a.example"), ""), `documents[1]: a second document of "a.example"`},
		"bad document":    {text(document("a.example")+`,{}`, ""), "documents[1]: the discovery document is not valid: agentpin_version: the member is missing (and 9 more)"},
		"bad revocations": {text(document("a.example"), `{"agentpin_version":"0.1"}`), "revocations[0]: entity: the member is missing"},
		"object":          {`[]`, "want an object, got an array"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bundle.Parse([]byte(tc.text))
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "parse trust bundle: ")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFaults holds that one look at a bundle is enough to mend it.
func TestFaults(t *testing.T) {
	t.Parallel()
	bad := strings.NewReplacer("2026-02-10T00:00:00Z", "soon", `"maker"`, `"x"`).Replace(text(document("a.example")+`,{"entity":"b.example"},`+document("a.example"), `{"agentpin_version":"0.2"}`))
	var got []string
	for _, err := range bundle.Faults([]byte(bad)) {
		got = append(got, err.Error())
	}
	want := []string{
		`created_at: "soon" is not an RFC 3339 time`,
		`documents[0]: entity_type: unknown type "x"`,
		"documents[1]: agentpin_version: the member is missing", "documents[1]: entity_type: the member is missing",
		"documents[1]: public_keys: the member is missing", "documents[1]: agents: the member is missing",
		"documents[1]: max_delegation_depth: the member is missing", "documents[1]: updated_at: the member is missing",
		`documents[1]: agentpin_version: version "" is not supported, want "0.1"`, `documents[1]: entity_type: unknown type ""`, "documents[1]: public_keys: there is no key",
		`documents[2]: entity_type: unknown type "x"`,
		`revocations[0]: agentpin_version: version "0.2" is not supported, want "0.1"`, "revocations[0]: entity: the member is missing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for text, want := range map[string]string{
		"{": "want the name of a member in quotes (byte 1)", text(document("a.example")+","+document("a.example"), ""): `documents[1]: a second document of "a.example"`,
	} {
		if got := bundle.Faults([]byte(text)); len(got) != 1 || got[0].Error() != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	if got := bundle.Faults([]byte(text(document("a.example"), revocations("j")))); got != nil {
		t.Errorf("a good bundle: %v", got)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	b, err := bundle.Parse([]byte(text(document("a.example"), revocations("first")+","+revocations("second"))))
	if err != nil {
		t.Fatal(err)
	}
	d, err := b.Document(t.Context(), "a.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Document(t.Context(), "b.example"); !errors.Is(err, discovery.ErrNotAtHand) {
		t.Errorf("error %v, want ErrNotAtHand", err)
	}
	revoked, err := b.Revocations(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	for _, jti := range []string{"first", "second"} {
		if _, found := revoked.Find(revocation.Credential, jti); !found {
			t.Errorf("%s is not revoked", jti)
		}
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	b := bundle.New(now)
	d, err := discovery.Parse([]byte(document("a.example")))
	if err != nil {
		t.Fatal(err)
	}
	if b.Replace(d) || !b.Replace(d) {
		t.Error("Replace is wrong about what was there")
	}
	if err := b.Put(d); err == nil {
		t.Error("a second document of one entity is accepted")
	}
	once, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := bundle.Parse(once)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := again.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(once), string(twice)); diff != "" {
		t.Errorf("written twice (-once +twice):\n%s", diff)
	}
	if n := len(again.Documents()); n != 1 {
		t.Errorf("%d documents, want 1", n)
	}
	if err := b.CheckAge(now.Add(time.Hour), time.Hour); err != nil {
		t.Error(err)
	}
	if err := b.CheckAge(now.Add(time.Hour+time.Second), time.Hour); !errors.Is(err, bundle.ErrOld) {
		t.Errorf("error %v, want ErrOld", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(text(document("a.example")+","+document("b.example"), revocations("j")+","+revocations("k"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := bundle.Parse(data)
		if faults := bundle.Faults(data); (err != nil) != (len(faults) > 0) {
			t.Fatalf("error %v, faults %v", err, faults)
		}
		if err != nil {
			return
		}
		out, err := b.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bundle.Parse(out); err != nil {
			t.Fatalf("written but not read: %v\n%s", err, out)
		}
	})
}

func ExampleFaults() {
	for _, fault := range bundle.Faults([]byte(`{"agentpin_bundle_version":"0.2","created_at":"2026-02-10T00:00:00Z","documents":[{}],"revocations":[1]}`))[:2] {
		fmt.Println(fault)
	}
	// Output:
	// agentpin_bundle_version: version "0.2" is not supported, want "0.1"
	// documents[0]: agentpin_version: the member is missing
}

func ExampleBundle_Document() {
	b, err := bundle.Parse([]byte(text(document("a.example"), "")))
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := b.Document(context.Background(), "a.example")
	fmt.Println(d.Entity, err)
	_, err = b.Document(context.Background(), "b.example")
	fmt.Println(err)
	// Output:
	// a.example <nil>
	// no document of the domain is at hand: the bundle does not hold "b.example"
}
