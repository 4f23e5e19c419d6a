package event_test

import (
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

func ExampleAppend() {
	line, err := event.Append(nil, &event.RecoveryTriggered{
		Iteration: 2, ToolName: "search", Strategy: event.Recovery{Retry: &event.Retry{MaxAttempts: 1}}, Error: "timed out",
	})
	fmt.Println(string(line), err)
	// Output: {"RecoveryTriggered":{"error":"timed out","iteration":2,"strategy":{"Retry":{"base_delay":{"nanos":0,"secs":0},"max_attempts":1}},"tool_name":"search"}} <nil>
}

func ExampleRead() {
	v, err := strictjson.Parse([]byte(`{"ObservationsCollected":{"iteration":3,"observation_count":1}}`), strictjson.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := event.Read(v)
	fmt.Println(event.Name(e), err)
	// Output: ObservationsCollected <nil>
}
