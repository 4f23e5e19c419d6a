// Package remote is what every command that talks to a runtime shares: [Conn]
// turns settings and flags into a client, for a runtime at an address or for
// the embedded one (base URL "local:"), gives failures of the wire their error
// code and exit status, and keeps a command from changing anything when it may
// not (--dry-run, profiles that are read-only or protected).
//
// It promises that a command which only prints its help opens no connection
// and reads no settings. Commands that work offline do not import it.
package remote
