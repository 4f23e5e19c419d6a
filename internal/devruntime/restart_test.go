package devruntime_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// TestRestart: agents, history, messages and results are there after a restart,
// to the byte.
func TestRestart(t *testing.T) {
	t.Parallel()
	where := store.Options{Dir: t.TempDir()}
	g := rigOn(t, where)
	g.run(t, alpha, key1, `"x"`)
	g.run(t, alpha, key2, `"FAIL"`)
	g.ask(t, "POST /agents/"+beta+"/messages", `{"sender":"`+alpha+`","payload":"hello"}`)
	external := createExternal(t, g)
	g.ask(t, "POST /agents/"+external+"/heartbeat", `{"state":"Running"}`)
	ask := func(g *rig) []reply {
		all := []reply{g.execute(t, alpha, key1, `"x"`), g.execute(t, alpha, key2, `"FAIL"`)}
		for _, path := range []string{"/agents", "/agents/" + alpha + "/status", "/agents/" + alpha + "/history", "/agents/" + external + "/status"} {
			all = append(all, g.ask(t, "GET "+path, ""))
		}
		return all
	}
	before := ask(g)
	g.close(t)
	g = rigOn(t, where)
	for i, after := range ask(g) {
		if after.status != before[i].status || after.body != before[i].body {
			t.Errorf("before %d %s\nafter  %d %s", before[i].status, before[i].body, after.status, after.body)
		}
	}
	if m := g.ask(t, "GET /agents/"+beta+"/messages", ""); !strings.Contains(m.body, `"payload":"hello"`) {
		t.Errorf("%s", m.body)
	}
	if n := g.model.calls.Load(); n != 0 {
		t.Errorf("the model was asked %d times again", n)
	}
}

// TestQueuedRunsAfterRestart: what was acknowledged and not begun runs once.
func TestQueuedRunsAfterRestart(t *testing.T) {
	t.Parallel()
	where := store.Options{Dir: t.TempDir()}
	g := prepared(t, where)
	first := g.execute(t, alpha, key1, `"x"`)
	g.close(t)
	g = rigOn(t, where)
	last := await(t, func() reply { return g.execute(t, alpha, key1, `"x"`) })
	if last.member("status") != "completed" || last.member("execution_id") != first.member("execution_id") || g.model.calls.Load() != 1 {
		t.Errorf("%s\n%d %s", first.body, last.status, last.body)
	}
}

// TestStartOnDemand: who only looks takes over nothing; a submission takes over
// what was left, and runs.
func TestStartOnDemand(t *testing.T) {
	t.Parallel()
	where := store.Options{Dir: t.TempDir()}
	g := prepared(t, where)
	g.execute(t, alpha, key1, `"x"`)
	g.close(t)

	g = prepared(t, where)
	g.rt.StartOnDemand(t.Context())
	for _, path := range []string{"/agents", "/agents/" + alpha + "/status", "/agents/" + alpha + "/history", "/health"} {
		g.ask(t, "GET "+path, "")
	}
	g.close(t)
	if n := g.model.calls.Load(); n != 0 {
		t.Errorf("the model was asked %d times by somebody who only looked", n)
	}

	g = prepared(t, where)
	g.rt.StartOnDemand(t.Context())
	for _, key := range []string{key2, key1} {
		g.execute(t, alpha, key, `"x"`)
		if last := await(t, func() reply { return g.execute(t, alpha, key, `"x"`) }); last.member("status") != "completed" {
			t.Errorf("%s: %d %s", key, last.status, last.body)
		}
	}
	if n := g.model.calls.Load(); n != 2 {
		t.Errorf("the model was asked %d times, want once for each of two submissions", n)
	}
}

// TestBegunIsUnresolvedAfterCrash: nobody knows what a run did that was begun
// and has no end; it never runs again.
func TestBegunIsUnresolvedAfterCrash(t *testing.T) {
	t.Parallel()
	where := store.Options{Dir: t.TempDir()}
	g := prepared(t, where)
	g.execute(t, alpha, key1, `"x"`)
	i, err := g.state.Invocation(t.Context(), "scheduler:v1", key1)
	if err == nil {
		err = g.state.Begin(t.Context(), i)
	}
	if err != nil {
		t.Fatal(err)
	}
	g.close(t)
	g = rigOn(t, where)
	r := g.execute(t, alpha, key1, `"x"`)
	if r.status != http.StatusConflict || r.member("status") != "unresolved" || r.member("audit") == nil || g.model.calls.Load() != 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if s := g.ask(t, "GET /agents/"+alpha+"/status", ""); s.member("state") != "Failed" {
		t.Errorf("%s", s.body)
	}
	if h := g.ask(t, "GET /agents/"+alpha+"/history", ""); !strings.Contains(h.body, `"status":"Unresolved"`) {
		t.Errorf("%s", h.body)
	}
}

// TestTakeOver: a runtime that goes on runs what another process left queued.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	where := store.Options{Dir: t.TempDir()}
	synctest.Test(t, func(t *testing.T) {
		g := rigOn(t, where)
		other := prepared(t, where)
		other.execute(t, alpha, key1, `"x"`)
		other.close(t) // as good as killed: it kept nothing
		time.Sleep(time.Minute)
		synctest.Wait()
		if r := g.execute(t, alpha, key1, `"x"`); r.member("status") != "completed" {
			t.Errorf("%d %s", r.status, r.body)
		}
		g.close(t)
	})
}

func TestTimeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		g.execute(t, alpha, key1, `"SLOW"`)
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if r := g.execute(t, alpha, key1, `"SLOW"`); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"status":"TimedOut"`) {
			t.Errorf("%d %s", r.status, r.body)
		}
		g.close(t)
	})
}

// TestCloseWaits: runs get the time that the caller gives.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.execute(t, alpha, key1, `"SLOW"`)
	<-g.model.began
	closed := make(chan error, 1)
	go func() { closed <- g.rt.Close(t.Context()) }()
	eventually(t, func() bool {
		return g.execute(t, alpha, uuid.NewString(), `"x"`).status == http.StatusServiceUnavailable
	})
	if r := g.execute(t, alpha, key1, `"SLOW"`); r.member("status") != "in_progress" {
		t.Errorf("a poll while it stops: %d %s", r.status, r.body)
	}
	g.model.open()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if r := g.execute(t, alpha, key1, `"SLOW"`); r.member("status") != "completed" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestCloseCancels: what does not end in that time is cancelled and recorded,
// and what has not begun stays for the next start.
func TestCloseCancels(t *testing.T) {
	t.Parallel()
	where := store.Options{Dir: t.TempDir()}
	g := rigOn(t, where)
	var keys []string
	for range 10 { // more than there are workers
		keys = append(keys, uuid.NewString())
		g.execute(t, alpha, keys[len(keys)-1], `"SLOW"`)
	}
	for range 8 {
		<-g.model.began
	}
	g.close(t)
	g = rigOn(t, where)
	g.model.open()
	words := map[any]int{}
	for _, key := range keys {
		words[await(t, func() reply { return g.execute(t, alpha, key, `"SLOW"`) }).member("status")]++
	}
	if words["failed"] != 8 || words["completed"] != 2 || g.model.calls.Load() != 2 {
		t.Errorf("ends: %v", words)
	}
}

// TestFullQueue: what does not fit is refused without spending the key; polls
// are answered.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	g := prepared(t, store.Options{}, func(o *devruntime.Options) { o.Provider = nil })
	const room = 2048
	key := func(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }
	for i := range room {
		if r := g.execute(t, alpha, key(i), `"x"`); r.member("status") != "queued" {
			t.Fatalf("%d: %d %s", i, r.status, r.body)
		}
	}
	if r := g.execute(t, alpha, key(room), `"x"`); r.status != http.StatusServiceUnavailable || r.member("status") != "unavailable" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := g.execute(t, alpha, key(0), `"x"`); r.member("status") != "in_progress" {
		t.Errorf("a poll: %d %s", r.status, r.body)
	}
	if err := g.rt.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := await(t, func() reply { return g.execute(t, alpha, key(room-1), `"x"`) })
	if last.member("status") != "unresolved" { // there is no model
		t.Errorf("%d %s", last.status, last.body)
	}
	if r := g.run(t, alpha, key(room), `"x"`); r.member("status") != "unresolved" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestFullDisk: nothing is acknowledged that was not kept, a refused key stays
// free, and a run that ended meanwhile is answered once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	g := rigOn(t, store.Options{MaxBytes: 1 << 20})
	long := strings.Repeat("a", 200<<10)
	g.execute(t, beta, key1, `"SLOW `+long+`"`)
	<-g.model.began
	var kept []string
	for {
		r := g.ask(t, "POST /agents", `{"name":"filler","dsl":"`+long[:50<<10]+`"}`)
		if r.status == http.StatusServiceUnavailable {
			if r.member("code") != "AGENT_CREATION_FAILED" {
				t.Errorf("%s", r.body)
			}
			break
		}
		if r.status != http.StatusOK || len(kept) > 100 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		kept = append(kept, fmt.Sprint(r.member("id")))
	}
	list := g.ask(t, "GET /agents", "").body
	for _, id := range kept {
		if !strings.Contains(list, id) {
			t.Errorf("agent %s was acknowledged and is not there", id)
		}
	}
	if n := strings.Count(list, `"filler"`); n != len(kept) {
		t.Errorf("%d agents are there, %d were acknowledged", n, len(kept))
	}
	refused := g.execute(t, alpha, key2, `"`+long+`"`)
	if refused.status != http.StatusServiceUnavailable || refused.member("status") != "unavailable" {
		t.Errorf("%d %.200s", refused.status, refused.body)
	}
	g.model.open()
	if r := g.execute(t, beta, key1, `"SLOW `+long+`"`); r.member("status") != "in_progress" {
		t.Errorf("it has an end that was not kept: %d %.200s", r.status, r.body)
	}
	for _, id := range kept {
		if r := g.ask(t, "DELETE /agents/"+id, ""); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	if r := await(t, func() reply { return g.execute(t, beta, key1, `"SLOW `+long+`"`) }); r.member("status") != "completed" {
		t.Errorf("%d %.200s", r.status, r.body)
	}
	if r := g.run(t, alpha, key2, `"x"`); r.member("status") != "completed" {
		t.Errorf("the refused key was spent: %d %.200s", r.status, r.body)
	}
}

// TestGivenUp: a client that goes away can ask again with its key, whether or
// not its submission was accepted.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := g.request(ctx, t, "POST /agents/"+alpha+"/execute", `{"input":"x"}`, http.Header{"Idempotency-Key": {key1}})
	cancel()
	g.serve(r)
	await(t, func() reply { return g.execute(t, alpha, key1, `"x"`) })
	if r := await(t, func() reply { return g.execute(t, alpha, key1, `"x"`) }); r.member("status") != "completed" || g.model.calls.Load() != 1 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	if _, err := devruntime.New(devruntime.Options{}); err == nil {
		t.Error("a runtime without a store was made")
	}
	g := prepared(t, store.Options{})
	if r := g.execute(t, alpha, key1, `"x"`); r.member("status") != "queued" {
		t.Errorf("before the start: %d %s", r.status, r.body)
	}
}
