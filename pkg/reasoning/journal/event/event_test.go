package event_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

func parse(tb testing.TB, text string) strictjson.Value {
	tb.Helper()
	v, err := strictjson.Parse([]byte(text), strictjson.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// genuine returns the events of the journals that a real runtime wrote, as it
// wrote them.
func genuine(tb testing.TB) []string {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join("..", "testdata", "vectors", "*.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var all []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		var file struct {
			Cases []struct {
				Name string
				Data []byte `json:"data_base64"`
			}
		}
		if err := json.Unmarshal(data, &file); err != nil {
			tb.Fatal(err)
		}
		for _, c := range file.Cases {
			if !strings.HasSuffix(c.Name, "--intact") {
				continue
			}
			for line := range strings.Lines(string(c.Data)) {
				var record struct {
					Payload struct {
						Entry struct{ Event json.RawMessage }
					}
				}
				if err := json.Unmarshal([]byte(line), &record); err != nil {
					tb.Fatal(err)
				}
				all = append(all, string(record.Payload.Entry.Event))
			}
		}
	}
	return all
}

// TestGenuineEventsAreKept: nothing that a runtime writes is lost or changed on
// the way through the types.
func TestGenuineEventsAreKept(t *testing.T) {
	t.Parallel()
	for _, want := range genuine(t) {
		e, err := event.Read(parse(t, want))
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.Append(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s (-runtime +got):\n%s", event.Name(e), diff)
		}
	}
}

// TestNames: an event is found by the name it is written with.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, want := range []event.Event{
		&event.Started{
			AgentID: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", Config: event.DefaultConfig(),
			Context: map[string]json.RawMessage{"b": json.RawMessage(`{"y":1,"x":[2]}`)},
		},
		&event.StepLimitReached{StepID: "s", Attempts: 2, Reason: "r"},
		&event.PreHydrationComplete{Found: 1, Resolved: 1, TotalTokens: 9},
		&event.ObservationsCollected{Iteration: 1, ObservationCount: 2},
	} {
		data, err := event.Append(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.Read(parse(t, string(data)))
		if err != nil {
			t.Fatal(err)
		}
		again, err := event.Append(nil, got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), string(again)); diff != "" || event.Name(got) != event.Name(want) {
			t.Errorf("%s came back as %s (-want +got):\n%s", event.Name(want), event.Name(got), diff)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	const usage = `{"completion_tokens":1,"prompt_tokens":1,"total_tokens":2}`
	const span = `{"nanos":0,"secs":1}`
	terminated := func(reason string) string {
		return `{"Terminated":{"duration":` + span + `,"iterations":1,"reason":` + reason + `,"total_usage":` + usage + `}}`
	}
	for name, tc := range map[string]struct{ text, want string }{
		"an end":                   {terminated(`"Completed"`), ""},
		"an end with a text":       {terminated(`{"Error":{"message":"m"}}`), ""},
		"an unknown member":        {`{"ObservationsCollected":{"iteration":1,"observation_count":0,"x":1}}`, ""},
		"no limit":                 {`{"ObservationsCollected":{"iteration":1,"observation_count":18446744073709551615}}`, ""},
		"more than no limit":       {`{"ObservationsCollected":{"iteration":1,"observation_count":18446744073709551616}}`, "observation_count: want an integer of 64 bits"},
		"a count with a sign":      {`{"ObservationsCollected":{"iteration":1,"observation_count":-0}}`, "observation_count: want an integer of 64 bits"},
		"a count in words":         {`{"ObservationsCollected":{"iteration":1,"observation_count":"0"}}`, "observation_count: want an integer of 64 bits"},
		"an end without its text":  {terminated(`"Error"`), `reason: "Error" is not known here`},
		"an end with a wrong text": {terminated(`{"Error":{"reason":"m"}}`), "reason.Error.message: the member is missing"},
		"an unknown end":           {terminated(`{"Exploded":{}}`), "Exploded: the name is not known here"},
		"two ends":                 {terminated(`{"Error":{},"PolicyDenial":{}}`), "want one member, got 2"},
		"no object":                {`"Terminated"`, "want an object"},
		"two events":               {`{"A":1,"B":2}`, "with 2"},
		"a missing member":         {`{"ObservationsCollected":{"iteration":1}}`, "observation_count: the member is missing"},
		"null":                     {`{"ObservationsCollected":{"iteration":null,"observation_count":0}}`, "iteration: want a number, got null"},
		"a negative number":        {`{"ObservationsCollected":{"iteration":-1,"observation_count":0}}`, "iteration: the integer -1 is out of range"},
		"a number too large":       {`{"ObservationsCollected":{"iteration":4294967296,"observation_count":0}}`, "out of range"},
		"a fraction":               {`{"ObservationsCollected":{"iteration":1.5,"observation_count":0}}`, "without fraction"},
		"no boolean":               {`{"ToolDispatchFinished":{"dispatch_id":"00000000-0000-4000-8000-000000000001","is_error":"no","observation_hash":"h"}}`, "is_error: want a boolean"},
		"no UUID":                  {`{"BudgetOpened":{"limit":1,"root_id":"x"}}`, "root_id: want a UUID of 36 characters"},
		"another unit in a span":   {`{"ToolsDispatched":{"duration":{"ms":1,"nanos":0,"secs":1},"iteration":1,"tool_count":0}}`, "duration.ms: unknown member"},
		"an unknown effect":        {`{"ToolEffect":{"call_fingerprint":"f","effect":{"Explosion":{}},"run_key":"k"}}`, "Explosion: the name is not known here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := event.Read(parse(t, tc.text))
			if tc.want == "" && err != nil {
				t.Fatal(err)
			}
			if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got the error %v, want %q", err, tc.want)
			}
		})
	}
	if _, err := event.Read(parse(t, `{"Elsewhere":{}}`)); !errors.Is(err, event.ErrUnknown) {
		t.Errorf("got %v, want it to be unknown", err)
	}
}

// TestAppendRefuses: what nobody could read is not written.
func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]event.Event{
		"no UUID":       &event.BudgetOpened{RootID: "root", Limit: 1},
		"broken JSON":   &event.PolicyEvaluated{Approved: []json.RawMessage{json.RawMessage(`{`)}},
		"two meanings":  &event.PolicyEvaluated{Approved: []json.RawMessage{json.RawMessage(`{"a":1,"a":2}`)}},
		"no effect":     &event.ToolEffect{RunKey: "k", CallFingerprint: "f"},
		"no end":        &event.Terminated{},
		"nested deeper": &event.PolicyEvaluated{Approved: []json.RawMessage{json.RawMessage(strings.Repeat("[", 200) + strings.Repeat("]", 200))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := event.Append(nil, e); err == nil {
				t.Errorf("want an error, got %s", got)
			}
		})
	}
}

// FuzzRead: what is read is written, and read again as the same.
func FuzzRead(f *testing.F) {
	for _, text := range genuine(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := strictjson.Parse(data, strictjson.Options{})
		if err != nil {
			return
		}
		e, err := event.Read(v)
		if err != nil {
			return
		}
		once, err := event.Append(nil, e)
		if err != nil {
			t.Fatalf("read and not written: %v", err)
		}
		again, err := event.Read(parse(t, string(once)))
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		twice, err := event.Append(nil, again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(once), string(twice)); diff != "" {
			t.Errorf("-once +twice:\n%s", diff)
		}
	})
}
