package cli

import "syscall"

// SignalError says that a signal ended the command. It is the cancellation
// cause of the context that commands run under.
type SignalError struct{ Signal syscall.Signal }

// Error names the signal in plain words.
func (e *SignalError) Error() string {
	if e.Signal == syscall.SIGTERM {
		return "terminated"
	}
	return "interrupted"
}

// Status is 143 for SIGTERM and 130 for everything else.
func (e *SignalError) Status() Status {
	if e.Signal == syscall.SIGTERM {
		return Terminated
	}
	return Interrupted
}
