package source_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// slow answers after a second, about its own domain only, and counts what it was
// asked.
type slow struct {
	documents, revocations atomic.Int32
	fails                  atomic.Bool
}

func (s *slow) Document(_ context.Context, domain string) (*discovery.Document, error) {
	n := s.documents.Add(1)
	time.Sleep(time.Second)
	if domain != "a.example" || s.fails.Load() {
		return nil, discovery.ErrUnreachable
	}
	d := discovery.New(domain, discovery.Maker, time.Time{})
	d.UpdatedAt = fmt.Sprint(n)
	return d, nil
}

func (s *slow) Revocations(_ context.Context, d *discovery.Document) (*revocation.Document, error) {
	s.revocations.Add(1)
	time.Sleep(time.Second)
	return revocation.New(d.Entity, time.Time{}), nil
}

func (s *slow) asked() []int32 { return []int32{s.documents.Load(), s.revocations.Load()} }

// TestShare holds that a source is asked once for each domain, also by those who
// ask while it waits, and that a failure is shared as well.
func TestShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from := &slow{}
		s := source.Share(from, time.Now)
		for range 50 {
			go func() {
				d, err := s.Document(t.Context(), "a.example")
				if err != nil {
					t.Error(err)
					return
				}
				if r, err := s.Revocations(t.Context(), d); err != nil || r.Entity != "a.example" {
					t.Errorf("revocations %v, %v", r, err)
				}
				if _, err := s.Document(t.Context(), "b.example"); !errors.Is(err, discovery.ErrUnreachable) {
					t.Errorf("error %v", err)
				}
			}()
		}
		time.Sleep(10 * time.Second)
		if diff := cmp.Diff([]int32{2, 1}, from.asked()); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

// TestSharedForAWhile holds that a batch which does not end shares nothing for
// longer than the specification lets it be kept, and not of any number of domains.
func TestSharedForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from := &slow{}
		s := source.Share(from, time.Now)
		ask := func() {
			d, err := s.Document(t.Context(), "a.example")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Revocations(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		for _, tc := range []struct {
			later time.Duration
			want  []int32
		}{{0, []int32{1, 1}}, {4 * time.Minute, []int32{1, 1}}, {time.Minute, []int32{1, 2}}, {time.Hour, []int32{2, 3}}} {
			time.Sleep(tc.later)
			ask()
			if diff := cmp.Diff(tc.want, from.asked()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		}
		for i := range 1025 {
			_, _ = s.Document(t.Context(), fmt.Sprintf("d%d.example", i))
		}
		if _, _ = s.Document(t.Context(), "d1024.example"); from.documents.Load() != 2+1025 {
			t.Errorf("%d documents asked for", from.documents.Load())
		}
		if _, _ = s.Document(t.Context(), "d0.example"); from.documents.Load() != 2+1026 {
			t.Errorf("%d documents asked for", from.documents.Load())
		}
	})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	asked := 0
	lookup := source.Share(source.Chain{}, time.Now).Texts(func(_ context.Context, domain string) ([]string, error) {
		asked++
		return []string{domain}, nil
	})
	for range 3 {
		if texts, err := lookup(t.Context(), "a.example"); err != nil || len(texts) != 1 || texts[0] != "a.example" {
			t.Errorf("%q, %v", texts, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestRefresh holds that a document is asked for again once, when it is not quite
// new, that all who miss a key get the second one, and that the first one stays
// when there is no second.
func TestRefresh(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]bool{"a second document": false, "no answer": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				from := &slow{}
				s := source.Share(from, time.Now)
				if d, err := s.Refresh(t.Context(), "a.example"); d != nil || err != nil {
					t.Errorf("before anything was asked: %v, %v", d, err)
				}
				wantDocument(t, s, "1")
				if d, err := s.Refresh(t.Context(), "a.example"); d != nil || err != nil {
					t.Errorf("at once: %v, %v", d, err)
				}
				time.Sleep(9 * time.Second)
				from.fails.Store(fails)
				want := "2"
				if fails {
					want = "1"
				}
				for range 5 {
					go func() {
						if d, err := s.Refresh(t.Context(), "a.example"); err != nil || d.UpdatedAt != want {
							t.Errorf("after ten seconds: %v, %v", d, err)
						}
						wantDocument(t, s, want)
					}()
				}
				time.Sleep(time.Minute)
				wantDocument(t, s, want)
				if diff := cmp.Diff([]int32{2, 0}, from.asked()); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func wantDocument(t *testing.T, s *source.Shared, want string) {
	t.Helper()
	if d, err := s.Document(t.Context(), "a.example"); err != nil || d.UpdatedAt != want {
		t.Errorf("document %v, %v, want the one of answer %s", d, err, want)
	}
}
