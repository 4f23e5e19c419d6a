//go:build linux || darwin

package store_test

import (
	"os"
	"syscall"
)

func tooLarge() os.Signal { return syscall.SIGXFSZ }

// limitFiles makes the kernel refuse longer files to this process.
func limitFiles(bytes uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes})
}
