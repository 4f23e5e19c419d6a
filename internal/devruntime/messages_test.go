package devruntime_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	send := func(body string) string {
		t.Helper()
		r := g.ask(t, "POST /agents/"+alpha+"/messages", body)
		id, ok := r.member("message_id").(string)
		if r.status != http.StatusOK || r.member("status") != "pending" || !ok {
			t.Fatalf("%d %s", r.status, r.body)
		}
		return id
	}
	ids := []string{
		send(`{"sender":"` + beta + `","payload":"zażółć \u0000","ttl_seconds":60}`),
		send(`{"sender":"` + unknown + `","payload":""}`),
		send(`{"sender":"` + beta + `","payload":"t","topic":"news","ttl_seconds":99999999}`),
		send(`{"sender":"` + beta + `","payload":"short","ttl_seconds":0}`),
	}
	if r := g.ask(t, "GET /messages/"+ids[0]+"/status", ""); r.member("status") != "delivered" {
		t.Errorf("in the mailbox: %s", r.body)
	}
	g.ahead.Add(int64(2 * time.Second))
	if r := g.ask(t, "GET /messages/"+ids[3]+"/status", ""); r.member("status") != "expired" {
		t.Errorf("after its time: %s", r.body)
	}
	if r := g.ask(t, "HEAD /agents/"+alpha+"/messages", ""); r.status != http.StatusOK || r.body != "" {
		t.Errorf("asked for without a body: %d %s", r.status, r.body)
	}
	var got client.Messages
	g.ask(t, "GET /agents/"+alpha+"/messages", "").decode(t, &got)
	var lines []string
	for _, m := range got.Messages {
		lines = append(lines, fmt.Sprintf("%s %s %s %q %d", m.MessageID, m.Sender, m.MessageType, m.Payload, m.TTLSeconds))
	}
	want := []string{
		fmt.Sprintf("%s %s direct %q 60", ids[0], beta, "zażółć \x00"),
		fmt.Sprintf("%s %s direct %q 300", ids[1], unknown, ""),
		fmt.Sprintf("%s %s publish %q 3600", ids[2], beta, "t"),
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if r := g.ask(t, "GET /agents/"+alpha+"/messages", ""); r.body != `{"messages":[]}` {
		t.Errorf("a second time: %s", r.body)
	}
}

func TestMessagesRefused(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for name, tc := range map[string]struct {
		line, body string
		status     int
		word       string
	}{
		"no sender":       {"POST /agents/" + alpha + "/messages", `{"payload":"x"}`, 422, "sender"},
		"bad sender":      {"POST /agents/" + alpha + "/messages", `{"sender":"bob","payload":"x"}`, 422, "sender"},
		"no payload":      {"POST /agents/" + alpha + "/messages", `{"sender":"` + beta + `"}`, 422, "payload"},
		"payload object":  {"POST /agents/" + alpha + "/messages", `{"sender":"` + beta + `","payload":{}}`, 422, "payload"},
		"negative ttl":    {"POST /agents/" + alpha + "/messages", `{"sender":"` + beta + `","payload":"x","ttl_seconds":-1}`, 422, "ttl_seconds"},
		"fraction":        {"POST /agents/" + alpha + "/messages", `{"sender":"` + beta + `","payload":"x","ttl_seconds":1.5}`, 422, "ttl_seconds"},
		"too long":        {"POST /agents/" + alpha + "/messages", `{"sender":"` + beta + `","payload":"` + strings.Repeat("x", frame.MaxMessage) + `"}`, 413, "length limit"},
		"no agent":        {"GET /agents/" + unknown + "/messages", "", 404, `"code":"AGENT_NOT_FOUND"`},
		"status of none":  {"GET /messages/" + unknown + "/status", "", 404, `"code":"MESSAGE_STATUS_FAILED"`},
		"status of no id": {"GET /messages/nope/status", "", 400, `"code":"INVALID_MESSAGE_ID"`},
		"to no UUID":      {"POST /agents/x/messages", `{"sender":"` + beta + `","payload":"x"}`, 400, "Invalid URL"},
	} {
		if r := g.ask(t, tc.line, tc.body); r.status != tc.status || !strings.Contains(r.body, tc.word) {
			t.Errorf("%s: %d %s, want %d with %q", name, r.status, r.body, tc.status, tc.word)
		}
	}
	r := g.ask(t, "POST /agents/"+unknown+"/messages", `{"sender":"`+beta+`","payload":"x"}`)
	if s := g.ask(t, fmt.Sprintf("GET /messages/%s/status", r.member("message_id")), ""); r.status != http.StatusOK || s.member("status") != "failed" {
		t.Errorf("to nobody: %d %s, then %s", r.status, r.body, s.body)
	}
}

// TestMessagesOfScopedKeys: the sender decides who may send, the mailbox who may
// fetch, and only administrators learn of fates.
func TestMessagesOfScopedKeys(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) { o.Guard = &frame.Guard{Keys: []frame.Key{scopedKey("a", alpha)}} })
	for name, tc := range map[string]struct {
		line, body string
		status     int
	}{
		"as itself to another": {"POST /agents/" + beta + "/messages", `{"sender":"` + alpha + `","payload":"x"}`, 200},
		"as another to itself": {"POST /agents/" + alpha + "/messages", `{"sender":"` + beta + `","payload":"x"}`, 403},
		"own mailbox":          {"GET /agents/" + alpha + "/messages", "", 200},
		"other mailbox":        {"GET /agents/" + beta + "/messages", "", 403},
		"status":               {"GET /messages/" + unknown + "/status", "", 403},
	} {
		r := g.ask(t, tc.line, tc.body, "Authorization", "Bearer a.secret")
		if r.status != tc.status || tc.status == http.StatusForbidden && r.member("code") != "AGENT_SCOPE_DENIED" {
			t.Errorf("%s: %d %s, want %d", name, r.status, r.body, tc.status)
		}
	}
}

// TestMessagesAtOnce: of many readers each message goes to one.
func TestMessagesAtOnce(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	const many = 50
	seen := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			g.ask(t, "POST /agents/"+alpha+"/messages", fmt.Sprintf(`{"sender":%q,"payload":"%d"}`, beta, i))
			var got client.Messages
			g.ask(t, "GET /agents/"+alpha+"/messages", "").decode(t, &got)
			mu.Lock()
			defer mu.Unlock()
			for _, m := range got.Messages {
				seen[m.Payload]++
			}
		})
	}
	all.Wait()
	for payload, times := range seen {
		if times != 1 {
			t.Errorf("message %s was read %d times", payload, times)
		}
	}
	if len(seen) != many {
		t.Errorf("%d messages were read, want %d", len(seen), many)
	}
}
