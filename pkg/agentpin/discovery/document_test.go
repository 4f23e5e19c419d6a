package discovery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

const key = `{"kid":"example-2026-01","kty":"EC","crv":"P-256","x":"zjg-VrLBcj1XWYby7qOWHDNYWixfY4zQL6Ji6pbJnoM","y":"sY3zZBcsK0_WdUAbIQbGNJ0uklEAfEHtChn3Nr3kfRA","use":"sig","key_ops":["verify"]}`

const agent = `{"agent_id":"urn:agentpin:example.com:scout","name":"Scout","capabilities":["read:*"],"status":"active"}`

func document(keys, agents, rest string) string {
	return fmt.Sprintf(`{"agentpin_version":"0.1","entity":"example.com","entity_type":"maker","public_keys":[%s],"agents":[%s],"revocation_endpoint":"https://example.com/.well-known/agent-identity-revocations.json","max_delegation_depth":2,"updated_at":"2026-01-15T00:00:00Z"%s}`, keys, agents, rest)
}

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParse(t *testing.T) {
	t.Parallel()
	good := document(key, agent, "")
	edit := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("no %s in the document", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	const where = "the discovery document is not valid: "
	for name, tc := range map[string]struct{ text, want string }{
		"good":               {good, ""},
		"unknown members":    {document(key, agent, `,"x":{"y":1}`), ""},
		"optional null":      {edit(`"status"`, `"constraints":null,"agent_type":null,"credential_ttl_max":null,"status"`), ""},
		"unused key is odd":  {edit(`"P-256"`, `"P-384"`), ""},
		"odd capability":     {edit(`"read:*"`, `""`), ""},
		"odd lifetime":       {edit(`"status"`, `"credential_ttl_max":999999999,"status"`), ""},
		"version":            {edit(`"0.1"`, `"0.3"`), `agentpin_version: version "0.3" is not supported, want "0.1"`},
		"entity type":        {edit(`"maker"`, `"operator"`), `entity_type: unknown type "operator"`},
		"no keys":            {document("", agent, ""), "public_keys: there is no key"},
		"keys missing":       {edit(`"public_keys"`, `"pk"`), "public_keys: the member is missing (and 1 more)"},
		"agents missing":     {edit(`"agents"`, `"agent"`), "agents: the member is missing"},
		"depth":              {edit(`"max_delegation_depth":2`, `"max_delegation_depth":4`), "max_delegation_depth: 4 is not between 0 and 3"},
		"depth, negative":    {edit(`"max_delegation_depth":2`, `"max_delegation_depth":-1`), "max_delegation_depth: -1 is not between 0 and 3"},
		"depth, huge":        {edit(`"max_delegation_depth":2`, `"max_delegation_depth":4294967296`), "max_delegation_depth: 4294967296 is not between 0 and 3"},
		"depth, text":        {edit(`"max_delegation_depth":2`, `"max_delegation_depth":"2"`), "max_delegation_depth: want a number, got a string"},
		"updated":            {edit(`,"updated_at":"2026-01-15T00:00:00Z"`, ""), "updated_at: the member is missing"},
		"name":               {edit(`"name":"Scout",`, ""), "agents[0].name: the member is missing"},
		"status":             {edit(`"active"`, `"retired"`), `agents[0].status: unknown status "retired"`},
		"lifetime, negative": {edit(`"status"`, `"credential_ttl_max":-1,"status"`), "agents[0].credential_ttl_max: -1 is negative"},
		"classification":     {edit(`"status"`, `"constraints":{"data_classification_max":"x"},"status"`), `agents[0].constraints.data_classification_max: unknown classification "x"`},
		"kid missing":        {edit(`"kid":"example-2026-01",`, ""), "public_keys[0].kid: the member is missing"},
		"use missing":        {edit(`"use":"sig",`, ""), "public_keys[0].use: the member is missing"},
		"numeric expiry":     {edit(`"use":"sig"`, `"exp":1,"use":"sig"`), "public_keys[0].exp: want a string, got a number"},
		"private key":        {edit(`"use":"sig"`, `"d":"AA","use":"sig"`), "public_keys[0].d: a published key holds a secret"},
		"same kid":           {document(key+","+key, agent, ""), `public_keys: "example-2026-01" is listed twice`},
		"same agent":         {document(key, agent+","+agent, ""), `agents: "urn:agentpin:example.com:scout" is listed twice`},
		"member twice":       {document(key, agent, `,"entity":"other.com"`), "entity: the member occurs twice"},
		"case":               {document(key, agent, `,"Entity":"other.com"`), `Entity: the name differs from "entity" only in case`},
		"byte order mark":    {"\ufeff" + good, "the text starts with a byte order mark (byte 0)"},
		"array":              {"[]", "want an object, got an array"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := discovery.Parse([]byte(tc.text))
			if diff := cmp.Diff(tc.want, strings.TrimPrefix(errText(err), where)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if (d == nil) != (err != nil) {
				t.Errorf("document %v with error %v", d, err)
			}
		})
	}
}

func TestEncodeKeepsEverything(t *testing.T) {
	t.Parallel()
	text := document(`{"kid":"a","kty":"EC","crv":"P-256","x":"","y":"","use":"sig","exp":"2027-01-01T00:00:00+00:00","x5t":"z"}`,
		`{"agent_id":"a","agent_type":"b","name":"A <B> & C","description":"d","version":"1","capabilities":[],"constraints":{"rate_limit":"1/hour","budget":1.50},"maker_attestation":"m","credential_ttl_max":0,"status":"active","directory_listing":false,"tags":["t"]}`,
		`,"contact":{"mail":"x@example.com"}`)
	d, err := discovery.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	once, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"A <B> & C"`, `"budget": 1.50`, `"tags": [`, `"x5t": "z"`, `"mail": "x@example.com"`, `"credential_ttl_max": 0`, `"directory_listing": false`} {
		if !strings.Contains(string(once), part) {
			t.Errorf("no %s in %s", part, once)
		}
	}
	again, err := discovery.Parse(once)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := again.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(once), string(twice)); diff != "" {
		t.Errorf("encoded twice (-once +twice):\n%s", diff)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	d, err := discovery.Parse([]byte(document(key, agent, "")))
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := d.Key("example-2026-01"); !ok || k.Kty != "EC" {
		t.Errorf("Key = %v, %v", k, ok)
	}
	if _, ok := d.Key("EXAMPLE-2026-01"); ok {
		t.Error("a kid in another case is found")
	}
	a := d.Agent("urn:agentpin:example.com:scout")
	if a == nil || a.TTL() != discovery.DefaultTTL {
		t.Errorf("Agent = %v", a)
	}
	if d.Agent("scout") != nil {
		t.Error("an unknown agent is found")
	}
	if err := d.CheckEntity("Example.com"); !errors.Is(err, discovery.ErrEntity) {
		t.Errorf("CheckEntity: error %v", err)
	}
}

func TestCheckDomain(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"example.com", "a.b.c.example", "xn--bcher-kva.example", "1.example", "a-b.example", strings.Repeat("a", 63) + ".example"} {
		if err := discovery.CheckDomain(domain); err != nil {
			t.Error(err)
		}
	}
	for _, domain := range []string{
		"", "example", "Example.com", "example.com.", ".example.com", "a..example", "-a.example", "a-.example", "bücher.example",
		"example.com:8443", "example.com/x", "trusted.com@evil.com", "https://example.com", "127.0.0.1", "1.2.3", "[::1]", "::1", "169.254.169.254",
		"../../etc", "a b.example", "a_b.example", "example.com\n", "example.com\x00", strings.Repeat("a", 64) + ".example", strings.Repeat("a.", 126) + "ab",
	} {
		if discovery.CheckDomain(domain) == nil {
			t.Errorf("%q is accepted", domain)
		}
	}
}

func TestBelongsTo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		id   string
		want bool
	}{
		{"urn:agentpin:example.com:scout", true},
		{"urn:agentpin:example.com:a:b", true},
		{"7c1b7c58-6d7c-4c38-9a0e-0d6b4d0c9b11", true},
		{"data-analyzer", true},
		{"urn:agentpin:victim.example:ceo", false},
		{"urn:agentpin:example.com:", false},
		{"urn:agentpin:example.com", false},
		{"urn:agentpin:Example.com:scout", false},
		{"URN:agentpin:victim.example:ceo", false},
		{"urn:AgentPin:example.com:scout", false},
		{"urn:other:example.com:scout", true},
	} {
		if got := discovery.BelongsTo(tc.id, "example.com"); got != tc.want {
			t.Errorf("BelongsTo(%q) = %v, want %v", tc.id, got, tc.want)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	text := `{"agentpin_version":"0.1","entity":"Example.com","entity_type":"deployer","public_keys":[
		` + key + `,
		` + strings.Replace(key, "example-2026-01", "again", 1) + `,
		{"kid":"old","kty":"EC","crv":"P-256","x":"feBSTxZ8uF3yHsFjIbEB_Xuyn2VvlqgrazCjre2rWgU","y":"fedkMklTGl9_WhKk02mckT-ZUhe_82gvwxf6yabymmM","use":"sig","exp":"2026-05-01T00:00:00Z"},
		{"kid":"` + strings.Repeat("k", 129) + `","kty":"RSA","crv":"P-256","x":"a","y":"b","use":"sig","exp":"soon"},
		{"kty":"EC","crv":"P-256","x":"AA","y":"AA","use":"enc","d":"AA"}],
	"agents":[
		{"agent_id":"urn:agentpin:other.com:scout","name":"` + strings.Repeat("n", 129) + `","description":"` + strings.Repeat("d", 1025) + `","capabilities":["read","scan:x","read:ok"],"credential_ttl_max":86401,"status":"active","constraints":{"rate_limit":"x"}},
		{"agent_id":"scout","agent_type":"x","name":"n","capabilities":[],"status":"asleep","maker_attestation":"m","x":1}],
	"revocation_endpoint":"http://example.org/r","policy_url":"policy","max_delegation_depth":9,"updated_at":"2026-06-02T00:00:00Z","y":{}}`
	want := []discovery.Problem{
		{"error", "public_keys[4].kid", "the member is missing"},
		{"error", "public_keys[4].d", "a published key holds a secret"},
		{"error", "agents[1].status", `unknown status "asleep"`},
		{"error", "max_delegation_depth", "9 is not between 0 and 3"},
		{"error", "entity", `the document is about another entity: it names "Example.com", wanted is "example.com"`},
		{"error", "entity", `domain "Example.com": want labels of lower-case letters, digits and inner hyphens`},
		{"error", "public_keys[1]", `the same key as "example-2026-01" under another kid`},
		{"error", "public_keys[3].kid", "129 characters, want 1 to 128"},
		{"error", "public_keys[3]", `kty "RSA": not an ECDSA key on P-256`},
		{"error", "public_keys[3].exp", `"soon" is not an RFC 3339 time`},
		{"error", "public_keys[4]", `use "enc": want sig`},
		{"error", "agents[0].name", "129 characters, want at most 128"},
		{"error", "agents[0].description", "1025 characters, want at most 1024"},
		{"error", "agents[0].credential_ttl_max", "86401 is not between 60 and 86400"},
		{"error", "agents[0].capabilities[0]", `capability "read": want action:resource`},
		{"error", "agents[0].constraints", `rate_limit: "x" is not COUNT/second, COUNT/minute or COUNT/hour`},
		{"error", "agents[1].agent_type", `"x": want urn:agentpin:DOMAIN:NAME`},
		{"error", "revocation_endpoint", `"http://example.org/r" is not https`},
		{"error", "policy_url", `"policy" is not a URL`},
		{"warning", "public_keys[2].exp", "the key expired at 2026-05-01T00:00:00Z"},
		{"warning", "agents[0].agent_id", `"urn:agentpin:other.com:scout" names the domain "other.com"; its credentials will be refused`},
		{"warning", "agents[0].capabilities[1]", `capability "scan:x": the action is no core action and not written like com.example.scan`},
		{"warning", "agents[0]", "an agent of a deployer should have agent_type and maker_attestation"},
		{"warning", "agents[1].agent_id", `"scout" is not of the form urn:agentpin:DOMAIN:NAME`},
		{"warning", "agents[1].capabilities", "the agent may do nothing"},
		{"warning", "updated_at", "2026-06-02T00:00:00Z is in the future"},
		{"info", "agents[1].x", "unknown member"},
		{"info", "y", "unknown member"},
	}
	got := discovery.Validate([]byte(text), discovery.Rules{Entity: "example.com", Now: now()})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestValidateMore(t *testing.T) {
	t.Parallel()
	rules := discovery.Rules{Now: now()}
	if diff := cmp.Diff([]discovery.Problem(nil), discovery.Validate([]byte(document(key, agent, "")), rules)); diff != "" {
		t.Errorf("a good document (-want +got):\n%s", diff)
	}
	soon := strings.Replace(key, `"use"`, `"exp":"2026-06-20T00:00:00+00:00","use"`, 1)
	want := []discovery.Problem{{"warning", "public_keys[0].exp", "the key expires at 2026-06-20T00:00:00+00:00"}}
	if diff := cmp.Diff(want, discovery.Validate([]byte(document(soon, agent, "")), rules)); diff != "" {
		t.Errorf("a key that expires (-want +got):\n%s", diff)
	}
	want = []discovery.Problem{{"error", "", "something follows the value"}}
	if diff := cmp.Diff(want, discovery.Validate([]byte(document(key, agent, "")+"x"), rules)); diff != "" {
		t.Errorf("trailing text (-want +got):\n%s", diff)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	d := discovery.New("example.com", discovery.Maker, time.Date(2026, 6, 1, 2, 0, 0, 0, time.FixedZone("", 7200)))
	got, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "agentpin_version": "0.1",
  "entity": "example.com",
  "entity_type": "maker",
  "public_keys": [],
  "agents": [],
  "revocation_endpoint": "https://example.com/.well-known/agent-identity-revocations.json",
  "max_delegation_depth": 2,
  "updated_at": "2026-06-01T00:00:00+00:00"
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(document(key, agent, "")))
	f.Add([]byte(document(key, `{"agent_id":"a","name":"n","capabilities":["read:x"],"constraints":{"rate_limit":"1/hour","valid_hours":{"start":"","end":"","timezone":""}},"status":"active"}`, `,"x":[1]`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		problems := discovery.Validate(data, discovery.Rules{Now: now()})
		d, err := discovery.Parse(data)
		if err != nil {
			if len(problems) == 0 {
				t.Fatalf("refused with %v, validated without a problem", err)
			}
			return
		}
		text, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := discovery.Parse(text); err != nil {
			t.Fatalf("written but not read: %v\n%s", err, text)
		}
	})
}

func ExampleParse() {
	d, err := discovery.Parse([]byte(document(key, agent, "")))
	fmt.Println(d.Entity, len(d.Agents), err)
	// Output: example.com 1 <nil>
}

func ExampleValidate() {
	text := document(key, strings.Replace(agent, "read:*", "admin:*", 1), "")
	for _, p := range discovery.Validate([]byte(text), discovery.Rules{Now: now()}) {
		fmt.Println(p.Level, p.Path, p.Message)
	}
	// Output: error agents[0].capabilities[0] capability "admin:*": admin has to name what it administers
}
