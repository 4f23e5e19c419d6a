// Package safefile writes files that must never be half there: [Write] puts a
// file in place in one step, [Update] does so for a change of what is there,
// under a lock, and [Read] reads with a cap. [Lock] and [Open] are for files that
// are written in another way.
//
// It promises that after a crash, a full disk or a second writer the file holds
// either all of the old or all of the new text, with the mode that was asked
// for from its first moment on. What a killed process leaves behind is called
// .NAME.symbi-ctl-*, and goes when the file NAME is written an hour later. It
// refuses to replace a file unless told to, and to write to anything that is not
// a regular file.
package safefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/natefinch/atomic"
)

// Secret is the mode of files that only their owner may read.
const Secret fs.FileMode = 0o600

const (
	lockSuffix = ".lock"
	lockRetry  = 5 * time.Millisecond // how often a taken lock is tried again
)

// ErrTooLong says that there is more to read than was allowed.
var ErrTooLong = errors.New("too long")

// Options say how a file is written.
type Options struct {
	Mode    fs.FileMode // 0 means Secret
	Replace bool        // whether a file that is there is replaced; else it is fs.ErrExist
}

// The errors of this package that are about a file are *fs.PathError.

// Write puts a file with data at path. A link is followed, so that the file it
// leads to is replaced, or made, and not the link.
func Write(path string, data []byte, o Options) error {
	return at("write", path, write(path, data, o))
}

// at says what failed where, as package os does.
func at(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: bare(err)}
}

func write(path string, data []byte, o Options) error {
	target, err := resolve(path, o.Replace)
	if err != nil {
		return err
	}
	temporary, err := stage(target, data, o.Mode)
	if err != nil {
		return err
	}
	defer os.Remove(temporary) // gone already when all went well
	if o.Replace {
		// atomic.WriteFile would give the file the mode of the one before it.
		err = atomic.ReplaceFile(temporary, target)
	} else {
		err = claim(temporary, target)
	}
	if err != nil {
		return bare(err)
	}
	syncFolder(filepath.Dir(target))
	return nil
}

// mostLinks is how many links are followed, as by most systems.
const mostLinks = 40

// resolve follows links to a file that may be written. One that leads to nothing
// is followed as well, to where the file is to be made, unless nothing may be
// replaced: the name is taken then.
func resolve(path string, replace bool) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	for n := 0; errors.Is(err, fs.ErrNotExist) && n < mostLinks; n++ {
		to, isLink := linkOf(path)
		if !isLink || !replace {
			return path, nil
		}
		path = to
		target, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", bare(err)
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return "", bare(err)
	case !info.Mode().IsRegular():
		return "", errNotRegular
	case !replace:
		return "", fs.ErrExist
	}
	return target, nil
}

// linkOf returns the path that a link leads to, or false.
func linkOf(path string) (string, bool) {
	to, err := os.Readlink(path)
	if err != nil {
		return "", false
	}
	if filepath.IsAbs(to) {
		return to, true
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	return filepath.Join(folder, to), err == nil
}

// claim gives the file its name unless the name is taken. A file system without
// hard links, such as that of a stick, gets the name first and the text in a
// second step.
func claim(temporary, target string) error {
	err := os.Link(temporary, target)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, Secret)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return atomic.ReplaceFile(temporary, target)
}

// syncFolder makes a new name durable where the system can do that.
func syncFolder(path string) {
	if dir, err := os.Open(path); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// bare takes the name of a temporary file out of an error.
func bare(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// Read returns the content of a file of at most most bytes, and what is known
// of it. A folder, a pipe or a device is refused, and so is a longer file; what the
// process was started with is read whatever it is, as /dev/stdin or /dev/fd/63.
func Read(path string, most int64) ([]byte, fs.FileInfo, error) {
	f, info, err := open(path)
	if err != nil {
		return nil, nil, at("read", path, err)
	}
	defer f.Close()
	data, err := ReadAll(f, most)
	if err != nil {
		return nil, nil, at("read", path, err)
	}
	return data, info, nil
}

// ReadAll reads r to its end, which has to come within most bytes.
func ReadAll(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, most)
	}
	return data, nil
}

// Edit is one change of a file under its lock.
type Edit struct {
	Path string
	Mode fs.FileMode // of a new file, 0 means Secret; an old one keeps its own
	Max  int64       // most bytes that are read

	// Apply returns the new text for the old one, which is nil when there is no
	// file. An old text that is returned as it was, or nil, is not written.
	Apply func(old []byte) ([]byte, error)
}

// Update makes the edit. The lock is a file beside Path that stays; ctx bounds
// the wait for it.
func Update(ctx context.Context, e Edit) error {
	target, err := resolve(e.Path, true)
	if err != nil {
		return at("write", e.Path, err)
	}
	lock, err := Lock(ctx, target)
	if err != nil {
		return err
	}
	defer lock.Close()
	mode := e.Mode
	old, info, err := Read(target, e.Max)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return err
	default:
		mode = info.Mode().Perm()
	}
	text, err := e.Apply(old)
	if err != nil || text == nil || old != nil && string(text) == string(old) {
		return err
	}
	return Write(e.Path, text, Options{Mode: mode, Replace: true})
}
