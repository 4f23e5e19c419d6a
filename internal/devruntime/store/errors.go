package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a method may answer beside its result.
var (
	ErrNotFound = errors.New("not in the store")
	ErrExists   = errors.New("in the store already")
	ErrCorrupt  = errors.New("the file is damaged, or is no store")
	// ErrFull says that nothing was kept because there is no room: the disk, a
	// quota or a limit of the store is reached.
	ErrFull = errors.New("the disk or the store is full")
	// ErrBusy says that nothing was kept because another process had the file
	// for longer than ten seconds.
	ErrBusy = errors.New("another process keeps the store busy")
	// ErrInvalid says that a document is not one that [Store.Export] wrote.
	ErrInvalid = errors.New("not an exported state")
	ErrClosed  = errors.New("the store is closed")
	// ErrGone says that nothing was kept because the file was deleted, or
	// replaced, under the store: what it would keep nobody would find.
	ErrGone = errors.New("the state was deleted or replaced while it was in use")
)

// code returns the primary result code of SQLite, 0 for other errors.
func code(err error) int {
	low, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0
	}
	return low.Code() & 0xff
}

// explain gives errors of SQLite that callers act upon their name.
func explain(err error) error {
	low, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return full(err)
	}
	var name error
	switch low.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		name = ErrCorrupt
	case sqlite3.SQLITE_FULL:
		name = ErrFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		name = ErrBusy
	case sqlite3.SQLITE_CONSTRAINT:
		name = ErrExists
	case sqlite3.SQLITE_IOERR:
		name = ioError(low.Code())
	}
	if name == nil {
		return err
	}
	return fmt.Errorf("%w: %w", name, err)
}

// ioError tells the errors that a full disk causes: SQLite reports a quota, a
// limit on the size of files and a log index that cannot grow in this way.
func ioError(code int) error {
	switch code {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP,
		sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_FSYNC:
		return ErrFull
	case sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_DATA, sqlite3.SQLITE_IOERR_CORRUPTFS:
		return ErrCorrupt
	}
	return nil
}

// full recognises a disk without room.
func full(err error) error {
	if err != nil && (errors.Is(err, errNoSpace) || errors.Is(err, errQuota)) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
