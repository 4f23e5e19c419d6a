package provider

import (
	"errors"
	"fmt"
)

// ErrNone says that the environment names no provider.
var ErrNone = errors.New("no model provider: set OPENROUTER_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY")

// FromEnv returns the provider of the first key that getenv knows, as the
// runtime chooses it:
//
//	OPENROUTER_API_KEY  OPENROUTER_BASE_URL  OPENROUTER_MODEL
//	OPENAI_API_KEY      OPENAI_BASE_URL      CHAT_MODEL
//	ANTHROPIC_API_KEY   ANTHROPIC_BASE_URL   ANTHROPIC_MODEL
//
// An empty variable is one that is not set. Of o everything counts but the key,
// the address and the model. Without a key the error is [ErrNone]; an error
// about a value names its variable.
func FromEnv(getenv func(string) string, o Options) (Provider, error) {
	for _, choice := range []struct {
		key, base, model string
		construct        func(Options) (*HTTP, error)
	}{
		{"OPENROUTER_API_KEY", "OPENROUTER_BASE_URL", "OPENROUTER_MODEL", NewOpenRouter},
		{"OPENAI_API_KEY", "OPENAI_BASE_URL", "CHAT_MODEL", NewOpenAI},
		{"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", NewAnthropic},
	} {
		key := getenv(choice.key)
		if key == "" {
			continue
		}
		o.Key, o.BaseURL, o.Model = NewKey(key), getenv(choice.base), getenv(choice.model)
		h, err := choice.construct(o)
		if err != nil {
			culprit := choice.base
			if problemOfKey(key) != "" {
				culprit = choice.key
			}
			return nil, fmt.Errorf("%s: %w", culprit, err)
		}
		return h, nil
	}
	return nil, ErrNone
}
