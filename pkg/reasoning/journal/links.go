package journal

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// links follows the journals that records refer to. They are not opened: whether
// a reference can be right is all that is checked.
func (s *story) links(e Entry) *fault {
	switch ev := e.Event.(type) {
	case *event.Started:
		return s.parent(ev.Context["delegation"])
	case *event.DelegationStarted:
		link, f := s.link(ev.Audit)
		if f != nil {
			return f
		}
		if link.AgentID != ev.ChildAgentID {
			return faultf(CodeLink, "the other journal is of the agent %s, the record says %s", link.AgentID, ev.ChildAgentID)
		}
		s.children[ev.CallID] = &Child{Link: *link, CallID: ev.CallID, Target: ev.Target} // the last of a call counts
	case *event.DelegationFinished:
		if child := s.children[ev.CallID]; child != nil {
			child.Outcome = &ev.Reason
		}
	case *event.BudgetScopeLinked:
		if ev.RootAudit == nil {
			return nil
		}
		link, f := s.link(*ev.RootAudit)
		s.view.BudgetRoot = link
		return f
	}
	return nil
}

// parent reads by which call of which run this one was started.
func (s *story) parent(raw json.RawMessage) *fault {
	if raw == nil {
		return nil
	}
	v := member(raw)
	s.view.ParentContext = &ParentContext{rawMember(v, "parent_agent_id"), rawMember(v, "run_key"), rawMember(v, "call_id")}
	audit, ok := get(v, "parent_audit")
	if !ok {
		return nil
	}
	var to event.Reference
	if err := audit.Read(strictjson.Options{}, to.Read); err != nil {
		return faultf(CodeLink, "parent_audit: %v", err)
	}
	link, f := s.link(to)
	s.view.Parent = link
	return f
}

// link checks a reference: a project has one key, and names a journal
// AGENT.RUN.jsonl.
func (s *story) link(to event.Reference) (*Link, *fault) {
	file := path.Base(strings.ReplaceAll(to.Path, `\`, "/"))
	agent, run, ok := strings.Cut(strings.TrimSuffix(file, extension), ".")
	agent, run = strings.ToLower(agent), strings.ToLower(run)
	switch {
	case !ok || !strings.HasSuffix(file, extension) || !ident.Valid(agent) || run != to.RunID:
		return nil, faultf(CodeLink, "the reference to the run %s names the file %.100q", to.RunID, file)
	case to.PublicKey != s.key:
		return nil, faultf(CodeLink, "the reference to the run %s names another key", to.RunID)
	}
	return &Link{AgentID: agent, Audit: to}, nil
}

// member parses JSON that was taken from a record; null when there is none.
func member(raw json.RawMessage) strictjson.Value {
	v, err := strictjson.Parse(raw, strictjson.Options{MaxBytes: len(raw), MaxDepth: maxDepth, MaxValues: MaxRecord})
	if err != nil {
		return strictjson.Value{}
	}
	return v
}

// get returns a member of an object.
func get(v strictjson.Value, name string) (strictjson.Value, bool) {
	for _, m := range v.Members() {
		if m.Name == name {
			return m.Value, true
		}
	}
	return strictjson.Value{}, false
}

// get2 is get for those who take a missing member as null.
func get2(v strictjson.Value, name string) strictjson.Value {
	found, _ := get(v, name)
	return found
}

// text returns a member that is a string, else nil.
func text(v strictjson.Value, name string) *string {
	found := get2(v, name)
	if found.Kind() != strictjson.String {
		return nil
	}
	return new(found.Text())
}

// rawMember returns a member as JSON, nil when it is null or missing.
func rawMember(v strictjson.Value, name string) json.RawMessage {
	found := get2(v, name)
	if found.Kind() == strictjson.Null {
		return nil
	}
	return found.AppendJSON(nil)
}
