package source_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

func document(entity string) string {
	return `{"agentpin_version":"0.1","entity":"` + entity + `","entity_type":"maker","public_keys":[{"kid":"k","kty":"EC","crv":"P-256","x":"","y":"","use":"sig"}],"agents":[],"max_delegation_depth":2,"updated_at":"2026-01-15T00:00:00Z"}`
}

const revoked = `{"agentpin_version":"0.1","entity":"a.example"}`

func TestSingle(t *testing.T) {
	t.Parallel()
	s := source.NewSingle([]byte(document("a.example")), []byte(revoked))
	d, err := s.Document(t.Context(), "a.example")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.Revocations(t.Context(), d); err != nil || r == nil {
		t.Errorf("revocations %v, %v", r, err)
	}
	if _, err := s.Document(t.Context(), "b.example"); !errors.Is(err, discovery.ErrEntity) || !errors.Is(err, discovery.ErrNotAtHand) {
		t.Errorf("error %v", err)
	}
	bad := source.NewSingle([]byte("{}"), []byte("{}"))
	if _, err := bad.Document(t.Context(), "a.example"); !errors.Is(err, discovery.ErrInvalid) {
		t.Errorf("error %v", err)
	}
	if _, err := bad.Revocations(t.Context(), d); err == nil {
		t.Error("unusable revocations are none")
	}
	if r, err := source.NewSingle([]byte(document("a.example")), nil).Revocations(t.Context(), d); r != nil || err != nil {
		t.Errorf("no revocations: %v, %v", r, err)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	f := source.Folder{FS: fstest.MapFS{
		"a.example.json":             {Data: []byte(document("a.example"))},
		"a.example.revocations.json": {Data: []byte(revoked)},
		"b.example.json":             {Data: []byte(document("b.example"))},
		"c.example.json":             {Data: []byte("{}")},
		"d.example.revocations.json": {Data: []byte("{}")},
		"e.example.json":             {Data: make([]byte, discovery.Max+1)},
	}}
	for domain, want := range map[string]error{
		"a.example": nil, "b.example": nil, "c.example": discovery.ErrInvalid, "x.example": discovery.ErrNotAtHand,
		"../a.example": discovery.ErrNotAtHand, "A.example": discovery.ErrNotAtHand,
	} {
		if _, err := f.Document(t.Context(), domain); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", domain, err, want)
		}
	}
	if _, err := f.Document(t.Context(), "e.example"); err == nil || errors.Is(err, discovery.ErrNotAtHand) {
		t.Errorf("a document that is too long: %v", err)
	}
	for domain, want := range map[string]string{"a.example": "true <nil>", "b.example": "false <nil>", "d.example": "error"} {
		r, err := f.Revocations(t.Context(), &discovery.Document{Entity: domain})
		got := fmt.Sprint(r != nil, " ", err)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", domain, got, want)
		}
	}
}

// TestSingleKnowsOnlyItsOwn holds that the revocations of one document do not
// stand in for those of another one.
func TestSingleKnowsOnlyItsOwn(t *testing.T) {
	t.Parallel()
	c := source.Chain{
		source.NewSingle([]byte(document("a.example")), []byte(revoked)),
		source.Folder{FS: fstest.MapFS{"b.example.revocations.json": {Data: []byte(strings.Replace(revoked, "a.example", "b.example", 1))}}},
	}
	for _, domain := range []string{"a.example", "b.example"} {
		r, err := c.Revocations(t.Context(), &discovery.Document{Entity: domain})
		if err != nil || r == nil || r.Entity != domain {
			t.Errorf("%s: revocations %+v, %v", domain, r, err)
		}
	}
}

// broken is a source whose every answer is an error.
type broken struct{ err error }

func (b broken) Document(context.Context, string) (*discovery.Document, error) { return nil, b.err }

func (b broken) Revocations(context.Context, *discovery.Document) (*revocation.Document, error) {
	return nil, b.err
}

func TestChain(t *testing.T) {
	t.Parallel()
	a := source.NewSingle([]byte(document("a.example")), nil)
	b := source.NewSingle([]byte(document("b.example")), []byte(revoked))
	down := broken{discovery.ErrUnreachable}
	for name, tc := range map[string]struct {
		chain                 source.Chain
		document, revocations error
	}{
		"second":       {source.Chain{a, b}, nil, nil},
		"first fails":  {source.Chain{down, b}, discovery.ErrUnreachable, discovery.ErrUnreachable},
		"second fails": {source.Chain{b, down}, nil, nil},
		"nobody":       {source.Chain{a}, discovery.ErrNotAtHand, nil},
		"empty":        {source.Chain{}, discovery.ErrNotAtHand, nil},
	} {
		if _, err := tc.chain.Document(t.Context(), "b.example"); !errors.Is(err, tc.document) {
			t.Errorf("%s: document: error %v, want %v", name, err, tc.document)
		}
		if _, err := tc.chain.Revocations(t.Context(), &discovery.Document{Entity: "b.example"}); !errors.Is(err, tc.revocations) {
			t.Errorf("%s: revocations: error %v, want %v", name, err, tc.revocations)
		}
	}
}

// stale is a source that has a newer document of one domain.
type stale struct {
	broken
	domain string
}

func (s stale) Refresh(_ context.Context, domain string) (*discovery.Document, error) {
	if domain != s.domain {
		return nil, nil
	}
	return &discovery.Document{Entity: domain}, nil
}

func TestChainRefreshes(t *testing.T) {
	t.Parallel()
	c := source.Chain{broken{discovery.ErrNotAtHand}, stale{domain: "a.example"}, stale{domain: "b.example"}}
	for domain, want := range map[string]bool{"a.example": true, "b.example": true, "c.example": false} {
		if d, err := c.Refresh(t.Context(), domain); err != nil || (d != nil) != want {
			t.Errorf("%s: %v, %v", domain, d, err)
		}
	}
}

func ExampleChain() {
	c := source.Chain{source.NewSingle([]byte(document("a.example")), nil), source.Folder{FS: fstest.MapFS{}}}
	_, err := c.Document(context.Background(), "b.example")
	fmt.Println(err)
	// Output: no document of the domain is at hand: the folder has no b.example.json
}
