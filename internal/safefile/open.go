package safefile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
)

// Reasons why a file is not opened.
var (
	errLink       = errors.New("a symbolic link, which is not followed here")
	errNotRegular = errors.New("not a regular file")
)

// Open opens a file for writing, or makes it with mode [Secret]. Flag is that of
// [os.OpenFile]. A link at the end of path is not followed: in a folder that others
// fill it could lead to any file of the user's.
func Open(path string, flag int) (*os.File, error) {
	if isLink(path) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errLink}
	}
	return os.OpenFile(path, flag|noFollow, Secret)
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// Lock takes the lock of the file at path, for which it waits until ctx is done. It
// is a file beside it, which stays and is never a link. The lock is held until it
// is closed.
func Lock(ctx context.Context, path string) (*flock.Flock, error) {
	if isLink(path + lockSuffix) {
		return nil, &fs.PathError{Op: "lock", Path: path + lockSuffix, Err: errLink}
	}
	lock := flock.New(path+lockSuffix, flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow), flock.SetPermissions(Secret))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		_ = lock.Close()
		return nil, at("lock", path, err)
	}
	return lock, nil
}

// open opens a file for reading. It does not wait for somebody to write to a pipe,
// and refuses what is no regular file: but not what the process was started with,
// as /dev/stdin or <(command) of a shell name it.
func open(path string) (*os.File, fs.FileInfo, error) {
	flag := os.O_RDONLY | noWait
	if inherited(path) {
		flag = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = errors.New("is a folder")
	case !info.Mode().IsRegular() && !inherited(path):
		err = errNotRegular
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// inherited reports whether a path is that of an open file of this process.
func inherited(path string) bool {
	path = filepath.Clean(path)
	return runtime.GOOS != "windows" && (path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/"))
}
