package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	fileName  = "state.db"
	openLock  = "open.lock" // one process at a time makes or migrates the file
	instances = "instances"
	dirMode   = 0o700
	fileMode  = 0o600
	waitBusy  = 10 * time.Second     // for another process to end its transaction
	lockRetry = 5 * time.Millisecond // how often a taken lock is tried again
	logBytes  = 16 << 20             // the log is cut to this length when it was longer
	pageBytes = 4096                 // SQLite's default
)

// Options say where the state is.
type Options struct {
	// Dir is the folder of the state, made with mode 0700 when it is not
	// there. Empty: the state is in memory and ends with the store.
	Dir string
	// Now is the clock. It is required.
	Now func() time.Time
	// MaxBytes bounds the file, 0 means by the disk only. Changes that need
	// more give [ErrFull].
	MaxBytes int64
	// MaxPending bounds the messages that wait, 0 means 200,000, and
	// MaxPendingBytes their payloads together, 0 means 256 MiB. Messages that
	// would be more give [ErrFull].
	MaxPending, MaxPendingBytes int64
}

// Store is the state. It is safe for concurrent use.
type Store struct {
	o        Options
	reads    *sql.DB
	writes   *sql.DB
	queries  *prepared // on reads
	changes  *prepared // on writes
	instance string
	alive    *flock.Flock // held as long as this instance lives; nil in memory
	file     fs.FileInfo  // of the state as it was opened; nil in memory
	jobs     chan job
	stopped  chan struct{}
	sends    int // of messages; the writer's own

	mu     sync.RWMutex
	closed bool
}

// Open opens the state, and makes it when there is none. The error is
// [ErrCorrupt] or a *[NewerError] for a file that it cannot use, and then
// nothing was changed.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		return nil, errors.New("open state: no clock")
	}
	o.MaxPending = cmp.Or(o.MaxPending, 200_000)
	o.MaxPendingBytes = cmp.Or(o.MaxPendingBytes, 256<<20)
	s := &Store{o: o, instance: newInstance(), jobs: make(chan job), stopped: make(chan struct{})}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open state %s: %w", s.path(), errors.Join(explain(err), s.disconnect(), s.release()))
	}
	s.queries, s.changes = newPrepared(s.reads), newPrepared(s.writes)
	go s.write()
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	steps, err := readMigrations()
	if err != nil {
		return err
	}
	if s.o.Dir == "" {
		if err := s.connect(); err != nil {
			return err
		}
		return s.migrate(ctx, steps)
	}
	if err := os.MkdirAll(filepath.Join(s.o.Dir, instances), dirMode); err != nil {
		return err
	}
	unlock, err := lockOpening(ctx, s.o.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	for _, step := range []func() error{
		func() error { return s.probe(ctx, len(steps)) },
		s.prepare,
		s.connect,
		func() error { return s.migrate(ctx, steps) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
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

// Dir is the folder of the state, "" in memory.
func (s *Store) Dir() string { return s.o.Dir }

func (s *Store) path() string {
	if s.o.Dir == "" {
		return "in memory"
	}
	return filepath.Join(s.o.Dir, fileName)
}

// there gives [ErrGone] when the file is no longer the one that was opened.
func (s *Store) there() error {
	if s.file == nil {
		return nil
	}
	now, err := os.Stat(s.path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(s.file, now) {
		return fmt.Errorf("%s: %w", s.path(), ErrGone)
	}
	return err
}

func newInstance() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// lockOpening keeps other processes from opening the file, or deleting it.
func lockOpening(ctx context.Context, dir string) (unlock func() error, err error) {
	lock := flock.New(filepath.Join(dir, openLock), flock.SetPermissions(fileMode))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return nil, fmt.Errorf("wait for another process that opens it: %w", err)
	}
	return lock.Unlock, nil
}

// prepare takes the lock that says this instance lives.
func (s *Store) prepare() error {
	s.alive = flock.New(filepath.Join(s.o.Dir, instances, s.instance), flock.SetPermissions(fileMode))
	ok, err := s.alive.TryLock()
	if err == nil && !ok {
		err = errors.New("the lock of a new instance is taken")
	}
	return err
}

func (s *Store) release() error {
	if s.alive == nil {
		return nil
	}
	err := s.alive.Unlock()
	if gone := os.Remove(s.alive.Path()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// lives reports whether an instance still runs.
func (s *Store) lives(instance string) bool {
	return instance == s.instance || s.o.Dir != "" && alive(filepath.Join(s.o.Dir, instances, instance))
}

// alive reports whether somebody has the lock of an instance. The lock of one
// that died without tidying up is removed.
func alive(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	l := flock.New(path, flock.SetFlag(os.O_RDWR))
	if ok, err := l.TryLock(); err != nil || !ok {
		return !errors.Is(err, fs.ErrNotExist)
	}
	_ = os.Remove(path)
	_ = l.Unlock()
	return false
}

func (s *Store) connect() (err error) {
	if s.o.Dir == "" {
		db, err := sql.Open("sqlite", "file:"+s.instance+"?mode=memory&_txlock=immediate"+s.limit())
		if err != nil {
			return err
		}
		db.SetMaxOpenConns(1) // each connection would have a state of its own
		s.reads, s.writes = db, db
		return nil
	}
	// SQLite would make it readable for everybody.
	f, err := os.OpenFile(s.path(), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return err
	}
	if s.file, err = f.Stat(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	// Synchronous FULL makes a commit in the log survive a loss of power too.
	s.writes, err = sql.Open("sqlite", s.dsn(url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"synchronous(FULL)", fmt.Sprintf("journal_size_limit(%d)", logBytes)},
	})+s.limit())
	if err != nil {
		return err
	}
	s.writes.SetMaxOpenConns(1)
	s.reads, err = sql.Open("sqlite", s.dsn(url.Values{"_pragma": {"query_only(1)"}}))
	if err != nil {
		return err
	}
	readers := max(4, runtime.NumCPU())
	s.reads.SetMaxOpenConns(readers)
	s.reads.SetMaxIdleConns(readers)
	return nil
}

// dsn names the file and how SQLite opens it.
func (s *Store) dsn(q url.Values) string {
	q["_pragma"] = append([]string{fmt.Sprintf("busy_timeout(%d)", waitBusy.Milliseconds())}, q["_pragma"]...)
	return "file:" + (&url.URL{Path: filepath.ToSlash(s.path())}).EscapedPath() + "?" + q.Encode()
}

func (s *Store) limit() string {
	if s.o.MaxBytes == 0 {
		return ""
	}
	return fmt.Sprintf("&_pragma=max_page_count(%d)", s.o.MaxBytes/pageBytes)
}

func (s *Store) disconnect() error {
	var errs []error
	for _, db := range []*sql.DB{s.reads, s.writes} {
		if db != nil {
			errs = append(errs, db.Close()) // closing twice is no error
		}
	}
	return errors.Join(errs...)
}
