package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"bytes"
	"github.com/gofrs/flock"
	"github.com/natefinch/atomic"
)

const (
	holderFile = "server.json"
	holderLock = "server.lock"
)

// Holder is the server that serves a state folder.
type Holder struct {
	PID   int       `json:"pid"`
	URL   string    `json:"url"`
	Since time.Time `json:"since"`
}

// HeldError says that another server serves the folder.
type HeldError struct{ Holder Holder }

// Error names the process and its address.
func (e *HeldError) Error() string {
	return fmt.Sprintf("the state is served already, by process %d at %s since %s", e.Holder.PID, e.Holder.URL, e.Holder.Since.Format(time.RFC3339))
}

// Hold makes this process the server of a folder until release is called. A
// second one gets a *[HeldError]. The folder is made when it is not there.
func Hold(dir string, h Holder) (release func() error, err error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("hold state: %w", full(err))
	}
	lock := flock.New(filepath.Join(dir, holderLock), flock.SetPermissions(fileMode))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("hold state: %w", full(err))
	}
	if !ok {
		other, err := HeldBy(dir)
		if err != nil {
			return nil, fmt.Errorf("hold state: %w", err)
		}
		return nil, &HeldError{other}
	}
	data, err := json.Marshal(h)
	if err == nil {
		err = atomic.WriteFile(filepath.Join(dir, holderFile), bytes.NewReader(data))
	}
	if err != nil {
		return nil, fmt.Errorf("hold state: %w", errors.Join(full(err), lock.Unlock()))
	}
	return func() error {
		err := os.Remove(filepath.Join(dir, holderFile))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return errors.Join(err, lock.Unlock())
	}, nil
}

// HeldBy reads who serves a folder; the zero Holder when nobody says so. It
// does not look whether the process is alive.
func HeldBy(dir string) (Holder, error) {
	var h Holder
	data, err := os.ReadFile(filepath.Join(dir, holderFile))
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &h)
	}
	return h, err
}
