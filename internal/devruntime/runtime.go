package devruntime

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// Version is the runtime whose dialect is spoken.
const Version = "3.0.0"

const (
	governed   = "governed" // folder of the journals
	leftBehind = "the runtime ended while the run went on"
	readyAfter = 5 * time.Second
	lookAgain  = 10 * time.Millisecond // whether runs have ended
	sweepEvery = 30 * time.Second
	workers    = 8
	queueMax   = 2048
)

// Options say how a runtime runs.
type Options struct {
	// Store is the state. It is required, and stays the caller's to close.
	Store *store.Store
	// Provider completes the runs of agents. Nil: runs end unresolved, as on a
	// runtime without a model.
	Provider provider.Provider
	// Now is the clock. It is required.
	Now func() time.Time
	// Guard decides who may ask. Nil: nobody.
	Guard *frame.Guard
	// RateLimit allows 100 requests a minute for each address.
	RateLimit bool
	// Origins are the web pages that may ask.
	Origins []string
	// Logger hears of requests and runs. Nil: nobody.
	Logger *slog.Logger
	// Latency is waited before each answer.
	Latency time.Duration
	// FailRate is the share of requests that get 500, 0 to 1.
	FailRate float64
	// Chance gives a number from 0 up to 1 for each request. Nil: at random.
	Chance func() float64
	// NotReady makes the first five seconds answer 503 to health/ready, as
	// upstream does.
	NotReady bool
}

// Runtime is one embedded runtime. Make it with [New], start it with
// [Runtime.Start] or [Runtime.StartOnDemand].
type Runtime struct {
	o       Options
	began   time.Time
	handler http.Handler
	dir     string // of the journals
	scratch string // folder to remove, "" for none
	key     string // public key of the journals, hex

	queue  *queue
	demand func() error // starts it for a submission
	done   sync.WaitGroup

	mu      sync.Mutex
	stop    context.CancelFunc            // nil before the start
	cancels map[string]context.CancelFunc // of running runs
}

// New returns a runtime that answers, but runs nothing before [Runtime.Start].
func New(o Options) (*Runtime, error) {
	if o.Store == nil || o.Now == nil {
		return nil, errors.New("embedded runtime: store and clock are required")
	}
	if o.Guard == nil {
		o.Guard = &frame.Guard{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	rt := &Runtime{o: o, began: o.Now(), queue: newQueue(), demand: func() error { return nil }, cancels: map[string]context.CancelFunc{}}
	if err := rt.openJournals(); err != nil {
		return nil, fmt.Errorf("embedded runtime: %w", err)
	}
	rt.handler = rt.observed(frame.Handler(frame.Options{Routes: rt.routes(), Guard: o.Guard, Limit: o.RateLimit, Origins: o.Origins, Now: o.Now}))
	return rt, nil
}

// openJournals finds the folder of the journals and its key. A state in memory
// has them in a temporary folder.
func (rt *Runtime) openJournals() error {
	dir := rt.o.Store.Dir()
	if dir == "" {
		temporary, err := os.MkdirTemp("", "symbi-ctl-")
		if err != nil {
			return err
		}
		dir, rt.scratch = temporary, temporary
	}
	rt.dir = filepath.Join(dir, governed)
	key, err := journal.PublicKey(rt.dir)
	if err != nil {
		return err
	}
	rt.key = hex.EncodeToString(key)
	return nil
}

// ServeHTTP answers one request.
func (rt *Runtime) ServeHTTP(w http.ResponseWriter, r *http.Request) { rt.handler.ServeHTTP(w, r) }

// Start takes over what earlier instances left, and runs what is submitted
// until [Runtime.Close].
func (rt *Runtime) Start(ctx context.Context) error {
	left, err := rt.o.Store.Recover(ctx, leftBehind)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	rt.mu.Lock()
	rt.stop = stop
	rt.mu.Unlock()
	rt.queue.adopt(left)
	for range workers {
		rt.done.Go(func() { rt.work(ctx) })
	}
	rt.done.Go(func() { rt.sweep(ctx) })
	return nil
}

// StartOnDemand makes the first submission do what [Runtime.Start] does. A process
// that only looks, or is asked by a shell for completions, takes over nothing,
// runs nothing and asks no model.
func (rt *Runtime) StartOnDemand(ctx context.Context) {
	rt.demand = sync.OnceValue(func() error { return rt.Start(ctx) })
}

// Close stops taking work, lets the runs that go on end until ctx does, and
// cancels those that are left. What is queued stays queued on disk.
func (rt *Runtime) Close(ctx context.Context) error {
	rt.queue.close()
	rt.mu.Lock()
	stop := rt.stop
	rt.mu.Unlock()
	if stop != nil {
		rt.drain(ctx)
		stop()
		rt.done.Wait()
	}
	if rt.scratch == "" {
		return nil
	}
	return os.RemoveAll(rt.scratch)
}

// drain waits until nothing is queued or running here.
func (rt *Runtime) drain(ctx context.Context) {
	for rt.Busy() && pause.For(ctx, lookAgain) == nil {
	}
}

// Busy reports whether a run is queued or goes on in this process.
func (rt *Runtime) Busy() bool { return rt.queue.busy() }

// sweep expires messages, and takes over what processes left that used the same
// state and are no more.
func (rt *Runtime) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := rt.o.Store.Sweep(ctx); err != nil {
			rt.o.Logger.Warn("sweep", "error", err)
		}
		left, err := rt.o.Store.Recover(ctx, leftBehind)
		if err != nil {
			rt.o.Logger.Warn("take over", "error", err)
			continue
		}
		rt.queue.adopt(left)
	}
}

// observed logs requests, and is slow or fails as the options say.
func (rt *Runtime) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID()
		w.Header().Set("X-Request-Id", id)
		if rt.o.Latency > 0 {
			timer := time.NewTimer(rt.o.Latency)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				return
			}
		}
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		began := rt.o.Now()
		if rt.o.FailRate > 0 && rt.chance() < rt.o.FailRate {
			frame.Refuse(seen, http.StatusInternalServerError, "INJECTED_FAULT", "Internal error: this fault was asked for (--fail)")
		} else {
			next.ServeHTTP(seen, r)
		}
		rt.o.Logger.Info("request", "id", id, "method", r.Method, "path", r.URL.Path, "status", seen.status, "took", rt.o.Now().Sub(began))
	})
}

func (rt *Runtime) chance() float64 {
	if rt.o.Chance != nil {
		return rt.o.Chance()
	}
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails
	return float64(uint16(b[0])<<8|uint16(b[1])) / (1 << 16)
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets package http find the writer beneath.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// stateFailed is the code for a store that failed, where upstream has only codes
// that say something was not found.
const stateFailed = "STATE_FAILED"

// unwell answers for a store that failed, and reports whether it did.
func unwell(w http.ResponseWriter, err error, code string) bool {
	switch {
	case err == nil:
		return false
	case errors.Is(err, store.ErrFull), errors.Is(err, store.ErrBusy):
		frame.Refuse(w, http.StatusServiceUnavailable, code, "Internal error: nothing was kept: "+err.Error())
	default:
		frame.Refuse(w, http.StatusInternalServerError, code, "Internal error: "+err.Error())
	}
	return true
}
