// Package store keeps the state of the embedded runtime in one SQLite file, or
// in memory. Start with [Open]; [Store.Claim] is what makes a submission run
// once. [Hold] is for the one server of a folder.
//
// It promises that what a method returned without error is on disk, also after
// kill -9 and a loss of power; that several processes may use one folder at
// once; that a claim is on disk before its run starts, and that no claim is
// handed to two runners; that messages which nobody fetches do not fill the
// disk; and that a file which is damaged or was written by a later version is
// never changed. Changes of many callers share one write to the disk. Times are
// kept in nanoseconds since 1970, read from the clock given.
package store
