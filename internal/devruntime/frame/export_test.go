package frame

// SetMatches puts something in place of the costly check of secrets. It must be
// called before the first request.
func (g *Guard) SetMatches(f func(phc, secret string) bool) { g.checks.matches = f }

// The bounds of checks.
const (
	ChecksWaiting = checksWaiting
	MaxRefused    = maxRefused
)
