// Package store keeps the state of the embedded runtime in one SQLite file, or
// in memory. Start with [Open]; [Store.Claim] is what makes a submission run
// once.
//
// It promises that what a method returned without error is on disk, also after
// kill -9; that several processes may use one folder at once; that a claim is
// on disk before its run starts, and that no claim is handed to two runners;
// and that a file which is damaged or was written by a later version is never
// changed. Times are kept in nanoseconds since 1970, read from the clock given.
package store

import "errors"

// What a method may answer beside its result.
var (
	ErrNotFound = errors.New("not in the store")
	ErrCorrupt  = errors.New("the file is damaged, or is no store")
	ErrFull     = errors.New("the disk or the store is full")
	ErrClosed   = errors.New("the store is closed")
)
