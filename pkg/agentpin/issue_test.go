package agentpin_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// exampleFixture returns the token and the document of the upstream fixture.
func exampleFixture(text []byte) (token string, document []byte) {
	var file struct {
		JWT       string
		Discovery json.RawMessage
	}
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err) // the fixture is part of the repository
	}
	return file.JWT, file.Discovery
}

func TestIssue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := request()
	r.Constraints = &constraint.Set{RateLimit: new("100/hour"), AllowedDomains: []string{"*.a.example"}}
	r.Nonce, r.NotBefore, r.TTL = "n", now().Add(time.Minute), 10*time.Minute
	r.Chain = []delegation.Entry{{Domain: "m.example", Role: "maker", AgentID: "e", Kid: "k", Attestation: "AAAA"}}
	token, err := s.issuer.Issue(r, now())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	var texts []string
	for _, p := range parts[:2] {
		text, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	c, err := agentpin.Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"alg":"ES256","typ":"agentpin-credential+jwt","kid":"example-2026-01"}`,
		`{"iss":"example.com","sub":"urn:agentpin:example.com:scout","aud":"verifier.example","iat":1780272000,"exp":1780272600,"nbf":1780272060,"jti":"` + c.Claims.ID + `","agentpin_version":"0.1","capabilities":["read:codebase","write:report"],"constraints":{"allowed_domains":["*.a.example"],"rate_limit":"100/hour"},"delegation_chain":[{"domain":"m.example","role":"maker","agent_id":"e","kid":"k","attestation":"AAAA"}],"nonce":"n"}`,
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("header and payload (-want +got):\n%s", diff)
	}
	if id := c.Claims.ID; len(id) != 36 || id[14] != '4' || !strings.Contains("89ab", id[19:20]) {
		t.Errorf("%q is no UUID of version 4", id)
	}
	if res, err := agentpin.NewVerifier(source.NewSingle(s.text, nil)).Verify(t.Context(), token, now().Add(time.Minute)); err != nil || !res.Valid {
		t.Errorf("%+v, %v", res, err)
	}
}

// derVerifier is what a user of go-jose has to write for AgentPin's ES256.
type derVerifier struct{ public *ecdsa.PublicKey }

func (v derVerifier) VerifyPayload(payload, signature []byte, _ jose.SignatureAlgorithm) error {
	digest := sha256.Sum256(payload)
	if !ecdsa.VerifyASN1(v.public, digest[:], signature) {
		return errors.New("the signature does not verify")
	}
	return nil
}

// TestJOSE holds that go-jose reads what we write, and verifies it with an
// opaque verifier; only the form of the signature is another one.
func TestJOSE(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 20 {
		signed, err := jose.ParseSignedCompact(s.issue(t), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		public, ok := s.issuer.Key.Public().(*ecdsa.PublicKey)
		if !ok {
			t.Fatal("the key is no ECDSA key")
		}
		if _, err := signed.Verify(derVerifier{public}); err != nil {
			t.Error(err)
		}
		if signed.Signatures[0].Header.KeyID != "example-2026-01" {
			t.Errorf("header %+v", signed.Signatures[0].Header)
		}
		der := signed.Signatures[0].Signature
		if size := der[3]; size > 33 || der[4+size+1] > 32 {
			t.Errorf("the second number of %x is not the smaller one", der)
		}
	}
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, tc := range map[string]struct {
		issuer  func(*agentpin.Issuer)
		request func(*agentpin.Request)
		want    string
	}{
		"issuer is a URL":   {issuer: func(i *agentpin.Issuer) { i.Domain = "https://example.com" }, want: `domain "https://example.com": want labels of lower-case letters, digits and inner hyphens`},
		"no kid":            {issuer: func(i *agentpin.Issuer) { i.Kid = "" }, want: "the kid has 0 bytes, want 1 to 128"},
		"no agent":          {request: func(r *agentpin.Request) { r.AgentID = "" }, want: "the agent is not named"},
		"foreign agent":     {request: func(r *agentpin.Request) { r.AgentID = "urn:agentpin:other.example:x" }, want: `the agent "urn:agentpin:other.example:x" does not belong to "example.com"`},
		"no capability":     {request: func(r *agentpin.Request) { r.Capabilities = nil }, want: "no capability is asked for"},
		"capability":        {request: func(r *agentpin.Request) { r.Capabilities = []string{"read"} }, want: `capability "read": want action:resource`},
		"many capabilities": {request: func(r *agentpin.Request) { r.Capabilities = make([]string, 1025) }, want: "1025 capabilities, more than 1024"},
		"long life":         {request: func(r *agentpin.Request) { r.TTL = 24*time.Hour + time.Second }, want: "a lifetime of 24h0m1s is more than the 24h0m0s that verifiers allow"},
		"no life":           {request: func(r *agentpin.Request) { r.TTL = -time.Second }, want: "a lifetime of -1s is not a number of seconds"},
		"part of a second":  {request: func(r *agentpin.Request) { r.TTL = 1500 * time.Millisecond }, want: "a lifetime of 1.5s is not a number of seconds"},
		"never valid":       {request: func(r *agentpin.Request) { r.NotBefore = now().Add(time.Hour) }, want: "the credential would expire before it is valid"},
		"long chain":        {request: func(r *agentpin.Request) { r.Chain = make([]delegation.Entry, 4) }, want: "the delegation chain has 4 entries, more than 3"},
		"constraint":        {request: func(r *agentpin.Request) { r.Constraints = &constraint.Set{RateLimit: new("x")} }, want: `constraints: rate_limit: "x" is not COUNT/second, COUNT/minute or COUNT/hour`},
		"kid, no UTF-8":     {issuer: func(i *agentpin.Issuer) { i.Kid = "k\xff" }, want: `the kid "k\xff" is not UTF-8`},
		"agent, no UTF-8":   {request: func(r *agentpin.Request) { r.AgentID = "a\xff" }, want: `the agent "a\xff" is not UTF-8`},
		"blank":             {request: func(r *agentpin.Request) { r.Audience = "a b" }, want: `the audience "a b" holds a blank or a control character`},
		"too large":         {request: func(r *agentpin.Request) { r.Nonce = strings.Repeat("n", 64<<10) }, want: "the token would have"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, r := s.issuer, request()
			if tc.issuer != nil {
				tc.issuer(&i)
			}
			if tc.request != nil {
				tc.request(&r)
			}
			_, err := i.Issue(r, now())
			if err == nil || !strings.HasPrefix(strings.TrimPrefix(err.Error(), "issue credential: "), tc.want) {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		})
	}
}

func TestLongLifeCanBeAllowed(t *testing.T) {
	t.Parallel()
	r := request()
	r.TTL, r.AllowLongTTL = 48*time.Hour, true
	if _, err := newSite(t).issuer.Issue(r, now()); err != nil {
		t.Error(err)
	}
}

func TestRenew(t *testing.T) {
	t.Parallel()
	s, stranger := newSite(t), newSite(t)
	r := request()
	r.TTL = 10 * time.Minute
	old, err := s.issuer.Issue(r, now())
	if err != nil {
		t.Fatal(err)
	}
	later := now().Add(9 * time.Hour) // long expired: a cron job that slept
	renewed, err := s.issuer.Renew(old, nil, later)
	if err != nil {
		t.Fatal(err)
	}
	before, after := claims(t, old), claims(t, renewed)
	if after.ID == before.ID || after.IssuedAt != later.Unix() || after.Lifetime() != 10*time.Minute {
		t.Errorf("renewed claims %+v", after)
	}
	after.ID, after.IssuedAt, after.Expires = before.ID, before.IssuedAt, before.Expires
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("claims (-old +new):\n%s", diff)
	}
	if _, err := stranger.issuer.Renew(old, nil, later); err == nil {
		t.Error("a token that another key signed is renewed")
	}
	if _, err := stranger.issuer.Renew(old, s.document, later); err != nil {
		t.Errorf("a token that a published key signed: %v", err)
	}
	elsewhere := *s.document
	elsewhere.Entity = "other.example"
	if _, err := stranger.issuer.Renew(old, &elsewhere, later); err == nil {
		t.Error("a token that a key of another domain signed is renewed")
	}
	other := s.issuer
	other.Domain = "other.example"
	if _, err := other.Renew(old, nil, later); err == nil {
		t.Error("a token of another domain is renewed")
	}
	if _, err := s.issuer.Renew("x", nil, later); err == nil {
		t.Error("garbage is renewed")
	}
}

func claims(t *testing.T, token string) agentpin.Claims {
	t.Helper()
	c, err := agentpin.Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	return c.Claims
}

func TestDue(t *testing.T) {
	t.Parallel()
	c := agentpin.Claims{IssuedAt: now().Unix(), Expires: now().Add(time.Hour).Unix()}
	for minute, want := range map[int]bool{0: false, 29: false, 30: false, 31: true, 60: true, 90: true} {
		if got := c.Due(0.5, now().Add(time.Duration(minute)*time.Minute)); got != want {
			t.Errorf("after %d minutes: %v, want %v", minute, got, want)
		}
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.issue(t)
	in, err := agentpin.Inspect(token)
	if err != nil || in.Refusal != "" || in.Credential == nil || !strings.HasPrefix(in.Signature, "DER, 7") || in.Verified {
		t.Errorf("%+v, %v", in, err)
	}
	body := token[:strings.LastIndexByte(token, '.')+1]
	for name, tc := range map[string]struct{ token, form, refusal string }{
		"raw":          {body + strings.Repeat("A", 86), "64 bytes: standard JOSE, not AgentPin", ""},
		"unsigned":     {body, "none", ""},
		"no base64":    {body + "=", "not base64url", ""},
		"other":        {body + "AAAA", "unknown, 3 bytes", ""},
		"another type": {part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(`{"iss":"x"}`) + ".AAAA", "unknown, 3 bytes", `header: alg: the algorithm "HS256" is not ES256 (and 2 more)`},
	} {
		in, err := agentpin.Inspect(tc.token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{tc.form, tc.refusal}, []string{in.Signature, in.Refusal}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, token := range map[string]string{"one part": "x", "no base64": "!.AAAA.", "no JSON": "AAAA.AAAA.", "too long": strings.Repeat("a", 64<<10+1)} {
		if _, err := agentpin.Inspect(token); err == nil {
			t.Errorf("%s is inspected", name)
		}
	}
}

func part(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestSignerOfAnotherKind(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	i := s.issuer
	i.Key = foreignSigner{s.issuer.Key}
	if _, err := i.Issue(request(), now()); !errors.Is(err, keys.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

func ExampleIssuer_Issue() {
	key, err := keys.Generate()
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer := agentpin.Issuer{Domain: "example.com", Kid: "example-2026-01", Key: key}
	token, err := issuer.Issue(agentpin.Request{
		AgentID:      "urn:agentpin:example.com:scout",
		Audience:     "verifier.example",
		Capabilities: []string{"read:codebase"},
	}, time.Unix(1780272000, 0))
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := agentpin.Parse(token)
	fmt.Println(c.Claims.Subject, c.Claims.Lifetime(), err)
	// Output: urn:agentpin:example.com:scout 1h0m0s <nil>
}

func ExampleInspect() {
	in, err := agentpin.Inspect(part(`{"alg":"none"}`) + "." + part(`{"iss":"example.com"}`) + ".")
	fmt.Println(string(in.Payload), in.Signature, err)
	// Output: {"iss":"example.com"} none <nil>
}

// foreignSigner is a signer whose key is no ECDSA key.
type foreignSigner struct{ crypto.Signer }

func (foreignSigner) Public() crypto.PublicKey { return ed25519.PublicKey{} }
