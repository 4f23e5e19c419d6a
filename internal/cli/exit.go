package cli

import "fmt"

// Status is what the process exits with. Every command documents which of
// these it can give (see [Exits]).
type Status int

// The exit statuses of the whole program.
const (
	OK          Status = 0   // yes, done
	Failure     Status = 1   // something went wrong
	Usage       Status = 2   // the command line or the settings are wrong
	No          Status = 3   // the check ran and the answer is no
	Auth        Status = 4   // not authenticated, or not allowed
	NotFound    Status = 5   // the named thing does not exist
	Unreachable Status = 6   // unreachable, timed out, or rate limited after retries
	Conflict    Status = 7   // the state forbids it
	Pending     Status = 8   // not finished yet
	NotServed   Status = 9   // this runtime does not serve the capability
	Interrupted Status = 130 // stopped by Ctrl-C
	Terminated  Status = 143 // stopped by SIGTERM
)

// Statuses lists every exit status with its meaning, in rising order.
func Statuses() []StatusDoc {
	return []StatusDoc{
		{OK, "yes, or done"},
		{Failure, "failure"},
		{Usage, "usage or settings are wrong"},
		{No, "the check ran and the answer is no"},
		{Auth, "not authenticated, or not allowed"},
		{NotFound, "not found"},
		{Unreachable, "unreachable, timed out, or rate limited after retries"},
		{Conflict, "conflict"},
		{Pending, "pending: not finished yet"},
		{NotServed, "not served by this runtime"},
		{Interrupted, "interrupted by Ctrl-C"},
		{Terminated, "terminated"},
	}
}

// StatusDoc is one exit status and what it means.
type StatusDoc struct {
	Status  Status `json:"status"`
	Meaning string `json:"meaning"`
}

// String is the number followed by the meaning.
func (s Status) String() string {
	for _, d := range Statuses() {
		if d.Status == s {
			return fmt.Sprintf("%d (%s)", int(s), d.Meaning)
		}
	}
	return fmt.Sprintf("%d", int(s))
}
