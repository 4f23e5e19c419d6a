package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	fileName  = "state.db"
	dirMode   = 0o700
	fileMode  = 0o600
	waitBusy  = 10 * time.Second // for another process to end its transaction
	instances = "instances"
)

// Options say where the state is.
type Options struct {
	// Dir is the folder of the state, made with mode 0700 when it is not
	// there. Empty: the state is in memory and ends with the store.
	Dir string
	// Now is the clock. It is required.
	Now func() time.Time
	// MaxBytes bounds the file, 0 means by the disk only.
	MaxBytes int64
}

// Store is the state. It is safe for concurrent use.
type Store struct {
	o        Options
	reads    *sql.DB
	writes   *sql.DB
	instance string
	alive    *flock.Flock // held as long as this instance lives; nil in memory
	jobs     chan job
	stopped  chan struct{}

	mu     sync.RWMutex
	closed bool
}

// Open opens the state, and makes it when there is none. The error is
// [ErrCorrupt] or a *[NewerError] for a file that it cannot use.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{o: o, instance: newInstance(), jobs: make(chan job), stopped: make(chan struct{})}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	if err := s.connect(); err != nil {
		return nil, fmt.Errorf("open state: %w", errors.Join(err, s.release()))
	}
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("open state %s: %w", s.path(), errors.Join(explain(err), s.disconnect(), s.release()))
	}
	go s.write()
	return s, nil
}

// Close ends the store; the methods that are under way are awaited.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.closed = true
	close(s.jobs)
	s.mu.Unlock()
	<-s.stopped
	return errors.Join(s.disconnect(), s.release())
}

// Instance tells this opening of the store from every other.
func (s *Store) Instance() string { return s.instance }

// Dir is the folder of the state, "" in memory.
func (s *Store) Dir() string { return s.o.Dir }

func (s *Store) path() string {
	if s.o.Dir == "" {
		return "in memory"
	}
	return filepath.Join(s.o.Dir, fileName)
}

func newInstance() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// prepare makes the folder and takes the lock that says this instance lives.
func (s *Store) prepare() error {
	if s.o.Dir == "" {
		return nil
	}
	alive := filepath.Join(s.o.Dir, instances)
	if err := os.MkdirAll(alive, dirMode); err != nil {
		return full(err)
	}
	s.alive = flock.New(filepath.Join(alive, s.instance), flock.SetPermissions(fileMode))
	ok, err := s.alive.TryLock()
	if err == nil && !ok {
		err = errors.New("the lock of a new instance is taken")
	}
	return full(err)
}

func (s *Store) release() error {
	if s.alive == nil {
		return nil
	}
	return errors.Join(os.Remove(s.alive.Path()), s.alive.Unlock())
}

// lives reports whether another instance still runs.
func (s *Store) lives(instance string) bool {
	if instance == s.instance {
		return true
	}
	if s.o.Dir == "" {
		return false
	}
	path := filepath.Join(s.o.Dir, instances, instance)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	l := flock.New(path, flock.SetFlag(os.O_RDWR))
	if ok, err := l.TryLock(); err != nil || !ok {
		return true
	}
	_ = os.Remove(path) // it died without tidying up
	_ = l.Unlock()
	return false
}

func (s *Store) connect() error {
	if s.o.Dir == "" {
		db, err := sql.Open("sqlite", "file:"+s.instance+"?mode=memory&cache=private&_txlock=immediate")
		if err != nil {
			return err
		}
		db.SetMaxOpenConns(1)
		s.reads, s.writes = db, db
		return nil
	}
	if f, err := os.OpenFile(s.path(), os.O_RDWR|os.O_CREATE, fileMode); err != nil {
		return full(err)
	} else if err := f.Close(); err != nil {
		return full(err)
	}
	var err error
	if s.writes, err = sql.Open("sqlite", s.dsn("immediate")); err != nil {
		return err
	}
	s.writes.SetMaxOpenConns(1)
	if s.reads, err = sql.Open("sqlite", s.dsn("deferred")); err != nil {
		return err
	}
	s.reads.SetMaxOpenConns(max(4, runtime.NumCPU()))
	s.reads.SetMaxIdleConns(max(4, runtime.NumCPU()))
	return nil
}

// dsn says how SQLite opens the file. Synchronous FULL makes a commit in the
// log survive a crash of the machine too.
func (s *Store) dsn(lock string) string {
	q := url.Values{"_txlock": {lock}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", waitBusy.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
	}}
	if s.o.MaxBytes > 0 {
		q.Add("_pragma", fmt.Sprintf("max_page_count(%d)", s.o.MaxBytes/4096))
	}
	return "file:" + (&url.URL{Path: s.path()}).EscapedPath() + "?" + q.Encode()
}

func (s *Store) disconnect() error {
	if s.reads == s.writes {
		return s.writes.Close()
	}
	return errors.Join(s.reads.Close(), s.writes.Close())
}

// explain gives errors of SQLite that callers act upon their name.
func explain(err error) error {
	low, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return full(err)
	}
	switch low.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// full recognises a disk without room.
func full(err error) error {
	if err != nil && (errors.Is(err, errNoSpace) || errors.Is(err, errQuota)) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// NewerError says that a later version of the program wrote the store.
type NewerError struct{ Have, Know int }

// Error names both schemas.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the state has schema %d, this version knows %d: take the newer program, or another folder", e.Have, e.Know)
}

// migrations are the steps from one schema to the next; the first makes the
// tables. A step, once released, never changes.
func migrations() []string {
	return []string{strings.TrimSpace(`
CREATE TABLE agents (
	id TEXT PRIMARY KEY, name TEXT NOT NULL, dsl TEXT NOT NULL, mode TEXT NOT NULL, capabilities TEXT NOT NULL, metadata TEXT NOT NULL,
	state TEXT NOT NULL, external INTEGER NOT NULL, last_result TEXT, interval_secs INTEGER NOT NULL, heard INTEGER NOT NULL,
	created INTEGER NOT NULL, active INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX events_of ON events(agent, seq);
CREATE TABLE history (seq INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, execution TEXT NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX history_of ON history(agent, seq);
CREATE TABLE invocations (
	scope TEXT NOT NULL, id TEXT NOT NULL, identity TEXT NOT NULL, agent TEXT NOT NULL, run TEXT NOT NULL, work TEXT NOT NULL,
	owner TEXT NOT NULL, phase TEXT NOT NULL, audit TEXT NOT NULL, result TEXT NOT NULL, problem TEXT NOT NULL,
	created INTEGER NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (scope, id)
) WITHOUT ROWID;
CREATE INDEX invocations_open ON invocations(phase) WHERE phase IN ('queued', 'running');
CREATE INDEX invocations_run ON invocations(run);
CREATE TABLE messages (
	seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, recipient TEXT NOT NULL, topic TEXT, kind TEXT NOT NULL,
	payload TEXT NOT NULL, sent INTEGER NOT NULL, ttl INTEGER NOT NULL, status TEXT NOT NULL
);
CREATE INDEX messages_for ON messages(recipient, seq) WHERE status = 'pending';
CREATE INDEX messages_done ON messages(sent) WHERE status <> 'pending';
`)}
}

func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	var have int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return err
	}
	steps := migrations()
	if have > len(steps) {
		return &NewerError{have, len(steps)}
	}
	if have == 0 {
		var tables int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
			return err
		}
		if tables > 0 {
			return fmt.Errorf("%w: it is a database of another program", ErrCorrupt)
		}
	}
	if have == len(steps) {
		return nil
	}
	for _, step := range steps[have:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(steps))); err != nil {
		return err
	}
	return tx.Commit()
}
