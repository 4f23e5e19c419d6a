package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const maxBatch = 256 // changes in one commit

// job is a change that waits for the disk.
type job struct {
	ctx    context.Context
	change func(*sql.Tx) error
	done   chan error
}

// do makes a change and returns once it is on disk. Changes of many callers
// share a commit: the disk is waited for once.
func (s *Store) do(ctx context.Context, change func(*sql.Tx) error) error {
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

// commit makes a batch of changes in one transaction. A change that fails is
// undone alone; a commit that fails fails them all.
func (s *Store) commit(batch []job) {
	outcome := make([]error, len(batch))
	err := s.apply(batch, outcome)
	for i, j := range batch {
		if outcome[i] == nil {
			outcome[i] = err
		}
		j.done <- explain(outcome[i])
	}
}

func (s *Store) apply(batch []job, outcome []error) error {
	ctx := context.WithoutCancel(batch[0].ctx) // what one caller gives up does not concern the others
	tx, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for i, j := range batch {
		if outcome[i] = j.ctx.Err(); outcome[i] != nil {
			continue
		}
		if _, err := tx.ExecContext(ctx, "SAVEPOINT change"); err != nil {
			return err
		}
		end := "RELEASE change"
		if outcome[i] = j.change(tx); outcome[i] != nil {
			end = "ROLLBACK TO change; RELEASE change"
		}
		if _, err := tx.ExecContext(ctx, end); err != nil {
			return errors.Join(outcome[i], err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
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
