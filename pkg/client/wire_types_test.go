package client_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func TestVariant(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]*client.Variant{
		`"Completed"`:                         {Name: "Completed"},
		`{"Error":{"message":"x"}}`:           {Name: "Error", Detail: json.RawMessage(`{"message":"x"}`)},
		`{"Later":null}`:                      {Name: "Later", Detail: json.RawMessage(`null`)},
		` {"Scheduled" : [1, 2] } `:           {Name: "Scheduled", Detail: json.RawMessage(`[1, 2]`)},
		`{}`:                                  nil,
		`{"A":1,"B":2}`:                       nil,
		`7`:                                   nil,
		`["Completed"]`:                       nil,
		`{"External":{"endpoint":null}} junk`: nil,
	} {
		var got client.Variant
		err := json.Unmarshal([]byte(in), &got)
		if (err == nil) != (want != nil) {
			t.Errorf("%s: err = %v", in, err)
			continue
		}
		if want == nil {
			continue
		}
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
		if again, err := json.Marshal(got); err != nil || !sameJSON(again, []byte(in)) {
			t.Errorf("%s was written again as %s, %v", in, again, err)
		}
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	endpoint := "https://agent.example"
	for want, mode := range map[string]client.Variant{
		`{"External":{"endpoint":"https://agent.example","agentpin_domain":null,"heartbeat_interval_secs":60}}`: client.ExternalMode{Endpoint: &endpoint, HeartbeatIntervalSecs: 60}.Mode(),
		`{"Scheduled":{"interval":{"secs":90,"nanos":5}}}`:                                                      client.ScheduledMode(90*time.Second + 5),
		`{"CronScheduled":{"cron_expression":"0 0 9 * * MON","timezone":"UTC"}}`:                                client.CronMode{CronExpression: "0 0 9 * * MON", Timezone: "UTC"}.Mode(),
	} {
		if got, err := json.Marshal(client.CreateAgent{Name: "a", ExecutionMode: mode}); err != nil || string(got) != `{"name":"a","execution_mode":`+want+`}` {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[client.Duration]time.Duration{
		{}:                        0,
		{Secs: 1, Nanos: 5}:       time.Second + 5,
		{Secs: math.MaxUint64}:    math.MaxInt64,
		{Secs: 9223372036}:        math.MaxInt64,
		{Secs: 9223372035}:        9223372035 * time.Second,
		client.DurationOf(-5):     0,
		client.DurationOf(1500e6): 1500 * time.Millisecond,
	} {
		if got := d.Std(); got != want {
			t.Errorf("%+v = %v, want %v", d, got, want)
		}
	}
}

// TestInvocationOnTheWire: what a runtime would write.
func TestInvocationOnTheWire(t *testing.T) {
	t.Parallel()
	audit := &client.Audit{RunID: "r", Path: "/j", PublicKey: "00"}
	for _, tc := range []struct {
		want string
		i    client.Invocation
	}{
		{
			`{"status":"in_progress","invocation_id":"k","replayed":false}`,
			client.Invocation{Status: client.StatusInProgress, InvocationID: "k"},
		},
		{
			`{"status":"unresolved","invocation_id":"k","replayed":false,"audit":null}`,
			client.Invocation{Status: client.StatusUnresolved, InvocationID: "k"},
		},
		{
			`{"status":"invalid_invocation_id","error":"e"}`,
			client.Invocation{Status: client.StatusInvalidInvocationID, Error: "e"},
		},
		{
			`{"status":"execution_started","execution_id":"x"}`,
			client.Invocation{Status: client.StatusExecutionStarted, ExecutionID: "x"},
		},
		{
			`{"status":"queued","invocation_id":"k","replayed":false,"execution_id":"r","agent_id":"a","audit":{"run_id":"r","path":"/j","public_key":"00"}}`,
			client.Invocation{Status: client.StatusQueued, InvocationID: "k", ExecutionID: "r", AgentID: "a", Audit: audit},
		},
		{
			`{"status":"reconciled","invocation_id":"k","replayed":false,"audit":{"run_id":"r","path":"/j","public_key":"00"},"resolution":{"outcome":"no_effects"}}`,
			client.Invocation{Status: client.StatusReconciled, InvocationID: "k", Audit: audit, Resolution: json.RawMessage(`{"outcome":"no_effects"}`)},
		},
	} {
		got, err := json.Marshal(tc.i)
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if json.Unmarshal(got, &a) != nil || json.Unmarshal([]byte(tc.want), &b) != nil || !cmp.Equal(a, b) {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}
