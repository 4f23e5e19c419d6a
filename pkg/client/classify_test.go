package client_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// TestEveryRowDecides: each row of the table of errors decides on a reply that
// was recorded, or on one of these cases. A row that none reaches is hidden by an
// earlier one, or is there for nothing.
func TestEveryRowDecides(t *testing.T) {
	t.Parallel()
	decided := make([]bool, client.Rows())
	for _, version := range []string{"1.11.0", "1.19.0", "3.0.0"} {
		for _, x := range story(t, version) {
			path := strings.NewReplacer("<", "", ">", "", " ", "").Replace(x.Request.Path)
			_, err := newClient(t, client.Options{Transport: x}).Do(t.Context(), client.Request{Method: x.Request.Method, Path: path, Body: []byte(x.Request.Body)})
			if no, ok := errors.AsType[*client.APIError](err); ok {
				if row := client.Row(no); row >= 0 {
					decided[row] = true
				}
			}
		}
	}
	for _, tc := range []struct {
		status     int
		code, text string
		kind       client.Kind
	}{
		{404, "NOT_IN_DEV", "not served here", client.NotServed},
		{409, "already_resolved", "", client.Conflict},
		{409, "expired", "", client.Conflict},
		{409, "reconciled", "", client.Conflict},
		{500, "forbidden", "", client.Forbidden},
		{404, "CREATE_SCHEDULE_FAILED", "Internal error: Job scheduling requires a running CronScheduler", client.Unsupported},
		{404, "SCHEDULE_RESUME_FAILED", "Internal error: cron job j refused by schedule policy: no", client.Forbidden},
		{404, "SCHEDULE_RESUME_FAILED", "Internal error: identity verification failed for job j: expired", client.Forbidden},
		{500, "WORKFLOW_EXECUTION_FAILED", "Internal error: DSL parsing failed: line 1", client.Invalid},
		{404, "SCHEDULE_RESUME_FAILED", "Internal error: scheduler error: unresolved occurrences require reconciliation before resume", client.Conflict},
		{422, "AUDIT_UNAVAILABLE", "run inspection is busy; try again later", client.Unavailable},
		{422, "AUDIT_UNAVAILABLE", "Journal write failed: journal changed during verification; inspect a stable snapshot", client.Unavailable},
		{422, "AUDIT_UNAVAILABLE", "run inspection worker failed: task 7 panicked", client.Unavailable},
		{422, "AUDIT_UNAVAILABLE", "Permission denied (os error 13)", client.Unavailable},
		{422, "AUDIT_UNAVAILABLE", "run view exceeds 2 MiB; use offline inspection", client.Unsupported},
		{404, "SCHEDULE_RESUME_FAILED", "Internal error: job store error: SQLite error: database is locked", client.Failed},
		{404, "SCHEDULE_RESUME_FAILED", "Internal error: scheduler error: the scheduler has stopped", client.Failed},
		{404, "SCHEDULE_RESUME_FAILED", "Internal error: gone", client.NotFound},
		{403, "", "keep out", client.Forbidden},
		{407, "", "log in to the proxy", client.Forbidden},
		{410, "", "it was there", client.Conflict},
		{408, "", "too slow", client.Unavailable},
		{504, "", "upstream is too slow", client.Unavailable},
		{501, "", "not implemented", client.Unsupported},
	} {
		s := newScript(t, "", answer{status: tc.status, body: envelope(t, tc.text, tc.code)})
		_, err := newClient(t, client.Options{BaseURL: s.URL}).Do(t.Context(), client.Request{Method: http.MethodPost, Path: "/anything"})
		no, ok := errors.AsType[*client.APIError](err)
		if !ok || no.Kind != tc.kind {
			t.Errorf("%d %s %q: %v, want kind %s", tc.status, tc.code, tc.text, err, tc.kind)
			continue
		}
		if row := client.Row(no); row >= 0 {
			decided[row] = true
		}
	}
	for row, ok := range decided {
		if !ok {
			t.Errorf("nothing reaches row %d", row)
		}
	}
}

func envelope(t *testing.T, text, code string) string {
	t.Helper()
	body, err := json.Marshal(client.Envelope{Error: text, Code: code})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
