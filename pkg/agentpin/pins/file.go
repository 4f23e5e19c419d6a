package pins

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

// File is a store on disk. It may be used by several goroutines and processes
// at once; make it with [Open].
type File struct {
	path string

	mu   sync.Mutex
	at   time.Time // the moment of what is in done
	done map[Use]Outcome
}

// Open returns the store at path. The file need not exist, and is not read yet.
func Open(path string) *File { return &File{path: path, done: map[Use]Outcome{}} }

// Pin is [Store.Pin] on the file: read, judged and written under one lock. What
// was asked once is not asked of the disk again at the same moment, so that many
// credentials of one batch and key cost one write.
func (f *File) Pin(ctx context.Context, u Use) (Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !u.At.Equal(f.at) { // a server would otherwise remember every moment
		f.at = u.At
		clear(f.done)
	}
	if o, ok := f.done[u]; ok {
		return o, nil
	}
	var o Outcome
	err := f.Edit(ctx, func(s *Store) (err error) {
		o, err = s.Pin(ctx, u)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	f.done[u] = o
	if o.Status == FirstUse {
		f.done[u] = Outcome{Matched, o.FirstSeen}
	}
	return o, nil
}

// Edit lets change work on the store and writes it back, all under the lock. A
// store that did not change is not written.
func (f *File) Edit(ctx context.Context, change func(*Store) error) error {
	return safefile.Update(ctx, safefile.Edit{Path: f.path, Max: Max, Apply: func(old []byte) ([]byte, error) {
		s := &Store{}
		if old != nil {
			var err error
			if s, err = Parse(old); err != nil {
				return nil, fmt.Errorf("read %s: %w", f.path, err)
			}
		}
		before, err := s.Encode()
		if err != nil {
			return nil, err
		}
		if err := change(s); err != nil {
			return nil, err
		}
		after, err := s.Encode()
		switch {
		case err != nil || string(after) == string(before):
			return nil, err
		case len(after) > Max:
			return nil, fmt.Errorf("write %s: %w: %d bytes, more than %d", f.path, ErrFull, len(after), Max)
		}
		return after, nil
	}})
}

// Load reads the store without a lock. A file that does not exist is an empty
// store. A pipe is not opened: nobody may ever write to it.
func (f *File) Load() (*Store, error) {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Store{}, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: f.path, Err: errors.New("not a regular file")}
	}
	data, _, err := safefile.Read(f.path, Max)
	if err != nil {
		return nil, err
	}
	s, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	return s, nil
}
