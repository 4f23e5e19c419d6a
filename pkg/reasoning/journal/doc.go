// Package journal writes and verifies protected journals: the signed, chained
// files in which the Symbiont runtime records what a run did. Start with
// [Verify], which needs no runtime and no network, and with [Create], which
// opens a journal for writing. The events are in package event.
//
// A journal is a file of lines. Each holds a payload and the Ed25519 signature
// over the exact bytes of that payload; the payload names the run, counts the
// lines from 0, and holds the SHA-256 of the whole line before it.
//
// [Verify] promises the verdicts of the runtime's own audit: what it refuses is
// refused, what it calls incomplete, of unknown effects, completed or stopped is
// called so here. It refuses more only in records that no runtime writes, those of
// whoever has the key and spells otherwise: a name twice or in another case, an
// array for an object, an id or a time in another form. It has no limit on
// children, permissions and effects, as the audit has that shows them. A refusal
// is a [Report] and not an error. What stands after the last line feed is counted
// and never trusted.
//
// [Writer] promises that every line is on disk before Append returns, and that the
// runtime can verify and classify what it wrote; it refuses to touch a file that
// is there.
package journal
