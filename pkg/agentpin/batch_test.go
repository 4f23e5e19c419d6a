package agentpin_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/fetch"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// counted is a server of example.com that forbids to keep what it answers, and
// has nothing for other domains. It counts the requests.
type counted struct {
	mu       sync.Mutex
	requests map[string]int
	files    map[string][]byte
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.requests[r.Host+r.URL.Path]++
	c.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	text, ok := c.files[r.Host+r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = w.Write(text)
}

// TestBatchAsksOnce holds that the tokens of a batch share what their issuers
// answer, however many wait for it at once, and also that there is no answer.
func TestBatchAsksOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	revoked, err := revocation.New("example.com", now()).Encode()
	if err != nil {
		t.Fatal(err)
	}
	const document, revocations = "/.well-known/agent-identity.json", "/.well-known/agent-identity-revocations.json"
	c := &counted{requests: map[string]int{}, files: map[string][]byte{"example.com" + document: s.text, "example.com" + revocations: revoked}}
	server := httptest.NewTLSServer(c)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	address := server.Listener.Addr().String()
	client := fetch.New(fetch.Options{
		Roots: roots, AllowPrivate: true, Now: now, ConnectTo: map[string]string{"example.com": address, "nothing.example.com": address},
	})
	stranger := s
	stranger.issuer.Domain = "nothing.example.com"
	foreign, err := stranger.issuer.Issue(agentpin.Request{AgentID: "scout", Capabilities: []string{"read:x"}}, now())
	if err != nil {
		t.Fatal(err)
	}
	rotated := s.issuer
	rotated.Kid = "not-published"
	unknown, err := rotated.Issue(request(), now())
	if err != nil {
		t.Fatal(err)
	}
	got := map[agentpin.Code]int{}
	v := agentpin.NewVerifier(source.Share(client, now))
	for verdict := range v.VerifyAll(t.Context(), slices.Values(slices.Repeat([]string{s.issue(t), foreign, unknown}, 100)), now(), 8) {
		if verdict.Err != nil {
			t.Fatal(verdict.Err)
		}
		got[verdict.Result.ErrorCode]++
	}
	if diff := cmp.Diff(map[agentpin.Code]int{"": 100, agentpin.DiscoveryFetchFailed: 100, agentpin.KeyNotFound: 100}, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	want := map[string]int{"example.com" + document: 1, "example.com" + revocations: 1, "nothing.example.com" + document: 1}
	if diff := cmp.Diff(want, c.requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
