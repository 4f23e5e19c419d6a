package journal

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// story is what the records of a journal tell so far. Its zero value lacks the
// key; use newStory.
type story struct {
	key         string // in hex
	agentID     string
	records     int
	first, last *event.Time
	started     bool
	approvals   map[approval]int  // tool calls that were approved and not begun
	children    map[string]*Child // by call
	effects     effects
	ledger      ledger
	view        Report // the parts that are copied from records
}

// approval is an approved tool call. The same call can be approved twice in a
// turn.
type approval struct {
	iteration   uint32
	fingerprint string
}

func newStory(key string) story {
	return story{key: key, approvals: map[approval]int{}, children: map[string]*Child{}}
}

// add takes one more record in, or says why it contradicts those before it.
func (s *story) add(e Entry) *fault {
	if s.records == 0 {
		s.agentID = e.agentID
	}
	if s.view.Terminal != nil {
		return faultf(CodeLifecycle, "the record stands after the last one of the run")
	}
	for _, take := range []func(Entry) *fault{s.lifecycle, s.effects.add, s.ledger.add, s.links} {
		if f := take(e); f != nil {
			return f
		}
	}
	at := event.Time{Time: e.Time}
	if s.first == nil {
		s.first = &at
	}
	s.last = &at
	s.records++
	return nil
}

// lifecycle follows the run itself, from its start over the decisions of the
// gate to its end.
func (s *story) lifecycle(e Entry) *fault {
	switch ev := e.Event.(type) {
	case *event.Started:
		if s.started || e.sequence != 0 || ev.AgentID != s.agentID {
			return faultf(CodeLifecycle, "a run starts once, with its first record, and as the agent of the journal")
		}
		s.started = true
		c := ev.Config
		s.view.Limits = &Limits{c.MaxTotalTokens, c.MaxIterations, c.Timeout.Seconds(), c.DelegationDepth, c.MaxDelegationDepth}
		s.view.Source = ev.Context["agent_definition"]
		s.view.Invocation = invocation(ev.Context["invocation"])
	case *event.PolicyEvaluated:
		return s.decisions(e, ev)
	case *event.ToolDispatchStarted:
		key := approval{e.Iteration, ev.CallFingerprint}
		if s.approvals[key] > 0 {
			s.approvals[key]--
		}
	case *event.BudgetUpdated:
		s.view.Budget = &Budget{event.Time{Time: e.Time}, e.sequence, ev.Budget}
	case *event.Terminated:
		s.view.Terminal = &Terminal{ev.Reason, ev.Iterations, ev.TotalUsage, ev.Duration.Seconds()}
	}
	return nil
}

// invocation reads what a run was bound to; nil when that is not two strings.
func invocation(raw json.RawMessage) *Invocation {
	v := member(raw)
	id, scope := text(v, "id"), text(v, "scope")
	if id == nil || scope == nil || !ident.Valid(*id) {
		return nil
	}
	return &Invocation{ID: *id, Scope: *scope}
}

// decisions notes what the gate decided about the calls of a turn.
func (s *story) decisions(e Entry, ev *event.PolicyEvaluated) *fault {
	for _, raw := range ev.Approved {
		call := member(raw)
		if _, ok := get(get2(call, "action"), "ToolCall"); ok {
			fingerprint := text(call, "fingerprint")
			if fingerprint == nil {
				return faultf(CodeLifecycle, "an approved tool call has no fingerprint")
			}
			s.approvals[approval{e.Iteration, *fingerprint}]++
		}
		s.decide(call, e.sequence, Allowed)
	}
	for _, raw := range ev.Denied {
		s.decide(member(raw), e.sequence, Denied)
	}
	return nil
}

// maxPermissions caps what a report holds of a journal that decides on nothing a
// million times.
const maxPermissions = maxEffects

func (s *story) decide(call strictjson.Value, sequence uint64, decision Decision) {
	if len(s.view.Permissions) >= maxPermissions {
		s.view.PermissionsOmitted++
		return
	}
	s.view.Permissions = append(s.view.Permissions, permission(call, sequence, decision))
}

// permission is a decision without what the model wrote and the tool answered.
func permission(call strictjson.Value, sequence uint64, decision Decision) Permission {
	action := get2(call, "action")
	p := Permission{
		Sequence: sequence, Decision: decision,
		Contract: rawMember(call, "contract"), SourcePolicy: rawMember(call, "source_policy"),
		Fingerprint: text(call, "fingerprint"), Reason: text(call, "reason"),
		ToolName: text(get2(action, "ToolCall"), "name"), Target: text(get2(action, "Delegate"), "target"),
		Grants: map[string]json.RawMessage{},
	}
	for _, m := range action.Members() {
		if p.ActionType == nil || m.Name < *p.ActionType {
			p.ActionType = &m.Name
		}
	}
	resolved := get2(call, "resolved")
	for _, name := range []string{"command_boundary", "filesystem", "file_access", "execution_transport", "delegation_target", "network_policy"} {
		if v, ok := get(resolved, name); ok {
			p.Grants[name] = v.AppendJSON(nil)
		}
	}
	return p
}

// report is the verdict on a journal that ends here, with a torn tail or without.
func (s *story) report(tail int64) Report {
	r := s.view
	r.First, r.Last = s.first, s.last
	for _, call := range slices.Sorted(maps.Keys(s.children)) {
		r.Children = append(r.Children, *s.children[call])
	}
	rec := Recovery{
		Records: s.records, TailBytes: tail,
		Complete: s.started && r.Terminal != nil && tail == 0,
		Effects:  s.effects.all, Budget: s.ledger.recovered(),
	}
	for _, n := range s.approvals {
		rec.UntrackedApprovals += n
	}
	if r.Terminal != nil {
		rec.TerminalReason = &r.Terminal.Reason
	}
	rec.RequiresReconciliation = !rec.Complete || rec.UntrackedApprovals > 0 || s.effects.open()
	for _, w := range []struct {
		holds bool
		text  string
	}{
		{!s.started, "There is no record of the start of the run."},
		{r.Terminal == nil, "There is no record of the end of the run: it may still go on, or was interrupted."},
		{tail > 0, "What stands after the last line feed is not signed: the run was interrupted there, or somebody wrote to the file."},
		{rec.UntrackedApprovals > 0, "Tool calls were approved of which no start is recorded; that does not mean that they did nothing."},
	} {
		if w.holds {
			rec.Warnings = append(rec.Warnings, w.text)
		}
	}
	r.Recovery, r.Status = rec, rec.status()
	r.settle()
	return r
}

func (rec Recovery) status() Status {
	switch {
	case !rec.Complete:
		return Incomplete
	case rec.RequiresReconciliation:
		return UnknownEffects
	case rec.TerminalReason.End == event.Completed:
		return Completed
	}
	return Stopped
}

// settle makes lists that hold nothing empty instead of null.
func (r *Report) settle() {
	if r.Children == nil {
		r.Children = []Child{}
	}
	if r.Permissions == nil {
		r.Permissions = []Permission{}
	}
	if r.Recovery.Effects == nil {
		r.Recovery.Effects = []Effect{}
	}
	if r.Recovery.Warnings == nil {
		r.Recovery.Warnings = []string{}
	}
}
