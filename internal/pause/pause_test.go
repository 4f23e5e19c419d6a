package pause_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"
)

func TestFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := pause.For(t.Context(), time.Hour); err != nil || time.Since(began) != time.Hour {
			t.Errorf("waited %v, %v, want an hour", time.Since(began), err)
		}
	})
}

func TestForEndsWithItsContext(t *testing.T) {
	t.Parallel()
	why := errors.New("somebody said so")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if err := pause.For(ctx, time.Hour); !errors.Is(err, why) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's and its cause", err)
	}
	plain, stop := context.WithCancel(t.Context())
	stop()
	if err := pause.For(plain, time.Hour); err == nil || err.Error() != context.Canceled.Error() {
		t.Errorf("error %v, want the context's alone", err)
	}
}
