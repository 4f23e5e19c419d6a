package output_test

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func manyAgents(n int) output.List[agent] {
	l := agents()
	l.Rows = make([]agent, n)
	for i := range l.Rows {
		l.Rows[i] = agent{ID: fmt.Sprintf("550e8400-e29b-41d4-a716-%012d", i), State: "running", Runs: int64(i), Note: "a few words about it"}
	}
	return l
}

func benchmarkPrint(b *testing.B, o output.Options, v output.View) {
	b.Helper()
	b.ReportAllocs()
	o.Out = io.Discard
	p, err := output.New(o)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := p.Print(v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	for _, n := range []int{10, 1000, 1001, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmarkPrint(b, output.Options{Width: 60, Format: "table"}, manyAgents(n))
		})
	}
}

func BenchmarkFormats(b *testing.B) {
	view := manyAgents(10_000)
	for _, format := range output.Formats() {
		b.Run(format, func(b *testing.B) { benchmarkPrint(b, output.Options{Format: format}, view) })
	}
	b.Run("jq", func(b *testing.B) { benchmarkPrint(b, output.Options{JQ: ".[].id"}, view) })
}

func millionRows() output.Stream[agent] {
	return output.Stream[agent]{Columns: columns(), Rows: func(yield func(agent, error) bool) {
		for i := range 1_000_000 {
			if !yield(agent{ID: "550e8400-e29b-41d4-a716-446655440000", State: "running", Runs: int64(i)}, nil) {
				return
			}
		}
	}}
}

func BenchmarkStream(b *testing.B) {
	for _, format := range []string{"jsonl", "csv", "name"} {
		b.Run(format, func(b *testing.B) { benchmarkPrint(b, output.Options{Format: format}, millionRows()) })
	}
}

// TestStreamKeepsMemory: the live heap does not grow with the rows.
func TestStreamKeepsMemory(t *testing.T) { //nolint:paralleltest // it measures the heap of the process
	for _, format := range []string{"jsonl", "csv", "name"} {
		var peak uint64
		watched := output.Stream[agent]{Columns: columns(), Rows: func(yield func(agent, error) bool) {
			for i := range 200_000 {
				if i%50_000 == 49_999 {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
				}
				if !yield(agent{ID: "550e8400-e29b-41d4-a716-446655440000"}, nil) {
					return
				}
			}
		}}
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := output.New(output.Options{Format: format, Out: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Print(watched); err != nil {
			t.Fatal(err)
		}
		if peak > before.HeapAlloc+1<<20 {
			t.Errorf("%s: %d bytes live, %d before", format, peak, before.HeapAlloc)
		}
	}
}
