package provider

import (
	"encoding/json"
	"fmt"
)

// problem says why no provider would take the request, "" if one might.
func (r Request) problem() string {
	if len(r.Messages) == 0 {
		return "the request has no messages"
	}
	if r.MaxTokens < 0 {
		return fmt.Sprintf("max_tokens is %d", r.MaxTokens)
	}
	if t := r.Temperature; t != nil && !(*t >= 0 && *t <= 2) { // NaN too
		return fmt.Sprintf("temperature is %v: want 0 to 2", *t)
	}
	called := map[string]bool{}
	for i, m := range r.Messages {
		if problem := m.problem(called); problem != "" {
			return fmt.Sprintf("message %d: %s", i+1, problem)
		}
	}
	names := map[string]bool{}
	for i, t := range r.Tools {
		if problem := t.problem(names); problem != "" {
			return fmt.Sprintf("tool %d: %s", i+1, problem)
		}
	}
	return r.ResponseFormat.problem()
}

// problem checks m after the calls that were made before it, and adds its own.
func (m Message) problem(called map[string]bool) string {
	switch m.Role {
	case User:
		if m.Content == "" {
			return "a user's message without content"
		}
	case Assistant:
		if m.Content == "" && len(m.ToolCalls) == 0 {
			return "an assistant's message without content and without tool calls"
		}
	case ToolRole:
		if !called[m.ToolCallID] {
			return fmt.Sprintf("no message before calls a tool by the ID %.100q", m.ToolCallID)
		}
	default:
		return fmt.Sprintf("the role is %.100q: want user, assistant or tool", m.Role)
	}
	if len(m.ToolCalls) > 0 && m.Role != Assistant {
		return "only an assistant calls tools"
	}
	for i, c := range m.ToolCalls {
		if c.ID == "" || !toolName(c.Name) {
			return fmt.Sprintf("tool call %d: want an ID and the name of a tool", i+1)
		}
		called[c.ID] = true
	}
	return ""
}

func (t Tool) problem(names map[string]bool) string {
	if !toolName(t.Name) {
		return fmt.Sprintf("the name is %.100q: want letters, digits, _ and -, at most 64", t.Name)
	}
	if names[t.Name] {
		return fmt.Sprintf("a second tool named %s", t.Name)
	}
	names[t.Name] = true
	if t.Parameters != nil && !object(t.Parameters) {
		return fmt.Sprintf("the parameters of %s are not a JSON object", t.Name)
	}
	return ""
}

func (f ResponseFormat) problem() string {
	switch f.Type {
	case "", Text, JSONObject:
		return ""
	case JSONSchema:
		if !object(f.Schema) {
			return "the schema of the response format is not a JSON object"
		}
		return ""
	}
	return fmt.Sprintf("the response format is %.100q: want text, json_object or json_schema", f.Type)
}

func object(raw json.RawMessage) bool {
	var o map[string]json.RawMessage
	return json.Unmarshal(raw, &o) == nil && o != nil
}

func toolName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// turn is the number of the answer that r asks for, from 1.
func (r Request) turn() int {
	n := 1
	for _, m := range r.Messages {
		if m.Role == Assistant {
			n++
		}
	}
	return n
}

// mostTokens is more than any provider counts; a budget can add many of them.
const mostTokens = 1 << 29

// tidy makes r, which answers q, keep what [Response] promises: IDs of calls
// that are unique in the conversation, sane numbers, a reason that fits.
func (r Response) tidy(q Request) Response {
	used := map[string]bool{"": true}
	for _, m := range q.Messages {
		for _, c := range m.ToolCalls {
			used[c.ID] = true
		}
	}
	for i := range r.ToolCalls {
		c := &r.ToolCalls[i]
		for n := i + 1; used[c.ID]; n++ {
			c.ID = fmt.Sprintf("call_%d_%d", q.turn(), n)
		}
		used[c.ID] = true
	}
	if len(r.ToolCalls) > 0 && r.FinishReason == Stop {
		r.FinishReason = ToolCalls
	}
	r.Model = or(r.Model, q.Model)
	u := &r.Usage
	u.PromptTokens = min(max(u.PromptTokens, 0), mostTokens)
	u.CompletionTokens = min(max(u.CompletionTokens, 0), mostTokens)
	u.TotalTokens = min(max(u.TotalTokens, u.PromptTokens+u.CompletionTokens), 2*mostTokens)
	return r
}
