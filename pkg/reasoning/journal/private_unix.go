//go:build unix

package journal

import (
	"io/fs"
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

const othersBits fs.FileMode = 0o077

// ownersAlone reports whether only this user may use the file or folder.
func ownersAlone(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode().Perm()&othersBits == 0 && int64(s.Uid) == int64(os.Geteuid())
}

// oneName reports whether a file is known by no other name.
func oneName(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink == 1
}

// lock keeps others out of a folder while its key is made: a file that is put in
// place has two names for a moment.
func lock(dir string) (unlock func(), err error) {
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	if err := l.Lock(); err != nil {
		return nil, err
	}
	return func() { _ = l.Close() }, nil
}
