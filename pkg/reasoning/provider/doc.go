// Package provider asks a language model for one completion. Start with
// [Provider], and with [FromEnv], which chooses one by the variables that the
// Symbiont runtime reads. [NewOpenAI] and [NewOpenRouter] speak the chat
// completions API, which most local model servers speak too, [NewAnthropic]
// the Messages API. [NewScripted] answers from a transcript and [NewEcho]
// repeats what it was told: with them a run needs no network and gives the same
// answer each time.
//
// It promises that a key is found in no error, log or printed value; that no
// redirect is followed, so that a key reaches only the host it is for; that a
// reply has a limit of size; and that a request is repeated only when the
// provider cannot have worked on it, because work costs money. Every
// failure that is not the end of ctx is an [*Error] whose Kind says what to do.
// Providers are safe for concurrent use.
//
// It refuses requests that no provider would accept before anything is sent, and
// keys over plain http to another machine. It reads no environment and knows no
// proxy: a caller who needs one gives a transport.
package provider
