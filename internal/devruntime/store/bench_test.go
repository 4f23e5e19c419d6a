package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// callers is how many callers there are for each core.
const callers = 16

// BenchmarkWrite sends messages; each is on disk when the call returns.
func BenchmarkWrite(b *testing.B) {
	s := open(b, store.Options{Dir: b.TempDir(), Now: time.Now, MaxPending: 1 << 40})
	var n atomic.Int64
	b.SetParallelism(callers)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Send(b.Context(), message(fmt.Sprint(n.Add(1)), time.Now(), time.Hour)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}

// BenchmarkSubmission is a run without the work: claim, begin, finish.
func BenchmarkSubmission(b *testing.B) {
	s := open(b, store.Options{Dir: b.TempDir(), Now: time.Now})
	must(b, s.CreateAgent(b.Context(), agent("a"), created("a")))
	var n atomic.Int64
	b.SetParallelism(callers)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := invocation(fmt.Sprint(n.Add(1)))
			if _, mine, err := s.Claim(b.Context(), i, queued(i)); err != nil || !mine {
				b.Error(err)
			}
			if err := s.Begin(b.Context(), i); err != nil {
				b.Error(err)
			}
			i.Phase = store.Completed
			if err := s.Finish(b.Context(), i, ended(i), "Completed"); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submissions/s")
}

func BenchmarkWriteAlone(b *testing.B) {
	s := open(b, store.Options{Dir: b.TempDir(), Now: time.Now})
	for b.Loop() {
		must(b, s.SetMeta(b.Context(), "k", "v"))
	}
}

func BenchmarkRead(b *testing.B) {
	s := open(b, store.Options{Dir: b.TempDir(), Now: time.Now})
	for n := range 1000 {
		must(b, s.CreateAgent(b.Context(), agent(fmt.Sprint(n)), created("a")))
	}
	var n atomic.Int64
	b.SetParallelism(callers)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Agent(b.Context(), fmt.Sprint(n.Add(1)%1000)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	must(b, open(b, store.Options{Dir: dir}).Close())
	for b.Loop() {
		s, err := store.Open(b.Context(), store.Options{Dir: dir, Now: time.Now})
		must(b, err)
		must(b, s.Close())
	}
}

func BenchmarkTakeOf100(b *testing.B) {
	s := open(b, store.Options{Dir: b.TempDir(), Now: time.Now})
	var n atomic.Int64
	for b.Loop() {
		var err error
		done := make(chan error)
		for range 100 {
			go func() { done <- s.Send(b.Context(), message(fmt.Sprint(n.Add(1)), time.Now(), time.Hour)) }()
		}
		for range 100 {
			must(b, <-done)
		}
		_, err = s.Take(b.Context(), "a")
		must(b, err)
	}
}
