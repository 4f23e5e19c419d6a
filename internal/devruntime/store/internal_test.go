package store

import (
	"context"
	"database/sql"
	"errors"
)

// What tests do to a state that no program does.

// Meta returns a value that belongs to the state as a whole, or [ErrNotFound].
func (s *Store) Meta(ctx context.Context, key string) (value string, err error) {
	err = s.queryRow(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	return value, explain(err)
}

// SetMeta is the smallest change there is.
func (s *Store) SetMeta(ctx context.Context, key, value string) error {
	return s.do(ctx, func(tx txn) error { return putMeta(tx, key, value) })
}

// AddEntry adds a line to the history of an agent.
func (s *Store) AddEntry(ctx context.Context, agent string, e Entry) error {
	return s.do(ctx, func(tx txn) error { return addEntry(tx, agent, e) })
}
