package devruntime

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// TestQueue: what others left takes no place that somebody has reserved, keeps
// new runs out while it is too much, and comes in its order.
func TestQueue(t *testing.T) {
	t.Parallel()
	q := newQueue()
	if err := q.reserve(); err != nil || !q.busy() {
		t.Fatalf("busy %v, %v; want a place that counts", q.busy(), err)
	}
	left := make([]store.Invocation, queueMax)
	for i := range left {
		left[i].ID = strconv.Itoa(i)
	}
	q.adopt(left)
	if err := q.reserve(); !errors.Is(err, errQueueFull) {
		t.Errorf("got %v, want the queue full", err)
	}
	q.put(store.Invocation{ID: strconv.Itoa(len(left))})
	for i := range queueMax + 1 {
		got, ok := q.take(t.Context())
		if !ok || got.ID != strconv.Itoa(i) {
			t.Fatalf("got %q, %v; want %d", got.ID, ok, i)
		}
		q.done()
	}
	if q.busy() {
		t.Error("busy when all is over")
	}
	q.close()
	if err := q.reserve(); !errors.Is(err, errStopping) {
		t.Errorf("got %v, want that it is stopping", err)
	}
}

// TestQueueWakes: no run waits while a worker does, and all workers end.
func TestQueueWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for {
					if _, ok := q.take(ctx); !ok {
						return
					}
				}
			})
		}
		synctest.Wait()
		q.adopt(make([]store.Invocation, workers-1))
		for range 3 {
			if err := q.reserve(); err != nil {
				t.Error(err)
			}
			q.put(store.Invocation{})
		}
		if err := q.reserve(); err != nil {
			t.Error(err)
		}
		q.release()
		synctest.Wait()
		if q.running != workers+2 || len(q.waiting)+q.reserved != 0 {
			t.Errorf("%d run, %d wait, %d places are kept; want %d to run", q.running, len(q.waiting), q.reserved, workers+2)
		}
		stop()
		all.Wait()
	})
}
