// Package devruntime is the embedded runtime: what a laptop, a test or a CI job
// uses in place of a Symbiont runtime. Start with [New]; a [Runtime] is an
// http.Handler.
//
// It promises to be real on one machine: agents run, submissions run once,
// what was acknowledged is on disk, and runs write the journal of runtime 3.0.
// It speaks as runtime 3.0 does, and besides answers the routes of SDK 1.11
// that no real runtime serves. What differs is in docs/embedded-runtime.md. A
// route that is known and missing answers 501 NOT_IN_DEV. It is no production
// server: one node, no sandbox.
package devruntime
