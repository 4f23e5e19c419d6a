//go:build !unix

package safefile

// The system cannot be told so; links are looked for before.
const (
	noFollow = 0
	noWait   = 0
)
