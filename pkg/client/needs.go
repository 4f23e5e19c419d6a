package client

import "encoding/json"

// answer is a reply that says nothing without some of its members. They have to
// be there, and not empty, however much else is tolerated: an error that some
// server sends with a status of 200, or the reply of another service, would be
// taken for an agent without a state, or a run that nobody denied.
type answer interface{ needs() []string }

// lacking returns the first member that v, decoded from text, needs and text
// does not have.
func lacking(text []byte, v any) string {
	a, ok := v.(answer)
	if !ok {
		return ""
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return a.needs()[0]
	}
	for _, name := range a.needs() {
		if has := string(members[name]); has == "" || has == "null" || has == `""` {
			return name
		}
	}
	return ""
}

func (Health) needs() []string          { return []string{"status", "version"} }
func (SchedulerHealth) needs() []string { return []string{"is_running"} }
func (Status) needs() []string          { return []string{"healthy"} }
func (Metrics) needs() []string         { return []string{"agents", "system"} }
func (AgentRef) needs() []string        { return []string{"id"} }
func (AgentStatus) needs() []string     { return []string{"state"} }
func (AgentHistory) needs() []string    { return []string{"history"} }
func (MessageStatus) needs() []string   { return []string{"message_id", "status"} }
func (Messages) needs() []string        { return []string{"messages"} }
func (Invocation) needs() []string      { return []string{"status"} }

func (RunView) needs() []string { return []string{"status", "audit", "agent_id", "recovery"} }
