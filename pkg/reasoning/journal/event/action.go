package event

import "github.com/symbi-ctl/symbi-ctl/internal/strictjson"

// Action is what the model wants done: exactly one of its members.
type Action struct {
	ToolCall  *ToolCall  `json:"ToolCall,omitempty"`
	Delegate  *Delegate  `json:"Delegate,omitempty"`
	Respond   *Respond   `json:"Respond,omitempty"`
	Terminate *Terminate `json:"Terminate,omitempty"`
}

// ToolCall asks for a tool. Arguments are JSON text.
type ToolCall struct {
	CallID    string `json:"call_id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// Delegate hands work to another agent.
type Delegate struct {
	CallID  string `json:"call_id"`
	Target  string `json:"target"`
	Message string `json:"message"`
}

// Respond answers whoever asked.
type Respond struct {
	Content string `json:"content"`
}

// Terminate ends the run.
type Terminate struct {
	Reason string `json:"reason"`
	Output string `json:"output"`
}

func (a *Action) read(r *strictjson.Reader) {
	oneOf(r, func(name string) func(*strictjson.Reader) {
		switch name {
		case "ToolCall":
			a.ToolCall = &ToolCall{}
			return func(r *strictjson.Reader) {
				a.ToolCall.CallID, a.ToolCall.Name, a.ToolCall.Arguments = r.String("call_id"), r.String("name"), r.String("arguments")
			}
		case "Delegate":
			a.Delegate = &Delegate{}
			return func(r *strictjson.Reader) {
				a.Delegate.CallID, a.Delegate.Target, a.Delegate.Message = r.String("call_id"), r.String("target"), r.String("message")
			}
		case "Respond":
			a.Respond = &Respond{}
			return func(r *strictjson.Reader) { a.Respond.Content = r.String("content") }
		case "Terminate":
			a.Terminate = &Terminate{}
			return func(r *strictjson.Reader) {
				a.Terminate.Reason, a.Terminate.Output = r.String("reason"), r.String("output")
			}
		}
		return nil
	})
}

// Observation is what the next turn of the model learns: the answer of a tool,
// or why a call was denied.
type Observation struct {
	Source   string            `json:"source"`
	Content  string            `json:"content"`
	IsError  bool              `json:"is_error"`
	CallID   *string           `json:"call_id,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

func (o *Observation) read(r *strictjson.Reader) {
	o.Source, o.Content, o.IsError = r.String("source"), r.String("content"), flag(r, "is_error")
	o.CallID = r.OptString("call_id")
	if !r.Has("metadata") {
		return
	}
	r.Object("metadata", func(r *strictjson.Reader) {
		o.Metadata = map[string]string{}
		for _, m := range r.Rest() {
			if m.Value.Kind() != strictjson.String {
				r.Failf(m.Name, "want a string, got %v", m.Value.Kind())
			}
			o.Metadata[m.Name] = m.Value.Text()
		}
	})
}
