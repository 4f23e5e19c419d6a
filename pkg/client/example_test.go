package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// exampleRuntime answers as a runtime does.
func exampleRuntime() http.RoundTripper {
	sent := 0
	return local{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.Method + " " + r.URL.Path {
		case "GET /api/v1/health":
			fmt.Fprint(w, health("3.0.0"))
		case "GET /api/v1/agents":
			fmt.Fprint(w, `[{"id":"9e60c9ab-6710-4801-b72c-b3ff3966a63c","name":"alpha","state":"Ready"}]`)
		case "POST /api/v1/agents/alpha/execute":
			if sent++; sent == 1 {
				fmt.Fprint(w, `{"status":"queued","invocation_id":"k","replayed":false}`)
				return
			}
			fmt.Fprint(w, completed().body)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})}
}

func Example() {
	c, err := client.New(client.Options{BaseURL: "local:", Transport: exampleRuntime(), Token: "key.secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	for agent, err := range c.Agents(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(agent.Name, agent.State)
	}
	// Output: alpha Ready
}

func ExampleClient_Await() {
	c, err := client.New(client.Options{BaseURL: "local:", Transport: exampleRuntime(), Wait: new(pauses).wait})
	if err != nil {
		fmt.Println(err)
		return
	}
	work := client.Submission{Key: client.NewInvocationID(), Input: json.RawMessage(`{"task":"say hello"}`)}
	answer, err := c.Await(context.Background(), func(ctx context.Context) (client.Invocation, error) {
		return c.Execute(ctx, "alpha", work)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Status, *answer.Result.Output)
	// Output: completed hello
}

func ExampleClient_Do() {
	c, err := client.New(client.Options{BaseURL: "local:", Transport: exampleRuntime()})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Do(context.Background(), client.Request{Method: http.MethodGet, Path: "/tools"})
	fmt.Println(err)
	var missing *client.NotServedError
	fmt.Println(errors.As(err, &missing))
	// Output:
	// GET /api/v1/tools is not served by this runtime (3.0.0): only the embedded runtime has it
	// true
}

func ExampleClient_Require() {
	c, err := client.New(client.Options{BaseURL: "local:", Transport: exampleRuntime()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Require(context.Background(), client.FeatureRunAudit))
	// Output: <nil>
}
