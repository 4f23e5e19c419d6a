package client_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// deciding names, for each route whose reply has a body, the members that the
// answer hangs on. A runtime may leave out others, and the client then says so
// under -v; without these there is no answer.
func deciding() map[string][]string {
	return map[string][]string{
		"GET /api/v1/health":                                      {"status", "version"},
		"GET /api/v1/health/scheduler":                            {"is_running"},
		"GET /api/v1/status":                                      {"healthy"},
		"GET /api/v1/metrics":                                     {"agents", "system"},
		"GET /api/v1/agents/([^/]+)/status":                       {"state"},
		"GET /api/v1/agents/([^/]+)/history":                      {"history"},
		"DELETE /api/v1/agents/([^/]+)":                           {"id"},
		"GET /api/v1/agents/([^/]+)/messages":                     {"messages"},
		"GET /api/v1/messages/([^/]+)/status":                     {"message_id", "status"},
		`GET /api/v1/audit/runs/([^/]+)/([^/]+)\?public_key=(.*)`: {"audit", "agent_id", "status", "recovery"},
		"POST /api/v1/agents":                                     {"id"},
		"PUT /api/v1/agents/([^/]+)":                              {"id"},
		"POST /api/v1/agents/([^/]+)/messages":                    {"message_id", "status"},
		"POST /api/v1/agents/([^/]+)/execute":                     {"status"},
		"POST /api/v1/workflows/execute":                          {"status"},
	}
}

// TestJunk: no success is made of a body that is JSON and no answer, and none of
// an answer without the member that it hangs on.
func TestJunk(t *testing.T) {
	t.Parallel()
	junk := []string{
		``, ` `, `null`, `true`, `1`, `"ok"`, `[]`, `{}`, `[{}]`, `[null]`, `[""]`, `[{"id":""}]`, `[[]]`, `{"data":[]}`, `{"agents":[]}`, `{"success":true}`,
		`{"error":"no","code":"ANY","details":null}`, `{"error":"Internal server error","timestamp":"2026-11-23T13:11:59Z"}`,
	}
	rows := deciding()
	for _, version := range []string{"1.11.0", "3.0.0"} {
		for pattern, x := range successes(t, version) {
			for _, body := range junk {
				if body == `[]` && pattern == "GET /api/v1/agents" {
					continue // no agents
				}
				if err := answered(t, pattern, x, body); !junkError(err) {
					t.Errorf("%s %s answers %s: err = %v", version, pattern, body, err)
				}
			}
			var whole map[string]json.RawMessage
			if json.Unmarshal(x.Response.Body, &whole) != nil {
				continue // a list
			}
			if len(rows[pattern]) == 0 {
				t.Errorf("%s has no row in deciding", pattern)
			}
			for _, name := range slices.Sorted(maps.Keys(whole)) {
				without := maps.Clone(whole)
				delete(without, name)
				null := maps.Clone(whole)
				null[name] = json.RawMessage("null")
				want := slices.Contains(rows[pattern], name)
				for how, body := range map[string]map[string]json.RawMessage{"without": without, "with null for": null} {
					text, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					if err := answered(t, pattern, x, string(text)); junkError(err) != want || err != nil && !want {
						t.Errorf("%s %s %s %s: err = %v, want one: %v", version, pattern, how, name, err, want)
					}
				}
			}
		}
	}
}

// successes returns the first recorded success with a body for each method of
// the client.
func successes(t *testing.T, version string) map[string]exchange {
	t.Helper()
	found := map[string]exchange{}
	for _, x := range story(t, version) {
		for pattern, call := range typedCalls() {
			made := regexp.MustCompile("^"+pattern+"$").MatchString(x.Request.Method+" "+x.Request.Path) && !strings.Contains(x.Request.Path, "%")
			if _, there := found[pattern]; made && !there && expressible(t, call, pattern, x) && x.Response.Status < 300 && x.Response.Body != nil && (x.key() != "" || !strings.HasSuffix(pattern, "execute") || version < "3") {
				found[pattern] = x
			}
		}
	}
	if len(found) < 13 {
		t.Fatalf("%s: %d successes", version, len(found))
	}
	return found
}

// expressible reports whether the method can make the request of x.
func expressible(t *testing.T, call typed, pattern string, x exchange) bool {
	t.Helper()
	ids := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(x.Request.Method + " " + x.Request.Path)
	_, err := call(t.Context(), newClient(t, client.Options{Transport: x}), ids, x.Request.Body, someKey)
	return !errors.Is(err, errOtherRequest)
}

// answered calls the method for x and lets the server answer with another body.
func answered(t *testing.T, pattern string, x exchange, body string) error {
	t.Helper()
	ids := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(x.Request.Method + " " + x.Request.Path)
	x.Response.Body, x.Response.BodyText = nil, body
	key := x.key()
	if key == "" {
		key = someKey
	}
	wire := &seen{RoundTripper: x, version: "3.0.0"}
	c := newClient(t, client.Options{Transport: wire})
	if _, err := c.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	wire.version = ""
	_, err := typedCalls()[pattern](t.Context(), c, ids, x.Request.Body, key)
	return err
}

// junkError reports whether err says that the reply is none.
func junkError(err error) bool {
	var bad *client.ReplyError
	return errors.As(err, &bad) && bad.Status < http.StatusMultipleChoices
}

// TestStatusDecides: a submission is what its status says, whatever the status
// of HTTP: a gateway may have changed that one.
func TestStatusDecides(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]client.Kind{
		"queued": "", "in_progress": "", "completed": "", "failed": "", "execution_started": "", "success": "",
		"unresolved": client.Conflict, "reconciled": client.Conflict, "conflict": client.Conflict, "forbidden": client.Forbidden, "not_found": client.NotFound,
		"unavailable": client.Unavailable, "invalid_request": client.Invalid, "invalid_invocation_id": client.Invalid,
		"dreaming": client.Failed, "Completed": client.Failed, // by the status of HTTP, and never a success
	} {
		for _, http := range []int{200, 202, 500} {
			s := newScript(t, "3.0.0", said(http, `"status":"`+status+`"`))
			i, err := newClient(t, client.Options{BaseURL: s.URL}).Execute(t.Context(), "a", client.Submission{Key: someKey})
			if err != nil || kindOf(i.Err()) != want {
				t.Errorf("%d %s: %v, %v, want kind %q", http, status, err, i.Err(), want)
			}
		}
	}
}

// TestEmptyReplies: where a runtime answers with a status alone, a page or an
// error is no success.
func TestEmptyReplies(t *testing.T) {
	t.Parallel()
	calls := map[string]func(*client.Client) error{
		"live":      func(c *client.Client) error { return c.Live(t.Context()) },
		"ready":     func(c *client.Client) error { _, err := c.Ready(t.Context()); return err },
		"heartbeat": func(c *client.Client) error { return c.Heartbeat(t.Context(), "a", client.Heartbeat{}) },
		"event":     func(c *client.Client) error { return c.PushEvent(t.Context(), "a", client.PushEvent{}) },
	}
	for name, tc := range map[string]struct {
		a            answer
		loose, stern bool // whether it is a success
	}{
		"nothing":       {answer{status: 200}, true, true},
		"204":           {answer{status: 204}, true, true},
		"blank":         {answer{status: 200, body: " \n"}, true, true},
		"something":     {answer{status: 200, body: `{"status":"ready"}`}, true, false},
		"a page":        {answer{status: 200, body: "<!doctype html><title>Log in</title>", kind: "text/html"}, false, false},
		"an error":      {answer{status: 200, body: `{"error":"no","code":"ANY","details":null}`}, false, false},
		"half an error": {answer{status: 200, body: `{"error":"no"}`}, false, false},
	} {
		for call, do := range calls {
			for _, strict := range []bool{false, true} {
				want := tc.loose
				if strict {
					want = tc.stern
				}
				s := newScript(t, "3.0.0", tc.a)
				if err := do(newClient(t, client.Options{BaseURL: s.URL, Strict: strict})); (err == nil) != want || !want && !junkError(err) {
					t.Errorf("%s, %s, strict %v: err = %v, want success: %v", call, name, strict, err, want)
				}
			}
		}
	}
}

// TestInspectionOfAnother: a view of another run, agent or key is no answer.
func TestInspectionOfAnother(t *testing.T) {
	t.Parallel()
	const pattern = `GET /api/v1/audit/runs/([^/]+)/([^/]+)\?public_key=(.*)`
	x := successes(t, "3.0.0")[pattern]
	ids := regexp.MustCompile(pattern).FindStringSubmatch(x.Request.Method + " " + x.Request.Path)
	agent, run, key := ids[1], ids[2], ids[3]
	flat := strings.ReplaceAll
	other := strings.Repeat("e", 8) + "-0000-4000-8000-000000000000"
	for name, tc := range map[string]struct {
		agent, run, key string
		good            bool
	}{
		"as asked":            {agent, run, key, true},
		"in capitals":         {strings.ToUpper(agent), strings.ToUpper(run), strings.ToUpper(key), true},
		"without dashes":      {flat(agent, "-", ""), flat(run, "-", ""), key, true},
		"in braces, as a URN": {"{" + agent + "}", "urn:uuid:" + run, key, true},
		"another agent":       {other, run, key, false},
		"another run":         {agent, other, key, false},
		"another key":         {agent, run, strings.Repeat("e", 64), false},
	} {
		_, err := newClient(t, client.Options{Transport: x}).InspectRun(t.Context(), tc.agent, tc.run, tc.key)
		if (err == nil) != tc.good || !tc.good && !junkError(err) {
			t.Errorf("%s: err = %v, want success: %v", name, err, tc.good)
		}
	}
}

// TestUnavailableAudits: one code says that a journal does not verify, that it
// is not there, and that the runtime did not look.
func TestUnavailableAudits(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]struct {
		kind  client.Kind
		again bool
	}{
		"Journal write failed: signature error: Verification equation was not satisfied":                                   {client.Failed, false},
		"Journal write failed: signed journal chain or principal mismatch":                                                 {client.Failed, false},
		"run principal does not match its reference":                                                                       {client.Failed, false},
		"No such file or directory (os error 2)":                                                                           {client.NotFound, false},
		"Journal write failed: No such file or directory (os error 2)":                                                     {client.NotFound, false},
		"run inspection is busy; try again later":                                                                          {client.Unavailable, true},
		"Journal write failed: journal changed during verification; inspect a stable snapshot":                             {client.Unavailable, true},
		"run inspection worker failed: task 7 panicked":                                                                    {client.Unavailable, false},
		"Permission denied (os error 13)":                                                                                  {client.Unavailable, false},
		"run view has too many child links; use offline inspection":                                                        {client.Unsupported, false},
		"run view exceeds 2 MiB; use offline inspection":                                                                   {client.Unsupported, false},
		"run view requires a private, singly linked journal of at most 16 MiB; use offline inspection for larger evidence": {client.Unsupported, false},
		"run storage must be runtime-owned directories without links or untrusted writers":                                 {client.Failed, false},
	} {
		body, err := json.Marshal(client.Envelope{Error: message, Code: "AUDIT_UNAVAILABLE"})
		if err != nil {
			t.Fatal(err)
		}
		s := newScript(t, "3.0.0", answer{status: 422, body: string(body)})
		_, err = newClient(t, client.Options{BaseURL: s.URL}).InspectRun(t.Context(), "a", "r", "00")
		var no *client.APIError
		if !errors.As(err, &no) || no.Kind != want.kind || no.Retryable != want.again {
			t.Errorf("%s: %v (%+v), want %+v", message, err, no, want)
		}
	}
}

// TestBluntStatuses: some routes answer 404 whatever went wrong.
func TestBluntStatuses(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]client.Kind{
		"Internal error: job not found: j":                                                             client.NotFound,
		"Internal error: job store error: Job not found: j":                                            client.NotFound,
		"Internal error: Invalid job ID: nightly":                                                      client.NotFound,
		"Internal error: gone":                                                                         client.NotFound,
		"Internal error: job store error: SQLite error: database is locked":                            client.Failed,
		"Internal error: scheduler error: the scheduler has stopped":                                   client.Failed,
		"Internal error: scheduler error: unresolved occurrences require reconciliation before resume": client.Conflict,
		"Internal error: cron job j refused by schedule policy: no":                                    client.Forbidden,
		"Internal error: identity verification failed for job j: expired":                              client.Forbidden,
		"Internal error: Job scheduling requires a running CronScheduler":                              client.Unsupported,
	} {
		body, err := json.Marshal(client.Envelope{Error: message, Code: "SCHEDULE_RESUME_FAILED"})
		if err != nil {
			t.Fatal(err)
		}
		s := newScript(t, "3.0.0", answer{status: 404, body: string(body)})
		_, err = newClient(t, client.Options{BaseURL: s.URL}).Do(t.Context(), client.Request{Method: http.MethodPost, Path: "/schedules/j/resume"})
		if kindOf(err) != want {
			t.Errorf("%s: %v is %s, want %s", message, err, kindOf(err), want)
		}
	}
}
