package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// TestDescribe: kind, model and host, and neither key nor path.
func TestDescribe(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		"openai gpt-x at https://models.example":                        {"OPENAI_API_KEY": "canary", "CHAT_MODEL": "gpt-x", "OPENAI_BASE_URL": "https://models.example/canary/v1"},
		"openai llama3.2 at http://localhost:11434":                     {"OPENAI_API_KEY": "canary", "CHAT_MODEL": "llama3.2", "OPENAI_BASE_URL": "http://localhost:11434/v1"},
		"anthropic claude-sonnet-4-20250514 at http://[::1]:1":          {"ANTHROPIC_API_KEY": "canary", "ANTHROPIC_BASE_URL": "http://[::1]:1/v1"},
		"openrouter anthropic/claude-sonnet-4 at https://openrouter.ai": {"OPENROUTER_API_KEY": "canary"},
	} {
		p, err := provider.FromEnv(func(name string) string { return env[name] }, provider.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, provider.Describe(p)); diff != "" {
			t.Error(diff)
		}
	}
	scripted, err := provider.NewScripted([]byte(`{"model": "greeter-1", "replies": [{"content": "x"}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]provider.Provider{
		"scripted greeter-1":                                          scripted,
		"scripted echo: repeats what it is told":                      provider.NewEcho(),
		"none: runs end unresolved, as upstream's do without a model": nil,
	} {
		if diff := cmp.Diff(want, provider.Describe(p)); diff != "" {
			t.Error(diff)
		}
	}
}
