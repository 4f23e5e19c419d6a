package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// A submission that is sent twice is run once.
func ExampleStore_Claim() {
	ctx, now := context.Background(), time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(ctx, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	submission := store.Invocation{Scope: "scheduler:v1", ID: "c0ffee", Identity: "sha256:…", Agent: "a", Run: "r", Phase: store.Queued}
	for range 2 {
		known, mine, err := s.Claim(ctx, submission, store.Entry{Execution: "r", Status: "queued", At: now})
		if err != nil {
			fmt.Println(err)
			return
		}
		if !mine {
			fmt.Println(known.Phase, string(known.Result))
			continue
		}
		if err := s.Begin(ctx, known); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("the run")
		known.Phase, known.Result = store.Completed, json.RawMessage(`{"output":"done"}`)
		if err := s.Finish(ctx, known, store.Entry{Execution: "r", Status: "Completed", At: now}, "Completed"); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// the run
	// completed {"output":"done"}
}
