// Package pause waits in a way that a context can end. Start with [For].
package pause

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// For waits for d and returns nil, or until ctx ends and then returns an error
// that is both the context's and its cause.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, ctx.Err()) {
		return cause
	}
	return fmt.Errorf("%w: %w", ctx.Err(), cause)
}
