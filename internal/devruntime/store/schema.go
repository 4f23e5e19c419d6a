package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

const leastBytes = 512 // the smallest page of SQLite

// application marks the file as ours in its header ("symb").
const application = 0x73796d62

// The steps from one schema to the next: the file that is first in the order of
// names makes schema 1. A step, once released, never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// NewerError says that a later version of the program wrote the store: it has
// schema Have, of which this program knows those up to Know.
type NewerError struct{ Have, Know int }

// Error names both schemas.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the state has schema %d, this version knows %d: take the newer program, or another folder", e.Have, e.Know)
}

// header is what tells our file from others.
type header struct{ application, schema, tables int }

func readHeader(ctx context.Context, db *sql.DB) (header, error) {
	var h header
	err := errors.Join(
		db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&h.application),
		db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&h.schema),
		db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&h.tables),
	)
	return h, err
}

// usable says why the file is none that this program can use.
func (h header) usable(known int) error {
	switch {
	case h == header{}:
		return nil
	case h.application != application:
		return fmt.Errorf("%w: it is a database of another program", ErrCorrupt)
	case h.schema > known:
		return &NewerError{h.schema, known}
	}
	return nil
}

// probe looks whether the file can be used before anything is changed in it:
// even the switch to a write-ahead log is a change.
func (s *Store) probe(ctx context.Context, known int) error {
	facts, err := os.Stat(s.path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && facts.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if facts.Size() < leastBytes {
		return fmt.Errorf("%w: it has %d bytes", ErrCorrupt, facts.Size()) // SQLite would call it empty
	}
	err = s.look(ctx, "ro", known)
	if code(err) == sqlite3.SQLITE_READONLY || code(err) == sqlite3.SQLITE_CANTOPEN {
		err = s.look(ctx, "rw", known) // its maker was killed, and something has to be rolled back
	}
	return err
}

func (s *Store) look(ctx context.Context, mode string, known int) (err error) {
	db, err := sql.Open("sqlite", s.dsn(url.Values{"mode": {mode}}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	h, err := readHeader(ctx, db)
	if err != nil {
		return err
	}
	return h.usable(known)
}

// migrate brings the schema up to date, in one step.
func (s *Store) migrate(ctx context.Context, steps []string) error {
	if s.o.Dir != "" {
		if _, err := s.writes.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
			return err
		}
	}
	h, err := readHeader(ctx, s.writes)
	if err != nil || h.schema == len(steps) {
		return err
	}
	tx, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for _, step := range steps[h.schema:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return err
		}
	}
	marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(steps))
	if _, err := tx.ExecContext(ctx, marks); err != nil {
		return err
	}
	if h.schema == 0 {
		if err := putMeta(txn{ctx, tx, nil}, createdKey, s.o.Now().UTC().Format(timeLayout)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func readMigrations() ([]string, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql") // in the order of names
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(files))
	for i, file := range files {
		text, err := migrations.ReadFile(file)
		if err != nil {
			return nil, err
		}
		steps[i] = string(text)
	}
	return steps, nil
}
