package delegation_test

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

// party is a domain with a key and an agent called after it.
type party struct {
	key      crypto.Signer
	document *discovery.Document
}

func newParty(t *testing.T, domain, kind string, capabilities ...string) party {
	t.Helper()
	key, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := keys.NewJWK(&key.PublicKey, "k")
	if err != nil {
		t.Fatal(err)
	}
	d := discovery.New(domain, kind, now())
	d.MaxDelegationDepth = 3
	d.Keys = []discovery.Key{jwk}
	d.Agents = []discovery.Agent{{ID: "urn:agentpin:" + domain + ":a", Name: "A", Capabilities: capabilities, Status: discovery.Active}}
	return party{key, d}
}

func (p party) id() string { return p.document.Agents[0].ID }

func (p party) agent() delegation.Agent {
	return delegation.Agent{Domain: p.document.Entity, AgentID: p.id()}
}

func (p party) attest(t *testing.T, role string, to delegation.Agent, capabilities ...string) delegation.Entry {
	t.Helper()
	e, err := delegation.Attest(p.key, delegation.Entry{Domain: p.document.Entity, Role: role, AgentID: p.id(), Kid: "k"}, to, capabilities)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// world is a maker that vouches for a reseller, who vouches for the issuer.
type world struct {
	maker, reseller, issuer party
	all                     *bundle.Bundle
	chain                   delegation.Chain
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		maker:    newParty(t, "maker.example", discovery.Maker, "read:*", "write:report"),
		reseller: newParty(t, "reseller.example", discovery.Both, "read:*"),
		issuer:   newParty(t, "issuer.example", discovery.Deployer, "read:data", "read:logs"),
		all:      bundle.New(now()),
	}
	for _, p := range []party{w.maker, w.reseller, w.issuer} {
		if err := w.all.Put(p.document); err != nil {
			t.Fatal(err)
		}
	}
	asked := []string{"read:data"}
	w.chain = delegation.Chain{
		Entries: []delegation.Entry{
			w.maker.attest(t, "maker", w.reseller.agent(), asked...),
			w.reseller.attest(t, "deployer", w.issuer.agent(), asked...),
		},
		Issuer: w.issuer.document, AgentID: w.issuer.id(), Capabilities: asked, After: now(),
	}
	return w
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*testing.T, *world)
		is     error
		want   string
	}{
		"good": {func(*testing.T, *world) {}, nil, ""},
		"declared capabilities": {func(t *testing.T, w *world) {
			t.Helper()
			w.chain.Entries[1] = w.reseller.attest(t, "deployer", w.issuer.agent(), "read:logs", "read:data")
		}, nil, ""},
		"issuer allows none": {func(_ *testing.T, w *world) { w.issuer.document.MaxDelegationDepth = 1 }, delegation.ErrTooDeep, "the delegation chain is too long: 2 entries, issuer.example allows 1"},
		"maker allows none":  {func(_ *testing.T, w *world) { w.maker.document.MaxDelegationDepth = 0 }, delegation.ErrTooDeep, "entry 0 of maker.example: the delegation chain is too long: 2 entries, maker.example allows 0"},
		"role": {func(t *testing.T, w *world) {
			t.Helper()
			w.chain.Entries[0] = w.maker.attest(t, "deployer", w.reseller.agent(), "read:data")
		}, delegation.ErrInvalid, "entry 0 of maker.example: the delegation is not valid: a maker cannot act as deployer"},
		"key":                {func(_ *testing.T, w *world) { w.maker.document.Keys = nil }, delegation.ErrInvalid, `entry 0 of maker.example: the delegation is not valid: the document has no such key: "k"`},
		"key expired":        {func(_ *testing.T, w *world) { w.maker.document.Keys[0].Exp = new("2026-05-01T00:00:00Z") }, delegation.ErrInvalid, `entry 0 of maker.example: the delegation is not valid: the key has expired: "k" at 2026-05-01T00:00:00Z`},
		"agent":              {func(_ *testing.T, w *world) { w.maker.document.Agents = nil }, delegation.ErrInvalid, `entry 0 of maker.example: the delegation is not valid: "urn:agentpin:maker.example:a" is no agent of maker.example`},
		"agent suspended":    {func(_ *testing.T, w *world) { w.maker.document.Agents[0].Status = discovery.Suspended }, delegation.ErrInvalid, `entry 0 of maker.example: the delegation is not valid: the agent "urn:agentpin:maker.example:a" is suspended`},
		"capabilities":       {func(_ *testing.T, w *world) { w.reseller.document.Agents[0].Capabilities = []string{"write:*"} }, delegation.ErrInvalid, `entry 1 of reseller.example: the delegation is not valid: "urn:agentpin:reseller.example:a" may not delegate ["read:data"]`},
		"other capabilities": {func(_ *testing.T, w *world) { w.chain.Capabilities = []string{"read:logs"} }, delegation.ErrInvalid, "entry 0 of maker.example: the delegation is not valid: the attestation does not verify"},
		"swapped":            {func(_ *testing.T, w *world) { e := w.chain.Entries; e[0], e[1] = e[1], e[0] }, delegation.ErrInvalid, "entry 0 of reseller.example: the delegation is not valid: the attestation does not verify"},
		"link missing":       {func(_ *testing.T, w *world) { w.chain.Entries = w.chain.Entries[:1] }, delegation.ErrInvalid, "entry 0 of maker.example: the delegation is not valid: the attestation does not verify"},
		"agent revoked":      {func(t *testing.T, w *world) { t.Helper(); w.revoke(t, revocation.Agent, w.maker.id()) }, delegation.ErrInvalid, `entry 0 of maker.example: the delegation is not valid: the agent "urn:agentpin:maker.example:a" is revoked`},
		"key revoked":        {func(t *testing.T, w *world) { t.Helper(); w.revoke(t, revocation.Key, "k") }, delegation.ErrInvalid, `entry 0 of maker.example: the delegation is not valid: the key "k" is revoked`},
		"not at hand":        {func(_ *testing.T, w *world) { w.all = bundle.New(now()) }, discovery.ErrNotAtHand, `entry 1 of reseller.example: no document of the domain is at hand: the bundle does not hold "reseller.example"`},
		"half at hand": {func(t *testing.T, w *world) {
			t.Helper()
			w.all = bundle.New(now())
			if err := w.all.Put(w.reseller.document); err != nil {
				t.Fatal(err)
			}
			w.reseller.document.Agents[0].Status = discovery.Suspended
		}, delegation.ErrInvalid, `entry 1 of reseller.example: the delegation is not valid: the agent "urn:agentpin:reseller.example:a" is suspended`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tc.change(t, w)
			links, err := w.chain.Verify(t.Context(), w.all)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if !errors.Is(err, tc.is) {
				t.Errorf("error %v is not %v", err, tc.is)
			}
			if len(links) != len(w.chain.Entries) || err == nil && !links[1].Verified {
				t.Errorf("links %v", links)
			}
		})
	}
}

func (w *world) revoke(t *testing.T, kind revocation.Kind, id string) {
	t.Helper()
	d := revocation.New("maker.example", now())
	if _, err := d.Add(kind, id, "superseded", now()); err != nil {
		t.Fatal(err)
	}
	w.all.PutRevocations(d)
}

// wrong is a source that answers with documents of somebody else.
type wrong struct {
	d *discovery.Document
	r *revocation.Document
}

func (w wrong) Document(context.Context, string) (*discovery.Document, error) { return w.d, nil }

func (w wrong) Revocations(context.Context, *discovery.Document) (*revocation.Document, error) {
	return w.r, nil
}

func TestAnswersAboutSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chain.Entries = []delegation.Entry{w.maker.attest(t, "maker", w.issuer.agent(), "read:data")}
	if _, err := w.chain.Verify(t.Context(), wrong{w.reseller.document, nil}); !errors.Is(err, delegation.ErrInvalid) {
		t.Errorf("document: error %v", err)
	}
	// Revocations that cannot be used say nothing against the delegation.
	_, err := w.chain.Verify(t.Context(), wrong{w.maker.document, revocation.New("other.example", now())})
	if err == nil || errors.Is(err, delegation.ErrInvalid) {
		t.Errorf("revocations: error %v", err)
	}
	if _, err := w.chain.Verify(t.Context(), wrong{w.maker.document, nil}); err != nil {
		t.Error(err)
	}
}

func TestAttestRefuses(t *testing.T) {
	t.Parallel()
	p := newParty(t, "maker.example", discovery.Maker)
	to := delegation.Agent{Domain: "d.example", AgentID: "a"}
	for name, tc := range map[string]struct {
		e    delegation.Entry
		to   delegation.Agent
		want string
	}{
		"role":      {delegation.Entry{Domain: "d", Role: "reseller", AgentID: "a"}, to, `attest: unknown role "reseller", want maker or deployer`},
		"pipe":      {delegation.Entry{Domain: "d|maker", Role: "maker", AgentID: "a"}, to, `attest: the name "d|maker" holds a pipe or a control character`},
		"line feed": {delegation.Entry{Domain: "d", Role: "maker", AgentID: "a\n"}, to, `attest: the name "a\n" holds a pipe or a control character`},
		"empty":     {delegation.Entry{Domain: "d", Role: "maker", AgentID: "a"}, delegation.Agent{AgentID: "x"}, "attest: a name is empty"},
	} {
		_, err := delegation.Attest(p.key, tc.e, tc.to, nil)
		if err == nil || err.Error() != tc.want {
			t.Errorf("%s: error %v, want %s", name, err, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	const entry = `{"domain":"d","role":"maker","agent_id":"a","kid":"k","attestation":"s"}`
	for name, tc := range map[string]struct{ text, want string }{
		"two":     {"[" + entry + "," + entry + "]", ""},
		"empty":   {"[]", ""},
		"object":  {entry, "parse delegation chain: want an array of at most 8 entries"},
		"many":    {"[" + strings.Repeat(entry+",", 8) + entry + "]", "parse delegation chain: want an array of at most 8 entries"},
		"role":    {"[" + strings.Replace(entry, "maker", "x", 1) + "]", `parse delegation chain: entry 0: role: unknown role "x"`},
		"unknown": {"[" + strings.Replace(entry, "{", `{"agent_type":"x",`, 1) + "]", "parse delegation chain: entry 0: agent_type: unknown member"},
		"broken":  {"[", "parse delegation chain: [0]: the text ends where a value should be"},
	} {
		_, err := delegation.Parse([]byte(tc.text))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzParse holds that a chain which is read is written and read as the same,
// and that its attestations are judged without a panic.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`[{"domain":"d","role":"maker","agent_id":"a","kid":"k","attestation":"MAYCAQECAQE="}]`))
	f.Add([]byte(`[]`))
	key, err := keys.Generate()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		chain, err := delegation.Parse(data)
		if err != nil {
			return
		}
		for _, e := range chain {
			if e.Attests(&key.PublicKey, delegation.Agent{Domain: "d", AgentID: "a"}, nil) {
				t.Fatalf("%+v verifies with a key that nobody has used", e)
			}
		}
		text, err := json.Marshal(chain)
		if err != nil {
			t.Fatal(err)
		}
		if chain == nil {
			return // an empty chain, which is left out of a credential
		}
		again, err := delegation.Parse(text)
		if err != nil {
			t.Fatalf("written as %s: %v", text, err)
		}
		if diff := cmp.Diff(chain, again); diff != "" {
			t.Fatalf("written as %s:\n%s", text, diff)
		}
	})
}

func ExampleAttest() {
	key, err := keys.Generate()
	if err != nil {
		fmt.Println(err)
		return
	}
	to := delegation.Agent{Domain: "deployer.example", AgentID: "scout"}
	e := delegation.Entry{Domain: "maker.example", Role: discovery.Maker, AgentID: "engine", Kid: "maker-2026-01"}
	e, err = delegation.Attest(key, e, to, []string{"read:data", "write:report"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Attests(&key.PublicKey, to, []string{"write:report", "read:data"}))
	fmt.Println(e.Attests(&key.PublicKey, to, []string{"read:data"}))
	// Output:
	// true
	// false
}

func ExampleEntry_Canonical() {
	e := delegation.Entry{Domain: "maker.example", Role: "maker", AgentID: "engine"}
	text, err := e.Canonical(delegation.Agent{Domain: "deployer.example", AgentID: "scout"}, nil)
	fmt.Println(text, err)
	// Output: maker.example|maker|engine|deployer.example|scout|4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945 <nil>
}
