package store

import (
	"context"
	"errors"
	"time"
)

const (
	createdKey = "created_at"
	timeLayout = time.RFC3339Nano
)

// putMeta keeps a value that belongs to the state as a whole, in the place of an
// earlier one. The store itself keeps "created_at", an RFC 3339 time.
func putMeta(tx txn, key, value string) error {
	_, err := tx.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value)
	return err
}

// Reset forgets everything but the schema. Runs that are under way find that
// their submission is gone.
func (s *Store) Reset(ctx context.Context) error {
	return s.do(ctx, func(tx txn) error {
		for _, table := range []string{"meta", "agents", "events", "history", "invocations", "messages"} {
			if _, err := tx.exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		return putMeta(tx, createdKey, s.o.Now().UTC().Format(timeLayout))
	})
}

// Check reads the whole file for damage; the error is [ErrCorrupt] then. It
// takes the longer the longer the file is, which is why [Open] does without.
func (s *Store) Check(ctx context.Context) error {
	var verdict string
	if err := s.reads.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return explain(err)
	}
	if verdict != "ok" {
		return errors.Join(ErrCorrupt, errors.New(verdict))
	}
	return nil
}
