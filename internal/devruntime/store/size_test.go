package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// TestRunsTakeLittleRoom: nothing is ever purged, so a run may take no more than
// twice what is known of it.
func TestRunsTakeLittleRoom(t *testing.T) {
	t.Parallel()
	const runs, known = 1_500, 1_500
	ctx, dir := context.WithoutCancel(t.Context()), t.TempDir()
	s, err := store.Open(ctx, store.Options{Dir: dir, Now: newClock().Now})
	must(t, err)
	must(t, s.CreateAgent(ctx, agent("a"), created("a")))
	errs := make(chan error)
	for range 16 {
		go func() {
			for range runs / 16 {
				i := invocation(uuid.NewString())
				i.Run = uuid.NewString()
				i.Work = json.RawMessage(fmt.Sprintf(`{"input":%q}`, strings.Repeat("w", known/3)))
				_, _, err := s.Claim(ctx, i, queued(i))
				if err == nil {
					err = s.Begin(ctx, i)
				}
				i.Phase, i.Result = store.Completed, json.RawMessage(fmt.Sprintf(`{"output":%q}`, strings.Repeat("r", 2*known/3)))
				if err == nil {
					err = s.Finish(ctx, i, ended(i), "Completed")
				}
				errs <- err
			}
		}()
	}
	for range runs / 16 * 16 {
		must(t, <-errs)
	}
	must(t, s.Close())
	info, err := os.Stat(filepath.Join(dir, "state.db"))
	must(t, err)
	if each := info.Size() / runs; each > 2*known {
		t.Errorf("a run takes %d bytes, want at most %d", each, 2*known)
	}
}
