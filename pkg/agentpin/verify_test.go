package agentpin_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

func TestTrace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.issue(t)
	names := []string{"format", "lifetime", "discovery", "key", "signature", "revocation", "agent", "capabilities", "constraints", "delegation", "audience", "pin"}
	for name, tc := range map[string]struct {
		change func(v *agentpin.Verifier)
		last   string
		code   agentpin.Code
	}{
		"valid":        {func(*agentpin.Verifier) {}, "pin", ""},
		"another time": {func(v *agentpin.Verifier) { v.MaxLifetime = time.Minute }, "lifetime", agentpin.CredentialExpired},
		"audience":     {func(v *agentpin.Verifier) { v.Audience = "other.example" }, "audience", agentpin.AudienceMismatch},
		"first use":    {func(v *agentpin.Verifier) { v.RequirePin = true }, "pin", agentpin.KeyPinMismatch},
		"delegation":   {func(v *agentpin.Verifier) { v.RequireDelegation = true }, "delegation", agentpin.DelegationInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := s.verifier()
			v.Trace = true
			tc.change(v)
			res, err := v.Verify(t.Context(), token, now())
			if err != nil {
				t.Fatal(err)
			}
			if res.ErrorCode != tc.code || res.Valid != (tc.code == "") {
				t.Errorf("valid %v with code %q, want %q", res.Valid, res.ErrorCode, tc.code)
			}
			var got []string
			for i, step := range res.Trace {
				got = append(got, step.Name)
				if step.Number != i+1 {
					t.Errorf("step %d has the number %d", i+1, step.Number)
				}
			}
			if diff := cmp.Diff(names[:slices.Index(names, tc.last)+1], got); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			last := res.Trace[len(res.Trace)-1]
			if (last.Outcome == agentpin.Failed) != (tc.code != "") || last.Code != tc.code {
				t.Errorf("last step %+v", last)
			}
		})
	}
}

// answers is a source whose answers a test decides.
type answers struct {
	document, fresh *discovery.Document
	revoked         *revocation.Document
	err, revokedErr error
}

func (a answers) Document(context.Context, string) (*discovery.Document, error) {
	return a.document, a.err
}

func (a answers) Revocations(context.Context, *discovery.Document) (*revocation.Document, error) {
	return a.revoked, a.revokedErr
}

func (a answers) Refresh(context.Context, string) (*discovery.Document, error) { return a.fresh, nil }

func TestDocumentsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.issue(t)
	down := fmt.Errorf("dial: %w", discovery.ErrUnreachable)
	other := revocation.New("other.example", now())
	for name, tc := range map[string]struct {
		from  answers
		code  agentpin.Code
		fails bool // whether Verify returns an error
	}{
		"unknown":              {answers{err: discovery.ErrNotAtHand}, agentpin.DiscoveryFetchFailed, false},
		"unreachable":          {answers{err: down}, agentpin.DiscoveryFetchFailed, true},
		"cancelled":            {answers{err: context.Canceled}, agentpin.DiscoveryFetchFailed, true},
		"invalid":              {answers{err: discovery.ErrInvalid}, agentpin.DiscoveryInvalid, false},
		"another entity":       {answers{document: discovery.New("other.example", discovery.Maker, now())}, agentpin.DiscoveryInvalid, false},
		"revocations down":     {answers{document: s.document, revokedErr: down}, agentpin.DiscoveryFetchFailed, true},
		"revocations unusable": {answers{document: s.document, revokedErr: errors.New("x")}, agentpin.DiscoveryFetchFailed, false},
		"other revocations":    {answers{document: s.document, revoked: other}, agentpin.DiscoveryFetchFailed, false},
		"no revocations":       {answers{document: s.document}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := agentpin.NewVerifier(tc.from).Verify(t.Context(), token, now())
			if res.ErrorCode != tc.code || res.Valid != (tc.code == "") || (err != nil) != tc.fails {
				t.Errorf("valid %v, code %q, error %v, want code %q, error: %v", res.Valid, res.ErrorCode, err, tc.code, tc.fails)
			}
			if wants := name == "another entity"; (res.ErrorDetail == agentpin.DomainMismatch) != wants {
				t.Errorf("detail %q", res.ErrorDetail)
			}
		})
	}
}

func TestUnknownKeyRefreshesTheDocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := *s.document
	old.Keys = nil
	res, err := agentpin.NewVerifier(answers{document: &old, fresh: s.document}).Verify(t.Context(), s.issue(t), now())
	if err != nil || !res.Valid {
		t.Errorf("%+v, %v", res, err)
	}
	res, err = agentpin.NewVerifier(answers{document: &old}).Verify(t.Context(), s.issue(t), now())
	if err != nil || res.ErrorCode != agentpin.KeyNotFound {
		t.Errorf("nothing fresher: %+v, %v", res, err)
	}
}

func TestDNSRecord(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.issue(t)
	right := "v=agentpin1; fp=sha256:" + s.document.Keys[0].Thumbprint()
	for name, tc := range map[string]struct {
		texts []string
		err   error
		code  agentpin.Code
	}{
		"none":        {nil, nil, ""},
		"right":       {[]string{"other", right}, nil, ""},
		"wrong":       {[]string{"v=agentpin1; fp=sha256:00"}, nil, agentpin.DiscoveryInvalid},
		"malformed":   {[]string{"v=agentpin1"}, nil, agentpin.DiscoveryInvalid},
		"unreachable": {nil, discovery.ErrUnreachable, agentpin.DiscoveryFetchFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := s.verifier()
			v.TXT = func(context.Context, string) ([]string, error) { return tc.texts, tc.err }
			res, err := v.Verify(t.Context(), token, now())
			if res.ErrorCode != tc.code || (err != nil) != (tc.err != nil) {
				t.Errorf("code %q, error %v, want %q", res.ErrorCode, err, tc.code)
			}
		})
	}
}

// TestDNSRecordOfAFreshDocument holds that a document which is fetched again
// for its new key has to match the record as well.
func TestDNSRecordOfAFreshDocument(t *testing.T) {
	t.Parallel()
	s, thief := newSite(t), newSite(t)
	thief.document.Keys[0].Kid, thief.issuer.Kid = "new", "new"
	v := agentpin.NewVerifier(answers{document: s.document, fresh: thief.document})
	v.TXT = func(context.Context, string) ([]string, error) { return []string{dns.Text(s.document.Keys[0])}, nil }
	res, err := v.Verify(t.Context(), thief.issue(t), now())
	if err != nil || res.ErrorCode != agentpin.DiscoveryInvalid {
		t.Errorf("valid %v, code %q, error %v", res.Valid, res.ErrorCode, err)
	}
}

func TestPinStoreThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	v := s.verifier()
	v.Pins = pins.Open(path)
	if res, err := v.Verify(t.Context(), s.issue(t), now()); err == nil || res.Valid {
		t.Errorf("valid %v, error %v", res.Valid, err)
	}
}

func TestRawSignatureGetsAHint(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.issue(t)
	raw := token[:strings.LastIndexByte(token, '.')+1] + strings.Repeat("A", 86)
	res, err := s.verifier().Verify(t.Context(), raw, now())
	if err != nil || res.ErrorCode != agentpin.SignatureInvalid || !strings.Contains(res.Hint, "standard JOSE") {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := request()
	r.Audience = ""
	token, err := s.issuer.Issue(r, now())
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.verifier().Verify(t.Context(), token, now())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Revocation was not checked: there is no revocation document", "Credential names no audience; anybody can replay it"}
	if diff := cmp.Diff(want, res.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	v := s.verifier()
	v.RequireAudience = true
	r.Audience = agentpin.AnyAudience
	anybody, err := s.issuer.Issue(r, now())
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"none": token, "anybody": anybody} {
		if res, err := v.Verify(t.Context(), token, now()); err != nil || res.ErrorCode != agentpin.AudienceMismatch {
			t.Errorf("RequireAudience, audience %s: %+v, %v", name, res, err)
		}
	}
}

func TestDelegation(t *testing.T) {
	t.Parallel()
	s, maker := newSite(t), newSite(t)
	maker.document.Entity = "maker.example"
	maker.document.Agents = []discovery.Agent{{ID: "engine", Name: "E", Capabilities: []string{"read:*", "write:report"}, Status: discovery.Active}}
	entry := delegation.Entry{Domain: "maker.example", Role: discovery.Maker, AgentID: "engine", Kid: "example-2026-01"}
	r := request()
	entry, err := delegation.Attest(maker.issuer.Key, entry, delegation.Agent{Domain: "example.com", AgentID: scout}, r.Capabilities)
	if err != nil {
		t.Fatal(err)
	}
	r.Chain = []delegation.Entry{entry}
	token, err := s.issuer.Issue(r, now())
	if err != nil {
		t.Fatal(err)
	}
	both := bundle.New(now())
	for _, d := range []*discovery.Document{s.document, maker.document} {
		if err := both.Put(d); err != nil {
			t.Fatal(err)
		}
	}
	check := func(from agentpin.Documents, require bool) agentpin.Result {
		v := agentpin.NewVerifier(from)
		v.RequireDelegation = require
		res, err := v.Verify(t.Context(), token, now())
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	res := check(both, true)
	if !res.Valid || !*res.DelegationVerified {
		t.Errorf("both documents: %+v", res)
	}
	if diff := cmp.Diff([]delegation.Link{{Domain: "maker.example", Role: "maker", Verified: true, Bound: "credential"}}, res.DelegationChain); diff != "" {
		t.Errorf("chain (-want +got):\n%s", diff)
	}
	single := source.NewSingle(s.text, nil)
	if res := check(single, false); !res.Valid || *res.DelegationVerified || len(res.Warnings) != 2 {
		t.Errorf("one document: %+v", res)
	}
	if res := check(single, true); res.ErrorCode != agentpin.DiscoveryFetchFailed {
		t.Errorf("one document, delegation required: %+v", res)
	}
	maker.document.Agents[0].Status = discovery.Suspended
	if res := check(both, false); res.ErrorCode != agentpin.DelegationInvalid {
		t.Errorf("a suspended maker: %+v", res)
	}
}

func TestVerifyAll(t *testing.T) {
	t.Parallel()
	s, stranger := newSite(t), newSite(t)
	good := s.issue(t)
	const n = 500
	tokens := make([]string, n)
	for i := range tokens {
		tokens[i] = good
		if i%3 == 0 {
			tokens[i] = "x"
		}
	}
	// Another key for the same domain must not win the race for the pin.
	tokens[n-1] = stranger.issue(t)
	v := agentpin.NewVerifier(answers{document: s.document})
	v.Pins = &pins.Store{}
	var got []bool
	for verdict := range v.VerifyAll(t.Context(), slices.Values(tokens), now(), 4) {
		if verdict.Err != nil {
			t.Fatal(verdict.Err)
		}
		got = append(got, verdict.Result.Valid)
	}
	want := make([]bool, n)
	for i := range want {
		want[i] = i%3 != 0 && i != n-1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	count := 0
	for range v.VerifyAll(ctx, slices.Values(tokens), now(), 1) {
		if count++; count == 10 {
			cancel()
		}
	}
	if count == n {
		t.Error("a cancelled batch runs to its end")
	}
	for range v.VerifyAll(t.Context(), slices.Values(tokens), now(), 0) {
		break // whoever has enough stops
	}
}

func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	seen := map[agentpin.Code]bool{}
	for _, d := range agentpin.Codes() {
		if seen[d.Code] || d.Meaning == "" || d.Todo == "" {
			t.Errorf("%+v", d)
		}
		seen[d.Code] = true
	}
	if len(seen) != 18 {
		t.Errorf("%d codes, want 18", len(seen))
	}
}

func FuzzVerify(f *testing.F) {
	var file credentialFile
	readVectors(f, "credentials.json", &file)
	for _, tc := range file.Vectors {
		if tc.Token != nil && tc.Discovery != nil {
			f.Add(*tc.Token, file.Documents[*tc.Discovery])
		}
	}
	f.Fuzz(func(t *testing.T, token, document string) {
		v := agentpin.NewVerifier(source.NewSingle([]byte(document), nil))
		v.MaxLifetime = 4_000_000_000 * time.Second
		store := &pins.Store{}
		v.Pins = store
		res, err := v.Verify(t.Context(), token, now())
		if err != nil {
			t.Fatalf("offline verification failed: %v", err)
		}
		if res.Valid == (res.ErrorCode != "") {
			t.Fatalf("valid %v with code %q", res.Valid, res.ErrorCode)
		}
		if _, parseErr := agentpin.Parse(token); parseErr != nil && res.ErrorCode != agentpin.AlgorithmRejected {
			t.Fatalf("refused by Parse (%v), verified with code %q", parseErr, res.ErrorCode)
		}
		if !res.Valid && len(store.Domains()) > 0 {
			t.Fatal("a refusal was pinned")
		}
		_, _ = agentpin.Inspect(token)
	})
}

func ExampleVerifier_VerifyAll() {
	text, err := os.ReadFile("testdata/vectors/upstream-rust-fixture.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	token, document := exampleFixture(text)
	v := agentpin.NewVerifier(source.NewSingle(document, nil))
	tokens := slices.Values([]string{token, "not a token"})
	for verdict := range v.VerifyAll(context.Background(), tokens, time.Unix(1777663500, 0), 2) {
		fmt.Println(verdict.Result.Valid, verdict.Result.ErrorCode, verdict.Err)
	}
	// Output:
	// true  <nil>
	// false ALGORITHM_REJECTED <nil>
}

func ExampleVerifier_Verify() {
	text, err := os.ReadFile("testdata/vectors/upstream-rust-fixture.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	token, document := exampleFixture(text)
	v := agentpin.NewVerifier(source.NewSingle(document, nil))
	v.Audience = "verifier.com"
	v.Pins = &pins.Store{}
	for _, at := range []int64{1777663500, 1777749875} {
		res, err := v.Verify(context.Background(), token, time.Unix(at, 0))
		fmt.Println(res.Valid, res.AgentID, res.ErrorCode, err)
	}
	// Output:
	// true urn:agentpin:example.com:test-agent  <nil>
	// false  CREDENTIAL_EXPIRED <nil>
}
