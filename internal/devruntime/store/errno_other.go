//go:build !unix

package store

import "syscall"

const (
	errNoSpace = syscall.Errno(112)  // ERROR_DISK_FULL
	errQuota   = syscall.Errno(1295) // ERROR_DISK_QUOTA_EXCEEDED
)
