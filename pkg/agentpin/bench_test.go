package agentpin_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

func now() time.Time { return time.Unix(1780272000, 0) }

// site is a domain with one key and one agent.
type site struct {
	issuer   agentpin.Issuer
	document *discovery.Document
	text     []byte
}

const scout = "urn:agentpin:example.com:scout"

func newSite(tb testing.TB) site {
	tb.Helper()
	key, err := keys.Generate()
	if err != nil {
		tb.Fatal(err)
	}
	jwk, err := keys.NewJWK(&key.PublicKey, "example-2026-01")
	if err != nil {
		tb.Fatal(err)
	}
	d := discovery.New("example.com", discovery.Maker, now())
	d.Keys = []discovery.Key{jwk}
	d.Agents = []discovery.Agent{{ID: scout, Name: "Scout", Capabilities: []string{"read:*", "write:report"}, Status: discovery.Active}}
	text, err := d.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return site{agentpin.Issuer{Domain: "example.com", Kid: jwk.Kid, Key: key}, d, text}
}

func request() agentpin.Request {
	return agentpin.Request{AgentID: scout, Audience: "verifier.example", Capabilities: []string{"read:codebase", "write:report"}}
}

func (s site) issue(tb testing.TB) string {
	tb.Helper()
	token, err := s.issuer.Issue(request(), now())
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

func (s site) verifier() *agentpin.Verifier {
	v := agentpin.NewVerifier(source.NewSingle(s.text, nil))
	v.Audience = "verifier.example"
	v.Pins = &pins.Store{}
	return v
}

// The four benchmarks below are to be read in pairs: what AgentPin adds to the
// bare operation.
func BenchmarkSign(b *testing.B) {
	key, err := keys.Generate()
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	s := newSite(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.issuer.Issue(request(), now()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifySignature(b *testing.B) {
	key, err := keys.Generate()
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
			b.Fatal("it does not verify")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	s := newSite(b)
	token, v := s.issue(b), s.verifier()
	b.ReportAllocs()
	for b.Loop() {
		res, err := v.Verify(b.Context(), token, now())
		if err != nil || !res.Valid {
			b.Fatalf("%+v, %v", res, err)
		}
	}
}

// BenchmarkOverhead runs the pairs in turn and reports the bare operation as a
// share of ours, from the best rounds: a busy machine slows both, or neither.
func BenchmarkOverhead(b *testing.B) {
	s := newSite(b)
	token, v := s.issue(b), s.verifier()
	key, ok := s.issuer.Key.(*ecdsa.PrivateKey)
	if !ok {
		b.Fatal("the key is no ecdsa.PrivateKey")
	}
	digest := sha256.Sum256([]byte("x"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	operations := []func(){
		func() { _, _ = ecdsa.SignASN1(rand.Reader, key, digest[:]) },
		func() { _, _ = s.issuer.Issue(request(), now()) },
		func() { ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) },
		func() { _, _ = v.Verify(b.Context(), token, now()) },
	}
	const round = 50
	best := make([]time.Duration, len(operations))
	for b.Loop() {
		for i, f := range operations {
			start := time.Now()
			for range round {
				f()
			}
			if d := time.Since(start); best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	b.ReportMetric(float64(best[0])/float64(best[1]), "sign/issue")
	b.ReportMetric(float64(best[2])/float64(best[3]), "bare/verify")
}

func BenchmarkVerifyAll(b *testing.B) {
	s := newSite(b)
	token, v := s.issue(b), s.verifier()
	b.ReportAllocs()
	b.ResetTimer()
	for verdict := range v.VerifyAll(b.Context(), slices.Values(slices.Repeat([]string{token}, b.N)), now(), runtime.GOMAXPROCS(0)) {
		if verdict.Err != nil || !verdict.Result.Valid {
			b.Fatalf("%+v", verdict)
		}
	}
}
