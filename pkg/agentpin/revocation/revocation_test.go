package revocation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

func TestParse(t *testing.T) {
	t.Parallel()
	const where = "parse revocation document: "
	for name, tc := range map[string]struct{ text, want string }{
		"clean":           {`{"agentpin_version":"0.1","entity":"example.com","updated_at":"x","revoked_credentials":[],"revoked_agents":[],"revoked_keys":[]}`, ""},
		"no lists":        {`{"agentpin_version":"0.1","entity":"example.com"}`, ""},
		"null lists":      {`{"agentpin_version":"0.1","entity":"example.com","revoked_keys":null}`, ""},
		"unknown reason":  {`{"agentpin_version":"0.1","entity":"example.com","revoked_keys":[{"kid":"k","reason":"decommissioned"}]}`, ""},
		"version":         {`{"agentpin_version":"0.9","entity":"example.com"}`, `agentpin_version: version "0.9" is not supported, want "0.1"`},
		"no entity":       {`{"agentpin_version":"0.1"}`, "entity: the member is missing"},
		"entry by id":     {`{"agentpin_version":"0.1","entity":"example.com","revoked_credentials":[{"id":"x"}]}`, "revoked_credentials[0].jti: the member is missing"},
		"list twice":      {`{"agentpin_version":"0.1","entity":"example.com","revoked_keys":[{"kid":"k"}],"revoked_keys":[]}`, "revoked_keys: the member occurs twice"},
		"list of strings": {`{"agentpin_version":"0.1","entity":"example.com","revoked_keys":["k"]}`, "revoked_keys[0]: want an object, got a string"},
		"unknown member":  {`{"agentpin_version":"0.1","entity":"example.com","x":[]}`, ""},
		"discovery":       {`{"agentpin_version":"0.1","entity":"example.com","public_keys":[]}`, "public_keys: a discovery document where revocations are wanted"},
		"agents":          {`{"agentpin_version":"0.1","entity":"example.com","agents":[]}`, "agents: a discovery document where revocations are wanted"},
		"broken":          {`{`, "want the name of a member in quotes (byte 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := revocation.Parse([]byte(tc.text))
			if wants := name == "unknown reason"; err == nil && (len(d.UnknownReasons()) == 1) != wants {
				t.Errorf("unknown reasons: %q", d.UnknownReasons())
			}
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), where)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	d := revocation.New("example.com", now().Add(-time.Hour))
	for _, e := range []revocation.Entry{{Kind: revocation.Key, ID: "k <1>"}, {Kind: revocation.Credential, ID: "j"}, {Kind: revocation.Agent, ID: "a"}} {
		if added, err := d.Add(e.Kind, e.ID, "superseded", now()); !added || err != nil {
			t.Errorf("Add %v: %v, %v", e, added, err)
		}
	}
	if added, err := d.Add(revocation.Credential, "j", "key_compromise", now()); added || err != nil {
		t.Errorf("Add twice: %v, %v", added, err)
	}
	if _, err := d.Add(revocation.Credential, "k", "bored", now()); err == nil {
		t.Error("an unknown reason is accepted")
	}
	if _, err := d.Add(revocation.Credential, "", "superseded", now()); err == nil {
		t.Error("an empty id is accepted")
	}
	got, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "agentpin_version": "0.1",
  "entity": "example.com",
  "updated_at": "2026-06-01T00:00:00+00:00",
  "revoked_credentials": [
    {
      "jti": "j",
      "revoked_at": "2026-06-01T00:00:00+00:00",
      "reason": "superseded"
    }
  ],
  "revoked_agents": [
    {
      "agent_id": "a",
      "revoked_at": "2026-06-01T00:00:00+00:00",
      "reason": "superseded"
    }
  ],
  "revoked_keys": [
    {
      "kid": "k <1>",
      "revoked_at": "2026-06-01T00:00:00+00:00",
      "reason": "superseded"
    }
  ]
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if e, ok := d.Find(revocation.Credential, "j"); !ok || e.Reason != "superseded" {
		t.Errorf("Find = %v, %v", e, ok)
	}
	if _, ok := d.Find(revocation.Agent, "j"); ok {
		t.Error("a credential is found among the agents")
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	parse := func(text string) *revocation.Document {
		d, err := revocation.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := parse(`{"agentpin_version":"0.1","entity":"e","revoked_credentials":[{"jti":"a","reason":"superseded"}]}`)
	d.Merge(parse(`{"agentpin_version":"0.1","entity":"e","revoked_credentials":[{"jti":"a"},{"jti":"b"}],"revoked_keys":[{"kid":"k"}]}`))
	var got []string
	for _, e := range d.Entries() {
		got = append(got, string(e.Kind)+"="+e.ID+" "+e.Reason)
	}
	if diff := cmp.Diff([]string{"jti=a superseded", "jti=b ", "kid=k "}, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestEditKeepsUnknownMembers(t *testing.T) {
	t.Parallel()
	d, err := revocation.Parse([]byte(`{"agentpin_version":"0.1","entity":"e","updated_at":"u","revoked_keys":[{"kid":"k","revoked_at":"r","reason":"x","note":"<n>"}],"contact":1.0}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"agentpin_version":"0.1","entity":"e","updated_at":"u","revoked_credentials":[],"revoked_agents":[],"revoked_keys":[{"kid":"k","revoked_at":"r","reason":"x","note":"<n>"}],"contact":1.0}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"agentpin_version":"0.1","entity":"e","updated_at":"u","revoked_credentials":[{"jti":"a","revoked_at":"r","reason":"x","note":"n"}],"revoked_agents":null,"x":1.0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := revocation.Parse(data)
		if err != nil {
			return
		}
		text, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := revocation.Parse(text)
		if err != nil || len(again.Entries()) != len(d.Entries()) {
			t.Fatalf("written as %s: %v", text, err)
		}
	})
}

func ExampleDocument_Add() {
	d := revocation.New("example.com", now())
	added, err := d.Add(revocation.Key, "example-2026-01", "key_compromise", now())
	fmt.Println(added, err, len(d.Entries()))
	// Output: true <nil> 1
}
