//go:build interop

package interop_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// aimock is a server that speaks the wire formats of model providers.
const aimock = "@copilotkit/aimock@1.43.0"

// mockModels starts aimock and returns its address.
func mockModels(t *testing.T, flags ...string) string {
	t.Helper()
	for _, need := range []string{"node", "npm"} {
		if _, err := exec.LookPath(need); err != nil {
			t.Skipf("the model providers are not compared with aimock: %v", err)
		}
	}
	dir, err := installed("node-"+aimock, func(dir string) [][]string {
		return [][]string{{"npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", aimock}}
	})
	if err != nil {
		t.Skipf("the model providers are not compared with aimock, which cannot be installed: %v", err)
	}
	args := append([]string{"-p", "0", "-f", filepath.Join("testdata", "aimock.json"), "--strict", "--validate-on-load"}, flags...)
	c := exec.CommandContext(t.Context(), filepath.Join(dir, "node_modules", ".bin", "llmock"), args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 5 * time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	address := make(chan string, 1)
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, url, ok := strings.Cut(lines.Text(), "listening on "); ok {
				address <- url
			}
		}
	}()
	t.Cleanup(func() {
		<-ended
		_ = c.Wait() // it was interrupted
	})
	select {
	case url := <-address:
		return url
	case <-ended:
		t.Fatal("aimock ended before it listened")
	case <-time.After(time.Minute):
		t.Fatal("aimock does not listen")
	}
	return ""
}

// speakers are the providers, each at the path that it has.
func speakers(t *testing.T, url string, o provider.Options) map[string]provider.Provider {
	t.Helper()
	found := map[string]provider.Provider{}
	for _, env := range []map[string]string{
		{"OPENROUTER_API_KEY": "sk-interop", "OPENROUTER_BASE_URL": url + "/api/v1"},
		{"OPENAI_API_KEY": "sk-interop", "OPENAI_BASE_URL": url + "/v1"},
		{"ANTHROPIC_API_KEY": "sk-interop", "ANTHROPIC_BASE_URL": url + "/v1"},
	} {
		p, err := provider.FromEnv(func(name string) string { return env[name] }, o)
		if err != nil {
			t.Fatal(err)
		}
		found[p.Name()] = p
	}
	return found
}

func says(text string) []provider.Message {
	return []provider.Message{{Role: provider.User, Content: text}}
}

// TestModels has every provider talk to a server that others wrote.
func TestModels(t *testing.T) {
	t.Parallel()
	url := mockModels(t)
	var paused []time.Duration
	o := provider.Options{Wait: func(_ context.Context, d time.Duration) error {
		paused = append(paused, d)
		return nil
	}}
	for name, p := range speakers(t, url, o) {
		paused = nil
		chats(t, name, p)
		callsTools(t, name, p)
		isLimited(t, name, p, &paused)
		findsNoFixture(t, name, p)
	}
}

func chats(t *testing.T, name string, p provider.Provider) {
	t.Helper()
	got, err := p.Complete(t.Context(), provider.Request{System: "Be polite.", Messages: says("hello"), MaxTokens: 50})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	want := provider.Response{
		Content: "Hi there.", FinishReason: provider.Stop, Model: p.Model(),
		Usage: provider.Usage{PromptTokens: 11, CompletionTokens: 4, TotalTokens: 15},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func callsTools(t *testing.T, name string, p provider.Provider) {
	t.Helper()
	city := json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`)
	r := provider.Request{
		Messages: says("How is the weather?"),
		Tools:    []provider.Tool{{Name: "get_weather", Description: "The weather.", Parameters: city}, {Name: "get_time"}},
	}
	first, err := p.Complete(t.Context(), r)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	want := provider.Response{
		Content: "I look.", FinishReason: provider.ToolCalls, Model: p.Model(),
		ToolCalls: []provider.ToolCall{{Name: "get_weather", Arguments: `{"city":"Paris"}`}, {Name: "get_time", Arguments: `{"zone":"CET"}`}},
	}
	ignored := []cmp.Option{cmpopts.IgnoreFields(provider.ToolCall{}, "ID"), cmpopts.IgnoreFields(want, "Usage")}
	if diff := cmp.Diff(want, first, ignored...); diff != "" {
		t.Errorf("%s: %s", name, diff)
		return
	}
	r.Messages = append(r.Messages, first.Message(),
		provider.Message{Role: provider.ToolRole, ToolCallID: first.ToolCalls[0].ID, Content: "sunny"},
		provider.Message{Role: provider.ToolRole, ToolCallID: first.ToolCalls[1].ID, Content: "no clock", ToolError: true})
	second, err := p.Complete(t.Context(), r)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	want = provider.Response{Content: "It is sunny.", FinishReason: provider.Stop, Model: p.Model()}
	if diff := cmp.Diff(want, second, ignored...); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// isLimited wants two pauses, as long as the server asks, before the error.
func isLimited(t *testing.T, name string, p provider.Provider, paused *[]time.Duration) {
	t.Helper()
	_, err := p.Complete(t.Context(), provider.Request{Messages: says("limit")})
	got, ok := errors.AsType[*provider.Error](err)
	if !ok {
		t.Errorf("%s: want an *Error, got %v", name, err)
		return
	}
	want := &provider.Error{
		Kind: provider.RateLimited, Provider: name, Status: 429, Code: "rate_limit_error", Message: "slow down",
		Retryable: true, RetryAfter: time.Second,
	}
	if name == "openrouter" {
		want.Code = "" // its errors have the status as their code
	}
	if diff := cmp.Diff(want, got) + cmp.Diff([]time.Duration{time.Second, time.Second}, *paused); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// findsNoFixture is what the server says to a request that it does not know.
func findsNoFixture(t *testing.T, name string, p provider.Provider) {
	t.Helper()
	_, err := p.Complete(t.Context(), provider.Request{Messages: says("something else")})
	if got, ok := errors.AsType[*provider.Error](err); !ok || got.Kind != provider.Unavailable || got.Message != "Strict mode: no fixture matched" {
		t.Errorf("%s: want the server's words, got %v", name, err)
	}
}

// TestBrokenModels has the server break its answers.
func TestBrokenModels(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]provider.Kind{
		"--chaos-malformed":  provider.BadReply,
		"--chaos-disconnect": provider.Unavailable,
		"--chaos-drop":       provider.Unavailable,
	} {
		t.Run(strings.TrimPrefix(flag, "--chaos-"), func(t *testing.T) {
			t.Parallel()
			for name, p := range speakers(t, mockModels(t, flag, "1"), provider.Options{Retries: -1}) {
				_, err := p.Complete(t.Context(), provider.Request{Messages: says("hello")})
				if got, ok := errors.AsType[*provider.Error](err); !ok || got.Kind != want {
					t.Errorf("%s: want the kind %s, got %v", name, want, err)
				}
			}
		})
	}
}
