// Package event holds the events that the journal of a run consists of, in the
// form the Symbiont runtime gives them: one object whose only member is named
// after the event, in capitals. Start with [Event]; [Read] makes one from JSON
// and [Append] writes one.
//
// It promises to write what the runtime reads, with members in the order of
// their names, and to read every event of runtimes 1.21 to 3.0. It refuses an
// event with a member missing, of another type or out of range, as the runtime
// does; members that it does not know are let pass.
package event
