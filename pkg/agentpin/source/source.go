// Package source gives a verifier its documents without a network: one document
// at hand ([Single]), a folder of them ([Folder]), or several sources in turn
// ([Chain]). A trust bundle and a fetcher are sources too. [Share] lets the tokens
// of one batch share the answers of any.
//
// It promises that an error about revocations is never swallowed, and that a
// domain is checked before it becomes a file name.
package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

// Source gives the documents of a domain. Revocations returns nil when nothing
// is known to be published. A domain that the source knows nothing of is
// [discovery.ErrNotAtHand].
type Source interface {
	Document(ctx context.Context, domain string) (*discovery.Document, error)
	Revocations(ctx context.Context, d *discovery.Document) (*revocation.Document, error)
}

// Single is one document, and maybe its revocations. Make it with [NewSingle].
type Single struct {
	document    func() (*discovery.Document, error)
	revocations func() (*revocation.Document, error)
}

// NewSingle returns the source of one document. A text that cannot be parsed is
// an error when it is asked for, not before. Revocations is nil when there are
// none.
func NewSingle(document, revocations []byte) *Single {
	s := &Single{
		document:    sync.OnceValues(func() (*discovery.Document, error) { return discovery.Parse(document) }),
		revocations: func() (*revocation.Document, error) { return nil, nil },
	}
	if revocations != nil {
		s.revocations = sync.OnceValues(func() (*revocation.Document, error) { return revocation.Parse(revocations) })
	}
	return s
}

// Document returns the document. Asked for another domain, its error is both
// [discovery.ErrEntity] and [discovery.ErrNotAtHand].
func (s *Single) Document(_ context.Context, domain string) (*discovery.Document, error) {
	d, err := s.document()
	if err != nil {
		return nil, err
	}
	if err := d.CheckEntity(domain); err != nil {
		return nil, fmt.Errorf("%w: %w", discovery.ErrNotAtHand, err)
	}
	return d, nil
}

// Revocations returns the revocations, whatever entity they are about. Those of
// another document are not known here.
func (s *Single) Revocations(_ context.Context, d *discovery.Document) (*revocation.Document, error) {
	own, err := s.document()
	if err != nil {
		return nil, err
	}
	if own.Entity != d.Entity {
		return nil, nil
	}
	return s.revocations()
}

// Folder is a folder with files DOMAIN.json and DOMAIN.revocations.json. Files
// are read when they are asked for.
type Folder struct{ FS fs.FS }

// Document returns the document of a domain.
func (f Folder) Document(_ context.Context, domain string) (*discovery.Document, error) {
	data, err := f.read(domain, ".json", discovery.Max)
	if err != nil {
		return nil, err
	}
	return discovery.Parse(data)
}

// Revocations returns what the entity of a document revoked, nil without a
// file.
func (f Folder) Revocations(_ context.Context, d *discovery.Document) (*revocation.Document, error) {
	data, err := f.read(d.Entity, ".revocations.json", revocation.Max)
	if errors.Is(err, discovery.ErrNotAtHand) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return revocation.Parse(data)
}

func (f Folder) read(domain, suffix string, most int64) ([]byte, error) {
	if err := discovery.CheckDomain(domain); err != nil {
		return nil, fmt.Errorf("%w: %w", discovery.ErrNotAtHand, err)
	}
	info, err := fs.Stat(f.FS, domain+suffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the folder has no %s%s", discovery.ErrNotAtHand, domain, suffix)
	}
	if err == nil && !info.Mode().IsRegular() { // nobody may ever write to a pipe
		err = &fs.PathError{Op: "read", Path: domain + suffix, Err: errors.New("not a regular file")}
	}
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	file, err := f.FS.Open(domain + suffix)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	defer file.Close()
	data, err := safefile.ReadAll(file, most)
	if err != nil {
		return nil, fmt.Errorf("read %s%s: %w", domain, suffix, err)
	}
	return data, nil
}

// Chain is several sources, asked in their order.
type Chain []Source

// Document returns the document of the first source that knows the domain.
func (c Chain) Document(ctx context.Context, domain string) (*discovery.Document, error) {
	last := fmt.Errorf("%w: %q", discovery.ErrNotAtHand, domain)
	for _, s := range c {
		d, err := s.Document(ctx, domain)
		if !errors.Is(err, discovery.ErrNotAtHand) {
			return d, err
		}
		last = err
	}
	return nil, last
}

// Revocations returns those of the first source that knows any. An error of a
// source before it is the answer: somebody may have cut it off.
func (c Chain) Revocations(ctx context.Context, d *discovery.Document) (*revocation.Document, error) {
	for _, s := range c {
		if r, err := s.Revocations(ctx, d); err != nil || r != nil {
			return r, err
		}
	}
	return nil, nil
}

// Refresh returns a newer document of a domain from the first source that had
// kept one, or nil.
func (c Chain) Refresh(ctx context.Context, domain string) (*discovery.Document, error) {
	for _, s := range c {
		if r, ok := s.(refresher); ok {
			if d, err := r.Refresh(ctx, domain); err != nil || d != nil {
				return d, err
			}
		}
	}
	return nil, nil
}

// refresher is a source that may hold a document which is out of date.
type refresher interface {
	Refresh(ctx context.Context, domain string) (*discovery.Document, error)
}
