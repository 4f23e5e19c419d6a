package devruntime

import (
	"context"
	"errors"
	"sync"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

var (
	errQueueFull = errors.New("the queue is full")
	errStopping  = errors.New("the runtime is stopping")
)

// queue hands runs to the workers in the order in which they came. Each run is
// counted once, from the reservation of its place until it is over: as reserved,
// then among those that wait, then as running. Nothing but take ever blocks, so
// that what others left, which is taken in however much it is, holds up no
// submission.
type queue struct {
	ready chan struct{} // holds one while runs wait that no worker was woken for

	mu       sync.Mutex
	reserved int
	waiting  []store.Invocation // without their work
	running  int
	closed   bool
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// reserve keeps a place, which put takes or release gives back.
func (q *queue) reserve() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return errStopping
	case q.reserved+len(q.waiting) >= queueMax:
		return errQueueFull
	}
	q.reserved++
	return nil
}

func (q *queue) release() {
	q.mu.Lock()
	q.reserved--
	q.mu.Unlock()
}

// put queues a run in the place that was reserved for it.
func (q *queue) put(i store.Invocation) {
	q.mu.Lock()
	q.reserved--
	q.waiting = append(q.waiting, i)
	q.mu.Unlock()
	q.wake()
}

// adopt queues runs that others left, for which no place was reserved.
func (q *queue) adopt(left []store.Invocation) {
	q.mu.Lock()
	q.waiting = append(q.waiting, left...)
	q.mu.Unlock()
	q.wake()
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take waits for a run, which is over when done is called. It reports false when
// ctx has ended: what waits stays queued on disk.
func (q *queue) take(ctx context.Context) (store.Invocation, bool) {
	for ctx.Err() == nil {
		if i, ok := q.first(); ok {
			return i, true
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
		}
	}
	return store.Invocation{}, false
}

func (q *queue) first() (i store.Invocation, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return i, false
	}
	i, q.waiting = q.waiting[0], q.waiting[1:]
	q.running++
	if len(q.waiting) > 0 {
		q.wake()
	}
	return i, true
}

func (q *queue) done() {
	q.mu.Lock()
	q.running--
	q.mu.Unlock()
}

// close makes reserve refuse. What has a place still runs.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
}

func (q *queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.reserved+len(q.waiting)+q.running > 0
}
