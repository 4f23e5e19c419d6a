package provider_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

func ExampleNewEcho() {
	echo := provider.NewEcho()
	got, err := echo.Complete(context.Background(), provider.Request{
		System:   "You are helpful.",
		Messages: []provider.Message{{Role: provider.User, Content: "Is anybody there?"}},
	})
	fmt.Println(got.Content, got.FinishReason, got.Usage.TotalTokens, err)
	// Output: Is anybody there? stop 9 <nil>
}

func ExampleNewScripted() {
	model, err := provider.NewScripted([]byte(`{
		"model": "weather-1",
		"replies": [
			{"when": {"tool_results": true}, "content": "It is sunny."},
			{"when": {"user": "weather"}, "tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]},
			{"echo": true}
		]
	}`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	talk := []provider.Message{{Role: provider.User, Content: "How is the weather in Paris?"}}
	for range 2 {
		got, err := model.Complete(context.Background(), provider.Request{Messages: talk})
		if err != nil {
			fmt.Println(err)
			return
		}
		talk = append(talk, got.Message())
		for _, call := range got.ToolCalls {
			fmt.Println(call.ID, call.Name, call.Arguments)
			talk = append(talk, provider.Message{Role: provider.ToolRole, ToolCallID: call.ID, Content: "sunny, 21 degrees"})
		}
		fmt.Printf("%s %q\n", got.FinishReason, got.Content)
	}
	// Output:
	// call_1_1 get_weather {"city":"Paris"}
	// tool_calls ""
	// stop "It is sunny."
}

func ExampleFromEnv() {
	env := map[string]string{"OPENAI_API_KEY": "sk-local", "OPENAI_BASE_URL": "http://localhost:11434/v1", "CHAT_MODEL": "llama3.2"}
	model, err := provider.FromEnv(func(name string) string { return env[name] }, provider.Options{})
	fmt.Println(model, err)

	_, err = provider.FromEnv(func(string) string { return "" }, provider.Options{})
	fmt.Println(errors.Is(err, provider.ErrNone))
	// Output:
	// openai llama3.2 at http://localhost:11434/v1 <nil>
	// true
}

func ExampleNewOpenAI() {
	_, err := provider.NewOpenAI(provider.Options{Key: provider.NewKey("sk-local"), BaseURL: "http://models.example/v1"})
	fmt.Println(err)
	// Output: openai: the key is not sent over plain http to models.example
}

func ExampleNewOpenRouter() {
	model, err := provider.NewOpenRouter(provider.Options{Key: provider.NewKey("sk-or-1"), Model: "openai/gpt-5"})
	fmt.Println(model, err)
	// Output: openrouter openai/gpt-5 at https://openrouter.ai/api/v1 <nil>
}

func ExampleNewAnthropic() {
	model, err := provider.NewAnthropic(provider.Options{Key: provider.NewKey("sk-ant-1")})
	fmt.Println(model.Name(), model.Model(), err)
	// Output: anthropic claude-sonnet-4-20250514 <nil>
}

func ExampleError() {
	model, err := provider.NewScripted([]byte(`{"replies":[{"error":{"kind":"rate_limited","status":429,"message":"slow down","retry_after":"2s"}}]}`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = model.Complete(context.Background(), provider.Request{Messages: []provider.Message{{Role: provider.User, Content: "hi"}}})
	if fault, ok := errors.AsType[*provider.Error](err); ok {
		fmt.Println(fault.Kind, fault.RetryAfter, fault.Retryable)
	}
	fmt.Println(err)
	// Output:
	// rate_limited 2s true
	// scripted: 429 Too Many Requests: slow down
}
