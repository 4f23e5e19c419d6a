// Package client speaks the HTTP API of Symbiont runtimes from 1.11 to 3.0 and
// of the embedded runtime.
//
// Start with [New], then [Client.Health], [Client.Agents] and [Client.Execute];
// [Client.Do] sends anything else. Wire types are beside the methods that use
// them and serve both sides of the wire.
//
// It promises: one prefix whatever the base URL says, escaped path segments,
// bounded bodies, one deadline per call, repeats only where a repeat cannot do
// anything twice, and errors with a [Kind] that is the same for all versions.
// It refuses to follow redirects and to send a token in the clear over a
// network.
//
// A runtime answers most questions with a value, also "conflict" and "failed"
// to a submission ([Invocation]). Errors are: *[APIError] (the runtime, or what
// stands before it, answered no), *[NotServedError] (this runtime has no such
// route), *[TransportError] (no answer came), *[ReplyError] (an answer that is
// not what the contract says), *[UndecodedError] (messages that were taken from
// the runtime and could not be read), *[RequestError] (refused here, nothing
// was sent).
package client
