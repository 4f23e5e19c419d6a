package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

const (
	holderFile  = "server.json"
	holderLock  = "server.lock"
	holderBytes = 64 << 10
)

// Holder is the server that serves a state folder.
type Holder struct {
	PID   int       `json:"pid"`
	URL   string    `json:"url"`
	Since time.Time `json:"since"`
	Model string    `json:"model,omitempty"`      // that answers its runs, in words
	Token string    `json:"token_file,omitempty"` // file with the token that it takes, "" when there is none
}

// HeldError says that another server serves the folder. Holder is zero when
// that server has not said yet who it is.
type HeldError struct{ Holder Holder }

// Error names the process and its address.
func (e *HeldError) Error() string {
	if e.Holder.PID == 0 {
		return "the state is served already, by another process"
	}
	return fmt.Sprintf("the state is served already, by process %d at %s since %s", e.Holder.PID, e.Holder.URL, e.Holder.Since.Format(time.RFC3339))
}

// Hold makes this process the server of a folder until release is called or the
// process ends, however it ends. A second one gets a *[HeldError]. The folder is
// made when it is not there. A server that learns its address later holds first
// and then calls [Announce].
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
	if err := Announce(dir, h); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return func() error { return errors.Join(withdraw(dir, h.PID), lock.Unlock()) }, nil
}

// withdraw takes back what a process announced. Where the folder was deleted and
// made again it may be another's by now; what cannot be read is nobody's.
func withdraw(dir string, pid int) error {
	if h, err := HeldBy(dir); err == nil && h.PID != pid {
		return nil
	}
	err := os.Remove(filepath.Join(dir, holderFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Announce says who serves the folder. It is for the process that holds it.
func Announce(dir string, h Holder) error {
	data, err := json.Marshal(h)
	if err == nil {
		err = safefile.Write(filepath.Join(dir, holderFile), data, safefile.Options{Replace: true})
	}
	if err != nil {
		return fmt.Errorf("say who serves the state: %w", full(err))
	}
	return nil
}

// HeldBy reads who serves a folder; the zero Holder when nobody says so. It
// does not look whether the process is alive: one that was killed cannot take
// back what it said.
func HeldBy(dir string) (Holder, error) {
	var h Holder
	data, _, err := safefile.Read(filepath.Join(dir, holderFile), holderBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &h)
	}
	if err != nil {
		return Holder{}, fmt.Errorf("read who serves the state: %w", err)
	}
	return h, nil
}

// Exists reports whether a folder holds a state.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, fileName))
	return err == nil
}

// Remove deletes the state of a folder, also one that is damaged or of a later
// version; what else lies in the folder stays. It gives a *[HeldError] when the
// folder is served, and [ErrBusy] when a process has the state open.
func Remove(ctx context.Context, dir string) (err error) {
	release, err := Hold(dir, Holder{PID: os.Getpid()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	unlock, err := lockOpening(ctx, dir)
	if err != nil {
		return fmt.Errorf("remove state: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	open, err := os.ReadDir(filepath.Join(dir, instances))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove state: %w", err)
	}
	for _, instance := range open {
		if alive(filepath.Join(dir, instances, instance.Name())) {
			return fmt.Errorf("remove state: %w", ErrBusy)
		}
	}
	for _, suffix := range []string{"-shm", "-wal", "-journal", ""} { // the file itself last: without it the others mean nothing
		if err := os.Remove(filepath.Join(dir, fileName+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove state: %w", err)
		}
	}
	return nil
}
