package store

import (
	"context"
	"database/sql"
	"sync"
)

// prepared keeps statements parsed: SQLite takes longer to parse one than to
// execute it. There are as many as this package has texts.
type prepared struct {
	db *sql.DB

	mu         sync.Mutex
	statements map[string]*sql.Stmt
	wanted     map[string]struct{} // asked for while there was no connection to parse them on
}

func newPrepared(db *sql.DB) *prepared {
	return &prepared{db: db, statements: map[string]*sql.Stmt{}, wanted: map[string]struct{}{}}
}

// get returns the statement; the first time it is parsed.
func (p *prepared) get(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if statement, ok := p.statements[text]; ok {
		return statement, nil
	}
	statement, err := p.db.PrepareContext(context.WithoutCancel(ctx), text) // it outlives the caller
	if err == nil {
		p.statements[text] = statement
	}
	return statement, err
}

// within returns the statement for use in a transaction, which has the
// connection. One that is not parsed yet is parsed for this transaction alone,
// and is there after the next [prepared.fill].
func (p *prepared) within(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if statement, ok := p.statements[text]; ok {
		return tx.StmtContext(ctx, statement), nil
	}
	p.wanted[text] = struct{}{}
	return tx.PrepareContext(ctx, text)
}

// fill parses what was wanted. It must not be called in a transaction.
func (p *prepared) fill(ctx context.Context) error {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = map[string]struct{}{}
	p.mu.Unlock()
	for text := range wanted {
		if _, err := p.get(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// query asks for many rows, outside of a change.
func (s *Store) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	statement, err := s.queries.get(ctx, text)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

// queryRow asks for one row, outside of a change.
func (s *Store) queryRow(ctx context.Context, text string, args ...any) scanner {
	statement, err := s.queries.get(ctx, text)
	if err != nil {
		return failed{err}
	}
	return statement.QueryRowContext(ctx, args...)
}

// failed is the row of a query that could not be asked.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }
