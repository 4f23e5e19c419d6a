package journal

import (
	"strconv"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// maxEffects caps what one journal may begin, as the runtime does.
const maxEffects = 1 << 15

// effects is what was begun so far, in the order in which it was.
type effects struct {
	all   []Effect
	index map[string]int // by identity
}

// identity tells an effect from others: its kind, then names and values.
type identity []string

func (id identity) key() string {
	quoted := make([]string, len(id))
	for i, s := range id {
		quoted[i] = strconv.Quote(s)
	}
	return strings.Join(quoted, " ")
}

func (id identity) members() map[string]string {
	m := map[string]string{"kind": id[0]}
	for i := 1; i+1 < len(id); i += 2 {
		m[id[i]] = id[i+1]
	}
	return m
}

func dispatch(id string) identity    { return identity{"tool_dispatch", "dispatch_id", id} }
func inference(id string) identity   { return identity{"inference", "request_id", id} }
func direct(id string) identity      { return identity{"direct_inference", "call_id", id} }
func reservation(id string) identity { return identity{"shared_inference", "reservation_id", id} }
func delivery(id string) identity    { return identity{"response_delivery", "fingerprint", id} }

func delegation(runKey, callID string) identity {
	return identity{"delegation", "run_key", runKey, "call_id", callID}
}

func publication(e *event.ToolEffect, id string) identity {
	return identity{"file_publication", "run_key", e.RunKey, "call_fingerprint", e.CallFingerprint, "publication_id", id}
}

func request(e *event.ToolEffect, id string) identity {
	return identity{"network_request", "run_key", e.RunKey, "call_fingerprint", e.CallFingerprint, "request_id", id}
}

// add begins or ends an effect when that is what the record is about.
func (s *effects) add(e Entry) *fault {
	if id, details := begun(e.Event); id != nil {
		return s.start(id, e, details)
	}
	if tool, ok := e.Event.(*event.ToolEffect); ok {
		return s.tool(tool, e)
	}
	if id, confirmed := ended(e.Event); id != nil {
		return s.finish(id, e, confirmed)
	}
	return nil
}

// begun returns what the event begins, nil when nothing; details are what the
// runtime shows of it.
func begun(e event.Event) (id identity, details map[string]any) {
	switch e := e.(type) {
	case *event.ToolDispatchStarted:
		return dispatch(e.DispatchID), map[string]any{"run_key": e.RunKey, "call_id": e.CallID, "call_fingerprint": e.CallFingerprint, "tool_name": e.ToolName}
	case *event.DelegationStarted:
		return delegation(e.RunKey, e.CallID), map[string]any{"target": e.Target, "call_fingerprint": e.CallFingerprint, "audit": e.Audit}
	case *event.InferenceRequested:
		return inference(e.RequestID), map[string]any{"endpoint": e.Endpoint, "model": e.Model, "request_hash": e.RequestHash}
	case *event.DirectInferenceRequested:
		return direct(e.CallID), map[string]any{"operation": e.Operation, "provider": e.Provider, "model": e.Model, "request_hash": e.RequestHash}
	case *event.ResponseDeliveryStarted:
		return delivery(e.Fingerprint), map[string]any{"request_hash": e.RequestHash}
	case *event.BudgetReservationStarted:
		v := e.Reservation
		details := map[string]any{
			"root_id": v.RootID, "scope": nil, "provider": v.Provider, "model": v.Model, "request_hash": v.RequestHash,
			"input_tokens": v.InputTokens, "output_tokens": v.OutputTokens, "agent_id": v.AgentID, "audit": v.Audit,
		}
		if len(v.Ancestors) > 0 {
			details["scope"] = v.Ancestors[0].Scope
		}
		return reservation(v.ID), details
	}
	return nil, nil
}

// ended returns what the event ends, nil when nothing, and whether its end is
// known to be good.
func ended(e event.Event) (id identity, confirmed bool) {
	switch e := e.(type) {
	case *event.ToolDispatchFinished:
		return dispatch(e.DispatchID), !e.IsError
	case *event.DelegationFinished:
		return delegation(e.RunKey, e.CallID), e.Reason.End == event.Completed
	case *event.InferenceCompleted:
		return inference(e.RequestID), true
	case *event.DirectInferenceFinished:
		return direct(e.CallID), e.Reason.End == event.Completed && e.ResponseHash != nil
	case *event.ResponseDeliveryFinished:
		return delivery(e.Fingerprint), e.Confirmed
	case *event.BudgetReservationFinished:
		return reservation(e.ReservationID), true // settled, whatever was used
	}
	return nil, false
}

// tool is add for what a tool did while it ran.
func (s *effects) tool(e *event.ToolEffect, at Entry) *fault {
	switch f := e.Effect; {
	case f.FilePrepared != nil:
		return s.start(publication(e, f.FilePrepared.PublicationID), at, f.FilePrepared.Intent)
	case f.FileFinished != nil:
		return s.finish(publication(e, f.FileFinished.PublicationID), at, f.FileFinished.Confirmed && f.FileFinished.Error == nil)
	case f.NetworkStarted != nil:
		n := f.NetworkStarted
		return s.start(request(e, n.RequestID), at, map[string]any{"method": n.Method, "url": n.URL, "request_hash": n.RequestHash, "outbound": n.Outbound})
	case f.NetworkFinished != nil:
		n := f.NetworkFinished
		return s.finish(request(e, n.RequestID), at, n.Status != nil && n.ResponseHash != nil && n.Error == nil)
	}
	return nil
}

func (s *effects) start(id identity, e Entry, details any) *fault {
	if s.index == nil {
		s.index = map[string]int{}
	}
	key := id.key()
	if _, there := s.index[key]; there {
		return faultf(CodeLifecycle, "%s begins twice", key)
	}
	if len(s.all) >= maxEffects {
		return faultf(CodeLifecycle, "the run begins more than %d things", maxEffects)
	}
	s.index[key] = len(s.all)
	s.all = append(s.all, Effect{Identity: id.members(), Start: e.sequence, Outcome: EffectUnknown, Details: details})
	return nil
}

func (s *effects) finish(id identity, e Entry, confirmed bool) *fault {
	key := id.key()
	i, ok := s.index[key]
	switch {
	case !ok:
		return faultf(CodeLifecycle, "%s ends without a beginning", key)
	case s.all[i].Finish != nil:
		return faultf(CodeLifecycle, "%s ends twice", key)
	}
	s.all[i].Finish = &e.sequence
	if confirmed {
		s.all[i].Outcome = ResultRecorded
	}
	return nil
}

// open reports whether the end of anything is unknown.
func (s *effects) open() bool {
	for i := range s.all {
		if s.all[i].Outcome != ResultRecorded {
			return true
		}
	}
	return false
}
