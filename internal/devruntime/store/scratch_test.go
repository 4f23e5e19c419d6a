package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

func TestMemdb(t *testing.T) {
	a, err := sql.Open("sqlite", "file:/x?vfs=memdb&_pragma=busy_timeout(5000)")
	if err != nil { t.Fatal(err) }
	b, _ := sql.Open("sqlite", "file:/x?vfs=memdb&_pragma=busy_timeout(5000)")
	_, err = a.Exec("create table t(x)")
	t.Log(err)
	_, err = b.Exec("insert into t values(1)")
	t.Log(err)
	rows, err := b.Query("select x from t")
	t.Log(err)
	rows.Next()
	t0 := time.Now()
	_, err = a.Exec("insert into t values(2)")
	t.Log(err, time.Since(t0))
	rows.Close()
}

func BenchmarkWrite(b *testing.B) {
	s, err := store.Open(context.Background(), store.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil { b.Fatal(err) }
	defer s.Close()
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			if err := s.Send(context.Background(), store.Message{ID: fmt.Sprint("m", i), Sender: "a", Recipient: "b", Payload: "hello", Sent: time.Now(), TTL: time.Minute, Status: "pending"}); err != nil { b.Fatal(err) }
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
func BenchmarkRead(b *testing.B) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil { b.Fatal(err) }
	defer s.Close()
	s.CreateAgent(ctx, store.Agent{ID: "a", Name: "x"}, store.Entry{})
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Agent(ctx, "a"); err != nil { b.Fatal(err) }
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}
