package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

const maxBatch = 256 // changes in one commit

// txn is the transaction that a change is made in.
type txn struct {
	ctx context.Context //nolint:containedctx // as short-lived as the transaction, and the same in all its statements
	tx  *sql.Tx
	p   *prepared // nil: statements are parsed each time
}

func (t txn) statement(text string) (*sql.Stmt, error) {
	if t.p == nil {
		return t.tx.PrepareContext(t.ctx, text)
	}
	return t.p.within(t.ctx, t.tx, text)
}

func (t txn) exec(text string, args ...any) (sql.Result, error) {
	statement, err := t.statement(text)
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(t.ctx, args...)
}

func (t txn) row(text string, args ...any) scanner {
	statement, err := t.statement(text)
	if err != nil {
		return failed{err}
	}
	return statement.QueryRowContext(t.ctx, args...)
}

func (t txn) rows(text string, args ...any) (*sql.Rows, error) {
	statement, err := t.statement(text)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(t.ctx, args...)
}

// job is a change that waits for the disk. The change may be made twice, the
// first time in vain: it sets its results anew each time.
type job struct {
	ctx    context.Context //nolint:containedctx // the job goes to another goroutine with it
	change func(txn) error
	done   chan error
}

// do makes a change and returns once it is on disk. Changes of many callers
// share a commit: the disk is waited for once. A context that ends while the
// change is being made does not end it, so that nobody has to guess what became
// of it.
func (s *Store) do(ctx context.Context, change func(txn) error) error {
	j := job{ctx, change, make(chan error, 1)}
	if err := s.enqueue(j); err != nil {
		return err
	}
	return <-j.done
}

func (s *Store) enqueue(j job) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	select {
	case s.jobs <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// write is the one writer of this process.
func (s *Store) write() {
	defer close(s.stopped)
	for first := range s.jobs {
		batch := []job{first}
	fill:
		for len(batch) < maxBatch {
			select {
			case next, open := <-s.jobs:
				if !open {
					break fill
				}
				batch = append(batch, next)
			default:
				break fill
			}
		}
		s.commit(batch)
	}
}

// commit makes a batch of changes in one transaction. A change that is refused
// is undone alone. When SQLite fails, the changes are tried one by one, so that
// one that does not fit does not take the others with it.
func (s *Store) commit(batch []job) {
	outcome := make([]error, len(batch))
	err := s.apply(batch, outcome)
	if err != nil && len(batch) > 1 {
		for i := range batch {
			s.commit(batch[i : i+1])
		}
		return
	}
	for i, j := range batch {
		j.done <- explain(cmp.Or(outcome[i], err))
	}
}

// apply returns an error when nothing of the batch was kept.
func (s *Store) apply(batch []job, outcome []error) error {
	ctx := context.WithoutCancel(batch[0].ctx) // what one caller gives up does not concern the others
	if err := errors.Join(s.there(), s.changes.fill(ctx)); err != nil {
		return err
	}
	tx, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for i, j := range batch {
		if outcome[i] = j.ctx.Err(); outcome[i] != nil {
			continue
		}
		if outcome[i], err = applyOne(txn{ctx, tx, s.changes}, j.change); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// applyOne makes a change, or none of it. The second error is one after which
// the transaction cannot go on: SQLite may have rolled it back by itself.
func applyOne(tx txn, change func(txn) error) (refused, broken error) {
	if _, err := tx.exec("SAVEPOINT change"); err != nil {
		return nil, err
	}
	if refused = change(tx); refused != nil {
		if c := code(refused); c != 0 && c != sqlite3.SQLITE_CONSTRAINT {
			return nil, refused
		}
		if _, err := tx.exec("ROLLBACK TO change"); err != nil {
			return refused, err
		}
	}
	_, broken = tx.exec("RELEASE change")
	return refused, broken
}

// affected turns a change of nothing into [ErrNotFound].
func affected(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrNotFound)
	}
	return nil
}
