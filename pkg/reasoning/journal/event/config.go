package event

import (
	"encoding/json"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Config holds the limits that a run started with. [DefaultConfig] returns those
// of the runtime.
type Config struct {
	MaxIterations      uint32           `json:"max_iterations"`
	MaxTotalTokens     uint32           `json:"max_total_tokens"`
	Timeout            Span             `json:"timeout"`
	DefaultRecovery    Recovery         `json:"default_recovery"`
	ToolTimeout        Span             `json:"tool_timeout"`
	MaxConcurrentTools uint64           `json:"max_concurrent_tools"`
	ContextTokenBudget uint64           `json:"context_token_budget"`
	Temperature        float64          `json:"temperature"`
	MaxOutputTokens    uint32           `json:"max_output_tokens"`
	MaxDelegationDepth uint32           `json:"max_delegation_depth"`
	DelegationDepth    uint32           `json:"delegation_depth"`
	DelegationChain    List[string]     `json:"delegation_chain"`
	ToolDefinitions    []ToolDefinition `json:"tool_definitions,omitempty"`
	ToolChoice         json.RawMessage  `json:"tool_choice,omitempty"` // {"type": auto, any or tool}
}

// ToolDefinition is a tool as the model is told of it.
type ToolDefinition struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"` // a JSON Schema
}

// DefaultConfig returns the limits that the runtime has when nothing is set.
func DefaultConfig() Config {
	return Config{
		MaxIterations:      25,
		MaxTotalTokens:     100_000,
		Timeout:            Span{Secs: 300},
		DefaultRecovery:    Recovery{Retry: &Retry{MaxAttempts: 2, BaseDelay: Span{Nanos: 500_000_000}}},
		ToolTimeout:        Span{Secs: 30},
		MaxConcurrentTools: 5,
		ContextTokenBudget: 32_000,
		Temperature:        float64(float32(0.3)), // the runtime's is a float32
		MaxOutputTokens:    16_384,
		MaxDelegationDepth: 3,
	}
}

func (c *Config) read(r *strictjson.Reader) {
	*c = DefaultConfig() // what journals of older runtimes leave out
	c.MaxIterations, c.MaxTotalTokens = number[uint32](r, "max_iterations"), number[uint32](r, "max_total_tokens")
	r.Object("timeout", c.Timeout.read)
	c.DefaultRecovery.read(r, "default_recovery")
	r.Object("tool_timeout", c.ToolTimeout.read)
	c.MaxConcurrentTools, c.ContextTokenBudget = count(r, "max_concurrent_tools"), count(r, "context_token_budget")
	c.Temperature = floatOr(r, "temperature", c.Temperature)
	c.MaxOutputTokens = numberOr(r, "max_output_tokens", c.MaxOutputTokens)
	c.MaxDelegationDepth = numberOr(r, "max_delegation_depth", c.MaxDelegationDepth)
	c.DelegationDepth = numberOr(r, "delegation_depth", c.DelegationDepth)
	if r.Has("delegation_chain") {
		c.DelegationChain = r.Strings("delegation_chain")
	}
	if r.Has("tool_definitions") {
		r.Objects("tool_definitions", func(r *strictjson.Reader) {
			c.ToolDefinitions = append(c.ToolDefinitions, ToolDefinition{
				Parameters: raw(r, "parameters"), Name: r.String("name"), Description: r.String("description"),
			})
			if !r.Has("parameters") {
				r.Failf("parameters", "the member is missing")
			}
		})
	}
	c.ToolChoice = raw(r, "tool_choice")
	r.OptObject("tool_choice", func(r *strictjson.Reader) {
		kind := r.String("type")
		if choice(r, "type", kind, "auto", "any", "tool"); kind == "tool" {
			r.String("name")
		}
	})
}

// Recovery says what is tried when a tool fails: exactly one of its members.
type Recovery struct {
	Retry        *Retry
	Fallback     *Fallback
	CachedResult *CachedResult
	LLMRecovery  *LLMRecovery
	Escalate     *Escalate
	DeadLetter   bool
}

// Retry tries again, with a growing delay.
type Retry struct {
	MaxAttempts uint32 `json:"max_attempts"`
	BaseDelay   Span   `json:"base_delay"`
}

// Fallback tries other tools.
type Fallback struct {
	Alternatives List[string] `json:"alternatives"`
}

// CachedResult takes an earlier answer.
type CachedResult struct {
	MaxStaleness Span `json:"max_staleness"`
}

// LLMRecovery asks the model.
type LLMRecovery struct {
	MaxRecoveryAttempts uint32 `json:"max_recovery_attempts"`
}

// Escalate asks somebody.
type Escalate struct {
	Queue           string `json:"queue"`
	ContextSnapshot bool   `json:"context_snapshot"`
}

const deadLetter = "DeadLetter"

// MarshalJSON writes the member that is set under its name.
func (v Recovery) MarshalJSON() ([]byte, error) {
	switch {
	case v.Retry != nil:
		return json.Marshal(map[string]any{"Retry": v.Retry})
	case v.Fallback != nil:
		return json.Marshal(map[string]any{"Fallback": v.Fallback})
	case v.CachedResult != nil:
		return json.Marshal(map[string]any{"CachedResult": v.CachedResult})
	case v.LLMRecovery != nil:
		return json.Marshal(map[string]any{"LlmRecovery": v.LLMRecovery})
	case v.Escalate != nil:
		return json.Marshal(map[string]any{"Escalate": v.Escalate})
	}
	return json.Marshal(deadLetter)
}

// read takes the strategy from a member.
func (v *Recovery) read(in *strictjson.Reader, name string) {
	*v = Recovery{}
	if value, _ := find(in, name); value.Kind() != strictjson.Object {
		v.DeadLetter = true
		choice(in, name, in.String(name), deadLetter)
		return
	}
	in.Object(name, func(r *strictjson.Reader) { oneOf(r, v.arm) })
}

func (v *Recovery) arm(name string) func(*strictjson.Reader) {
	switch name {
	case "Retry":
		v.Retry = &Retry{}
		return func(r *strictjson.Reader) {
			v.Retry.MaxAttempts = number[uint32](r, "max_attempts")
			r.Object("base_delay", v.Retry.BaseDelay.read)
		}
	case "Fallback":
		v.Fallback = &Fallback{}
		return func(r *strictjson.Reader) { v.Fallback.Alternatives = r.Strings("alternatives") }
	case "CachedResult":
		v.CachedResult = &CachedResult{}
		return func(r *strictjson.Reader) { r.Object("max_staleness", v.CachedResult.MaxStaleness.read) }
	case "LlmRecovery":
		v.LLMRecovery = &LLMRecovery{}
		return func(r *strictjson.Reader) {
			v.LLMRecovery.MaxRecoveryAttempts = number[uint32](r, "max_recovery_attempts")
		}
	case "Escalate":
		v.Escalate = &Escalate{}
		return func(r *strictjson.Reader) {
			v.Escalate.Queue, v.Escalate.ContextSnapshot = r.String("queue"), flag(r, "context_snapshot")
		}
	}
	return nil
}
