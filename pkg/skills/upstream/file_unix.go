//go:build unix

package upstream

import (
	"io/fs"
	"syscall"
)

const (
	openFlags       = syscall.O_NONBLOCK
	errNotDirectory = syscall.ENOTDIR
)

// links returns how many names a file has; 1 if its file system does not tell.
func links(_ fs.File, info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) //nolint:unconvert // the type is not the same on every system
	}
	return 1
}
