package journal_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// A run is written down, and verified with the key that was kept when it began.
func Example() {
	dir, err := os.MkdirTemp("", "journals")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	const agent, run = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "00000000-0000-4000-8000-000000000001"
	w, err := journal.Create(journal.New{Dir: dir, AgentID: agent, RunID: run})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, e := range []event.Event{
		&event.Started{AgentID: agent, Config: event.DefaultConfig()},
		&event.Terminated{Reason: event.Reason{End: event.Completed}, Iterations: 1},
	} {
		if err := w.Append(journal.Entry{Time: at, Event: e}); err != nil {
			fmt.Println(err)
			return
		}
	}

	f, err := os.Open(w.Reference().Path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	report, err := journal.Verify(context.Background(), f, journal.Options{PublicKey: w.PublicKey(), RunID: run})
	fmt.Println(report.Status, report.Recovery.Records, err)
	// Output: completed 2 <nil>
}
