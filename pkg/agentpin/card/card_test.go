package card_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/card"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

func signed(t *testing.T, endpoint string) string {
	t.Helper()
	key, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	a := discovery.Agent{
		Name: "Scout <A> é", Description: new("d"), Capabilities: []string{"read:x"},
		Constraints: &constraint.Set{AllowedDomains: []string{"p.example"}},
	}
	c, err := card.New("https://example.com/agent", a).Sign(key, "k", endpoint)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	text := signed(t, "https://example.com/.well-known/agent-identity.json")
	for name, tc := range map[string]struct {
		text string
		is   error
	}{
		"as signed":      {text, nil},
		"another order":  {strings.Replace(strings.Replace(text, `"url":"https://example.com/agent",`, "", 1), "{", `{"url":"https://example.com/agent",`, 1), nil},
		"null member":    {strings.Replace(text, "{", `{"provider":null,`, 1), nil},
		"another name":   {strings.Replace(text, "Scout", "Root", 1), card.ErrSignature},
		"unknown member": {strings.Replace(text, "{", `{"provider":{},`, 1), card.ErrSignature},
		"another host":   {strings.Replace(text, "example.com/.well", "victim.example/.well", 1), nil}, // outside the signature
		"no extension":   {`{"name":"a","url":"u"}`, card.ErrNoExtension},
	} {
		c, err := card.Parse([]byte(tc.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := c.Verify(); !errors.Is(err, tc.is) {
			t.Errorf("%s: error %v, want %v", name, err, tc.is)
		}
	}
}

// TestNullMembers holds that a card is read from peers that sign its null members
// and from those that do not.
func TestNullMembers(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := keys.NewJWK(&key.PublicKey, "k")
	if err != nil {
		t.Fatal(err)
	}
	public, err := json.Marshal(jwk)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]error{
		`{"description":null,"name":"A","skills":[{"description":null,"id":"i","name":"n"}],"url":"u"}`: nil, // npm agentpin
		`{"name":"A","skills":[{"id":"i","name":"n"}],"url":"u"}`:                                       nil,
		`{"description":null,"name":"A","skills":[{"id":"i","name":"n"}],"url":"u"}`:                    card.ErrSignature, // nobody
		`{"agentpin":null,"name":"A","skills":[{"id":"i","name":"n"}],"url":"u"}`:                       card.ErrSignature,
	} {
		signature, err := keys.SignDetached(key, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		c, err := card.Parse(fmt.Appendf(nil, `{"name":"A","url":"u","description":null,"skills":[{"id":"i","name":"n","description":null}],"agentpin":{"agentpin_endpoint":"e","public_key_jwk":%s,"signature":%q}}`, public, signature))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Verify(); !errors.Is(err, want) {
			t.Errorf("signed as %s: error %v, want %v", text, err, want)
		}
	}
}

func TestFrom(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"https://example.com/.well-known/agent-identity.json": "",
		"https://victim.example/x":                            `the card belongs to another domain: it names "victim.example", not "example.com"`,
		"http://example.com/x":                                `the card belongs to another domain: the endpoint "http://example.com/x" is no https address`,
		"https://example.com:8443/x":                          `the card belongs to another domain: the endpoint "https://example.com:8443/x" is no https address`,
		"https://a@example.com/x":                             `the card belongs to another domain: the endpoint "https://a@example.com/x" is no https address`,
		"https://127.0.0.1/x":                                 `the card belongs to another domain: domain "127.0.0.1": want a name, not an address`,
	} {
		c, err := card.Parse([]byte(signed(t, endpoint)))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := c.From("example.com"); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", endpoint, diff)
		}
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	c, err := card.Parse([]byte(signed(t, "https://example.com/.well-known/agent-identity.json")))
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Document(now())
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := discovery.Parse(text); err != nil {
		t.Error(err)
	}
	if a := d.Agents[0]; a.ID != "urn:agentpin:example.com:scout--a" || a.Constraints.AllowedDomains[0] != "p.example" {
		t.Errorf("agent %+v", a)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	text := signed(t, "https://example.com/x")
	for name, broken := range map[string]string{
		"no name":     strings.Replace(text, `"name":"Scout`, `"title":"Scout`, 1),
		"secret":      strings.Replace(text, `"use":"sig"`, `"use":"sig","d":"AA"`, 1),
		"twice":       strings.Replace(text, "{", `{"url":"u",`, 1),
		"not JSON":    "x",
		"wrong skill": strings.Replace(text, `"id":"read:x"`, `"id":1`, 1),
	} {
		if _, err := card.Parse([]byte(broken)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"name":"A","url":"u","capabilities":{"streaming":true},"skills":[{"id":"a","name":"b"}],"x":[1.50,null,{"b":1,"a":2}],"agentpin":{"agentpin_endpoint":"https://e.example/x","public_key_jwk":{"kid":"k","kty":"EC","crv":"P-256","x":"","y":"","use":"sig"},"signature":"AAAA"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := card.Parse(data)
		if err != nil {
			return
		}
		if !json.Valid(c.Canonical()) {
			t.Fatalf("the canonical text is no JSON: %s", c.Canonical())
		}
		if c.Verify() == nil {
			t.Fatal("a signature was guessed")
		}
		if d, err := c.Document(now()); err == nil {
			_, _ = d.Encode()
		}
	})
}

func ExampleCard_Canonical() {
	c, err := card.Parse([]byte(`{"url":"https://example.com","name":"A","skills":[],"agentpin":null}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(c.Canonical()))
	// Output: {"name":"A","skills":[],"url":"https://example.com"}
}
