package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

func message(id string, sent time.Time, ttl time.Duration) store.Message {
	topic := "t"
	return store.Message{
		ID: id, Sender: "s", Recipient: "a", Topic: &topic, Kind: "direct", Payload: "héllo", Sent: sent, TTL: ttl, Status: store.Pending,
	}
}

func wantStatus(t *testing.T, s *store.Store, id, want string) {
	t.Helper()
	if got, err := s.MessageStatus(t.Context(), id); err != nil || got != want {
		t.Errorf("%s: want %s, got %s, %v", id, want, got, err)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, s *store.Store, c *clock) {
		t.Helper()
		ctx := t.Context()
		first, second := message("1", c.Now(), time.Minute), message("2", c.Now(), time.Second)
		must(t, s.Send(ctx, first))
		must(t, s.Send(ctx, second))
		wantError(t, store.ErrExists, s.Send(ctx, first))
		elsewhere := message("3", c.Now(), time.Hour)
		elsewhere.Recipient = "b"
		must(t, s.Send(ctx, elsewhere))
		wantStatus(t, s, "2", store.Pending)
		_, err := s.MessageStatus(ctx, "4")
		wantError(t, store.ErrNotFound, err)

		c.add(time.Second)
		wantStatus(t, s, "2", store.Expired) // at the end of its time, before anybody swept
		got, err := s.Take(ctx, "a")
		must(t, err)
		first.Status = store.Delivered
		if d := cmp.Diff([]store.Message{first}, got); d != "" {
			t.Errorf("taken (-want +got):\n%s", d)
		}
		again, err := s.Take(ctx, "a")
		if err != nil || len(again) != 0 {
			t.Errorf("want nothing the second time, got %v, %v", again, err)
		}
		wantStatus(t, s, "1", store.Delivered)
		wantStatus(t, s, "2", store.Expired)
		c.add(time.Hour)
		must(t, s.Sweep(ctx))
		wantStatus(t, s, "3", store.Expired)
		c.add(-2 * time.Hour) // a clock that goes back revives nothing
		wantStatus(t, s, "3", store.Expired)
	})
}

func TestMailIsBounded(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]store.Options{
		"number": {MaxPending: 10},
		"bytes":  {MaxPendingBytes: 10 * int64(len("héllo"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, c := t.Context(), newClock()
			o.Now = c.Now
			s := open(t, o)
			fill := func(round string) {
				for n := range 10 {
					must(t, s.Send(ctx, message(fmt.Sprint(round, n), c.Now(), time.Minute)))
				}
				wantError(t, store.ErrFull, s.Send(ctx, message(round, c.Now(), time.Minute)))
			}
			fill("taken")
			_, err := s.Take(ctx, "a")
			must(t, err)
			fill("expired")
			c.add(time.Minute)
			must(t, s.Sweep(ctx))
			fill("reset")
			must(t, s.Reset(ctx))
			fill("last")
			failed := message("failed", c.Now(), time.Minute)
			failed.Status, failed.Payload = store.Dropped, ""
			must(t, s.Send(ctx, failed)) // one that waits for nobody has room
		})
	}
}

// TestManyMessagesDoNotGrowTheFile sends more messages than fates are kept, to
// one who fetches and to one who does not.
func TestManyMessagesDoNotGrowTheFile(t *testing.T) {
	t.Parallel()
	rounds := 20 // of 10,000 messages
	if testing.Short() {
		rounds = 3
	}
	ctx, dir, c := t.Context(), t.TempDir(), newClock()
	s := open(t, store.Options{Dir: dir, Now: c.Now})
	payload := strings.Repeat("x", 200)
	for round := range rounds {
		done := make(chan error)
		const senders = 100
		for sender := range senders {
			go func() {
				var err error
				for n := 0; n < 100 && err == nil; n++ {
					m := message(fmt.Sprintf("%d-%d-%d", round, sender, n), c.Now(), time.Second)
					m.Recipient, m.Payload = []string{"fetches", "sleeps"}[n%2], payload
					err = s.Send(ctx, m)
				}
				done <- err
			}()
		}
		for range senders {
			must(t, <-done)
		}
		_, err := s.Take(ctx, "fetches")
		must(t, err)
		c.add(time.Second)
	}
	must(t, s.Close())
	facts, err := os.Stat(filepath.Join(dir, "state.db"))
	must(t, err)
	if most := int64(40 << 20); facts.Size() > most {
		t.Errorf("%d messages left a file of %d bytes, want at most %d", rounds*10_000, facts.Size(), most)
	}
}
