package source

import (
	"context"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

const (
	// The longest an answer is shared, which is the longest the specification
	// lets one be kept: a batch may read from a pipe that never ends.
	shareDocument    = time.Hour
	shareRevocations = 5 * time.Minute
	// A document that is younger than this is not asked for again because a key
	// is missing.
	recheckAfter = 10 * time.Second
	// mostShared is of how many domains answers are shared at once: strangers
	// choose of how many there are tokens. The oldest answers go first.
	mostShared = 1024
)

// Shared is a source for the length of one batch: it asks another source once
// for each domain and gives the answer, an error too, to all who ask, also to
// those who ask while it waits. It may be used by several goroutines at once;
// make it with [Share].
type Shared struct {
	from        Source
	documents   answers[string, *discovery.Document]
	revocations answers[published, *revocation.Document]
	texts       answers[string, []string]
}

// published is where the revocations of an entity are.
type published struct {
	entity, endpoint string
	byDefault        bool // the document names no endpoint
}

// Share returns a source that shares the answers of another one. The contexts of
// one batch end together: that of whoever asks first counts for all.
func Share(from Source, now func() time.Time) *Shared {
	return &Shared{
		from:        from,
		documents:   answers[string, *discovery.Document]{now: now, most: shareDocument},
		revocations: answers[published, *revocation.Document]{now: now, most: shareRevocations},
		texts:       answers[string, []string]{now: now, most: shareRevocations},
	}
}

// Document returns the document of a domain.
func (s *Shared) Document(ctx context.Context, domain string) (*discovery.Document, error) {
	return s.documents.get(ctx, domain, func() (*discovery.Document, error) { return s.from.Document(ctx, domain) })
}

// Revocations returns what the entity of a document revoked. They belong to the
// address that the document names.
func (s *Shared) Revocations(ctx context.Context, d *discovery.Document) (*revocation.Document, error) {
	where := published{entity: d.Entity, byDefault: d.RevocationEndpoint == nil}
	if !where.byDefault {
		where.endpoint = *d.RevocationEndpoint
	}
	return s.revocations.get(ctx, where, func() (*revocation.Document, error) { return s.from.Revocations(ctx, d) })
}

// Texts returns lookup with its answers shared; a lookup is of the texts of a
// name in DNS.
func (s *Shared) Texts(lookup func(context.Context, string) ([]string, error)) func(context.Context, string) ([]string, error) {
	return func(ctx context.Context, domain string) ([]string, error) {
		return s.texts.get(ctx, domain, func() ([]string, error) { return lookup(ctx, domain) })
	}
}

// Refresh asks for the document of a domain a second time, once in a batch, when
// the first one is ten seconds old; until then it returns nil. Without a new
// document the first one stays.
func (s *Shared) Refresh(ctx context.Context, domain string) (*discovery.Document, error) {
	return s.documents.again(ctx, domain, recheckAfter, func() (*discovery.Document, error) { return s.newer(ctx, domain) })
}

// newer returns the document that the source would give somebody who has none.
func (s *Shared) newer(ctx context.Context, domain string) (*discovery.Document, error) {
	if r, ok := s.from.(refresher); ok {
		if d, err := r.Refresh(ctx, domain); err != nil || d != nil {
			return d, err
		}
	}
	return s.from.Document(ctx, domain)
}

// answers are those to one kind of question, by what was asked about.
type answers[K comparable, T any] struct {
	now  func() time.Time
	most time.Duration // how long an answer is shared

	mu    sync.Mutex
	known map[K]*answer[T]
	names []K // of known, the oldest answer first
}

// answer is what one who asked is told, and all who wait for it.
type answer[T any] struct {
	at     time.Time
	second bool
	done   chan struct{} // closed when the rest is there
	value  T
	err    error
}

func (a *answer[T]) ask(question func() (T, error)) (T, error) {
	defer close(a.done)
	a.value, a.err = question()
	return a.value, a.err
}

func (a *answer[T]) wait(ctx context.Context) (T, error) {
	select {
	case <-a.done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// get returns the answer about a name, after asking if nobody did before.
func (a *answers[K, T]) get(ctx context.Context, name K, question func() (T, error)) (T, error) {
	a.mu.Lock()
	known, ok := a.known[name]
	if ok && a.now().Sub(known.at) < a.most {
		a.mu.Unlock()
		return known.wait(ctx)
	}
	fresh := &answer[T]{at: a.now(), done: make(chan struct{})}
	a.put(name, fresh, ok)
	a.mu.Unlock()
	return fresh.ask(question)
}

// again asks a second time about a name when the first answer is older than a
// time. Who comes later gets the second answer too. It returns zero when there is
// none; after a failure the first answer is the second one.
func (a *answers[K, T]) again(ctx context.Context, name K, than time.Duration, question func() (T, error)) (T, error) {
	a.mu.Lock()
	known, ok := a.known[name]
	if !ok || !known.second && a.now().Sub(known.at) < than {
		a.mu.Unlock()
		var none T
		return none, nil
	}
	if known.second {
		a.mu.Unlock()
		return known.wait(ctx)
	}
	fresh := &answer[T]{at: known.at, second: true, done: make(chan struct{})}
	a.known[name] = fresh
	a.mu.Unlock()
	return fresh.ask(func() (T, error) {
		if t, err := question(); err == nil {
			return t, nil
		}
		return known.wait(ctx)
	})
}

// put keeps an answer, in the place of an old one or of the oldest.
func (a *answers[K, T]) put(name K, fresh *answer[T], replaces bool) {
	switch {
	case a.known == nil:
		a.known = map[K]*answer[T]{}
	case replaces:
		a.known[name] = fresh
		return
	case len(a.names) == mostShared:
		delete(a.known, a.names[0])
		a.names = a.names[1:]
	}
	a.known[name] = fresh
	a.names = append(a.names, name)
}
