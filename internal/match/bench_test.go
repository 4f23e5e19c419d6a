package match_test

import (
	"fmt"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

func BenchmarkNew(b *testing.B) {
	for _, n := range []int{10, 100, 700} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			list := literals(n)
			for b.Loop() {
				newSet(b, list)
			}
		})
	}
}

// BenchmarkScan reads a window of a long text that moves on at every call, so
// that no branch is learnt by heart.
func BenchmarkScan(b *testing.B) {
	text := corpus(16 << 20)
	for _, n := range []int{10, 100, 700} {
		set := newSet(b, literals(n))
		for _, size := range sizes() {
			b.Run(fmt.Sprintf("literals=%d/bytes=%d", n, size), func(b *testing.B) {
				var hits, read int
				var dst []match.Hit
				moving(b, text, size, func(part []byte) {
					dst = set.Scan(dst[:0], part)
					hits += len(dst)
					read += len(part)
				})
				b.ReportMetric(float64(hits)/float64(read)*1e6, "hits/MB")
			})
		}
	}
}

// BenchmarkScanDense reads a text that is full of hits.
func BenchmarkScanDense(b *testing.B) {
	set := newSet(b, literals(700))
	text := make([]byte, 0, 1<<20)
	for len(text) < 1<<20 {
		text = fmt.Appendf(text, "curl -s https://api.example/v1/items/%d?token=$T\n", len(text))
	}
	b.ReportAllocs()
	var dst []match.Hit
	moving(b, text, 48<<10, func(part []byte) { dst = set.Scan(dst[:0], part) })
	b.ReportMetric(float64(len(dst))/(48<<10)*1e6, "hits/MB")
}

func BenchmarkInspect(b *testing.B) {
	text := corpus(16 << 20)
	for _, size := range sizes() {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			moving(b, text, size, func(part []byte) { match.Inspect(part) })
		})
	}
}

func sizes() []int { return []int{2700, 48 << 10, 3400 << 10} }

func moving(b *testing.B, text []byte, size int, read func(part []byte)) {
	b.Helper()
	b.ReportAllocs()
	b.SetBytes(int64(size))
	at := 0
	for b.Loop() {
		if at+size > len(text) {
			at = 0
		}
		read(text[at : at+size])
		at += size
	}
}
