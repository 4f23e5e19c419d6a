//go:build unix

package safefile

import "golang.org/x/sys/unix"

const (
	noFollow = unix.O_NOFOLLOW
	noWait   = unix.O_NONBLOCK
)
