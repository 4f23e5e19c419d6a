package provider_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// TestFromEnv: the first key decides, and its neighbours count.
func TestFromEnv(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  map[string]string
		want string // as the provider prints itself
		err  string
	}{
		"openrouter": {map[string]string{"OPENROUTER_API_KEY": "k"}, "openrouter anthropic/claude-sonnet-4 at https://openrouter.ai/api/v1", ""},
		"openai":     {map[string]string{"OPENAI_API_KEY": "k"}, "openai gpt-4o at https://api.openai.com/v1", ""},
		"anthropic":  {map[string]string{"ANTHROPIC_API_KEY": "k"}, "anthropic claude-sonnet-4-20250514 at https://api.anthropic.com/v1", ""},
		"order": {
			map[string]string{"OPENROUTER_API_KEY": "k", "OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "CHAT_MODEL": "x"},
			"openrouter anthropic/claude-sonnet-4 at https://openrouter.ai/api/v1", "",
		},
		"empty is unset":    {map[string]string{"OPENROUTER_API_KEY": "", "OPENAI_API_KEY": "k"}, "openai gpt-4o at https://api.openai.com/v1", ""},
		"all of openrouter": {map[string]string{"OPENROUTER_API_KEY": "k", "OPENROUTER_BASE_URL": "https://a.example/v1/", "OPENROUTER_MODEL": "m"}, "openrouter m at https://a.example/v1", ""},
		"all of openai":     {map[string]string{"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://localhost:11434/v1", "CHAT_MODEL": "m"}, "openai m at http://localhost:11434/v1", ""},
		"all of anthropic":  {map[string]string{"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://[::1]:1/v1", "ANTHROPIC_MODEL": "m"}, "anthropic m at http://[::1]:1/v1", ""},
		"none":              {map[string]string{"OPENAI_BASE_URL": "http://localhost:1", "CHAT_MODEL": "m"}, "", "no model provider: set OPENROUTER_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY"},
		"bad address":       {map[string]string{"OPENAI_API_KEY": secret, "OPENAI_BASE_URL": "localhost:11434"}, "", "OPENAI_BASE_URL: openai: the base URL has to start with https:// or http:// and name a host"},
		"bad key":           {map[string]string{"ANTHROPIC_API_KEY": secret + "\n"}, "", "ANTHROPIC_API_KEY: anthropic: the key has a character that no key has: a blank, a line break, or one outside of ASCII"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := provider.FromEnv(func(name string) string { return tc.env[name] }, provider.Options{})
			if tc.err != "" {
				if err == nil {
					t.Fatalf("want an error, got %v", got)
				}
				if diff := cmp.Diff(tc.err, err.Error()); diff != "" {
					t.Error(diff)
				}
				if errors.Is(err, provider.ErrNone) != (name == "none") {
					t.Errorf("errors.Is(err, ErrNone) is wrong for %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, fmt.Sprint(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.want, fmt.Sprintf("%s %s at ", got.Name(), got.Model())+tc.want[strings.LastIndex(tc.want, " ")+1:]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBaseURLs: an address that gives secrets away is refused, and its secrets
// are not repeated.
func TestBaseURLs(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://models.example":           "",
		"http://127.0.0.1:1/v1":            "",
		"http://127.9.9.9/v1":              "",
		"http://[::ffff:127.0.0.1]/":       "",
		"http://LOCALHOST:80/v1":           "",
		"http://LOCALHOST.:80/v1":          "plain http to LOCALHOST.:80",
		"http://llm.localhost/v1":          "plain http to llm.localhost",
		"http://models.example/v1":         "plain http to models.example",
		"http://192.168.1.9:11434/v1":      "plain http to 192.168.1.9:11434",
		"http://127.0.0.1.example/":        "plain http to 127.0.0.1.example",
		"https://u:hunter2@models.example": "must not hold a name or a password",
		"https://u:hunter2@models.exa%zz":  "cannot be read",
		"https://models.example?k=hunter2": "must not have a query",
		"https://models.example/v1#frag":   "must not have a query",
		"ftp://models.example":             "has to start with",
		"https://":                         "has to start with",
		"https:models.example":             "has to start with",
		"models.example/v1":                "has to start with",
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			_, err := provider.NewOpenAI(provider.Options{Key: provider.NewKey(secret), BaseURL: base})
			switch {
			case want == "" && err != nil:
				t.Errorf("want it accepted, got %v", err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
				t.Errorf("want %q and no password, got %v", want, err)
			}
		})
	}
	if _, err := provider.NewOpenAI(provider.Options{Key: provider.NewKey(secret), BaseURL: "http://192.168.1.9:11434/v1", InsecureHTTP: true}); err != nil {
		t.Errorf("InsecureHTTP: %v", err)
	}
	if _, err := provider.NewOpenAI(provider.Options{}); err == nil || err.Error() != "openai: there is no key" {
		t.Errorf("want the missing key named, got %v", err)
	}
}

// TestKeysAreHidden prints keys and what holds them in every way there is.
func TestKeysAreHidden(t *testing.T) {
	t.Parallel()
	options := provider.Options{Key: provider.NewKey(secret)}
	var printed bytes.Buffer
	for wire, f := range formats() {
		h, err := f.make(options)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{
			h, *h, options, &options, options.Key, &options.Key,
			struct{ inner provider.Options }{options},
			struct{ inner *provider.HTTP }{h},
			[]any{h},
			map[string]any{"p": h},
		} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
				fmt.Fprintf(&printed, wire+" "+verb+"\n", v)
			}
			text, err := json.Marshal(v)
			fmt.Fprintln(&printed, string(text), err)
			slog.New(slog.NewJSONHandler(&printed, nil)).Info("provider", "value", v)
			slog.New(slog.NewTextHandler(&printed, nil)).Info("provider", "value", v)
		}
	}
	for _, form := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%q", []byte(secret)), fmt.Sprintf("%d", []byte(secret))} {
		if i := strings.Index(printed.String(), form); i >= 0 {
			t.Errorf("the key is printed: %.200s", printed.String()[max(0, i-100):])
		}
	}
	if got := fmt.Sprintf("%v|%v", provider.NewKey("k"), provider.Key{}); got != "[set]|" {
		t.Errorf("want [set] and nothing, got %s", got)
	}
}

// TestRefusedRequests: nothing is sent that no provider takes.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	half, hot := 0.5, 2.5
	user := provider.Message{Role: provider.User, Content: "x"}
	call := provider.ToolCall{ID: "a", Name: "n"}
	for name, tc := range map[string]struct {
		request provider.Request
		want    string
	}{
		"no messages":       {provider.Request{}, "the request has no messages"},
		"tokens":            {provider.Request{Messages: []provider.Message{user}, MaxTokens: -1}, "max_tokens is -1"},
		"too hot":           {provider.Request{Messages: []provider.Message{user}, Temperature: &hot}, "temperature is 2.5: want 0 to 2"},
		"empty user":        {provider.Request{Messages: []provider.Message{user, {Role: provider.User}}}, "message 2: a user's message without content"},
		"empty assistant":   {provider.Request{Messages: []provider.Message{{Role: provider.Assistant}}}, "message 1: an assistant's message without content and without tool calls"},
		"unknown role":      {provider.Request{Messages: []provider.Message{{Role: "system", Content: "x"}}}, `message 1: the role is "system": want user, assistant or tool`},
		"stray result":      {provider.Request{Messages: []provider.Message{{Role: provider.ToolRole, ToolCallID: "z"}}}, `message 1: no message before calls a tool by the ID "z"`},
		"a user who calls":  {provider.Request{Messages: []provider.Message{{Role: provider.User, Content: "x", ToolCalls: []provider.ToolCall{call}}}}, "message 1: only an assistant calls tools"},
		"call without ID":   {provider.Request{Messages: []provider.Message{{Role: provider.Assistant, ToolCalls: []provider.ToolCall{{Name: "n"}}}}}, "message 1: tool call 1: want an ID and the name of a tool"},
		"tool name":         {provider.Request{Messages: []provider.Message{user}, Tools: []provider.Tool{{Name: "a b"}}}, `tool 1: the name is "a b": want letters, digits, _ and -, at most 64`},
		"tool twice":        {provider.Request{Messages: []provider.Message{user}, Tools: []provider.Tool{{Name: "a"}, {Name: "a"}}}, "tool 2: a second tool named a"},
		"parameters":        {provider.Request{Messages: []provider.Message{user}, Tools: []provider.Tool{{Name: "a", Parameters: []byte("[]")}}}, "tool 1: the parameters of a are not a JSON object"},
		"format":            {provider.Request{Messages: []provider.Message{user}, ResponseFormat: provider.ResponseFormat{Type: "yaml"}}, `the response format is "yaml": want text, json_object or json_schema`},
		"schema":            {provider.Request{Messages: []provider.Message{user}, ResponseFormat: provider.ResponseFormat{Type: provider.JSONSchema}}, "the schema of the response format is not a JSON object"},
		"broken parameters": {provider.Request{Messages: []provider.Message{user}, Temperature: &half, Tools: []provider.Tool{{Name: "a", Parameters: []byte("{")}}}, "tool 1: the parameters of a are not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for wire, f := range formats() {
				h, _ := serve(t, f.make, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
				_, err := h.Complete(t.Context(), tc.request)
				wantInvalid(t, err, wire, tc.want)
			}
			_, err := provider.NewEcho().Complete(t.Context(), tc.request)
			wantInvalid(t, err, "scripted", tc.want)
		})
	}
	t.Run("a model that has no temperature", func(t *testing.T) {
		t.Parallel()
		h, _ := serve(t, provider.NewOpenAI, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
		r := hello()
		r.Model, r.Temperature = "o3", &half
		_, err := h.Complete(t.Context(), r)
		wantInvalid(t, err, "openai", "the request cannot be sent")
	})
}

func wantInvalid(t *testing.T, err error, name, message string) {
	t.Helper()
	got, ok := errors.AsType[*provider.Error](err)
	if !ok || got.Kind != provider.Invalid || got.Provider != name || got.Message != message || got.Retryable {
		t.Errorf("want invalid, %s: %s, got %v", name, message, err)
	}
}
