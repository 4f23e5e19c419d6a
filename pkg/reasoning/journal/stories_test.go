package journal_test

import (
	"encoding/json"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

const (
	agentID = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	childID = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
	rootID  = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"

	runs = "00000000-0000-4000-8000-0000000000"

	// project is where the runtime that made testdata/views.json ran.
	project = "/srv/project/.symbiont/governed/"
)

// story is a run as its journal tells it.
type story struct {
	name string
	run  string
	told []journal.Entry
}

// entries gives events the times and turns that a run would.
func entries(events ...event.Event) []journal.Entry {
	var all []journal.Entry
	for i, e := range events {
		at := time.Date(2026, 11, 24, 12, 0, i, i*1_500_000, time.UTC)
		all = append(all, journal.Entry{Time: at, Iteration: 1, Event: e})
	}
	return all
}

func started(context map[string]json.RawMessage) *event.Started {
	return &event.Started{AgentID: agentID, Config: event.DefaultConfig(), Context: context}
}

func ended(reason event.Reason) *event.Terminated {
	return &event.Terminated{Reason: reason, Iterations: 1, TotalUsage: usage(7, 5), Duration: event.SpanOf(1500 * time.Millisecond)}
}

func completed() *event.Terminated { return ended(event.Reason{End: event.Completed}) }

func usage(prompt, completion uint32) event.Usage {
	return event.Usage{PromptTokens: prompt, CompletionTokens: completion, TotalTokens: prompt + completion}
}

func reference(agent, run string) event.Reference {
	return event.Reference{RunID: run, Path: project + agent + "." + run + ".jsonl", PublicKey: seedKey}
}

// seedKey belongs to the seed with which the vectors are signed.
const seedKey = "b4a7361e2bf3cbbe7a6b48d330dc03e74d30ca71e6dce9fec5b7d41eb2f34915"

// id is a UUID that ends with two digits.
func id(digits string) string { return runs + digits }

func reservation(n string, in, out uint32, line ...event.Scope) event.Reservation {
	audit := reference(agentID, id("01"))
	return event.Reservation{
		ID: id(n), RootID: rootID, Ancestors: line, InputTokens: in, OutputTokens: out, AgentID: agentID, Audit: &audit,
		Iteration: 1, Provider: "scripted", Model: "scripted-1", RequestHash: "sha256:" + n, RequestBytes: 340,
	}
}

func reserve(v event.Reservation) *event.BudgetReservationStarted {
	return &event.BudgetReservationStarted{Reservation: v}
}

func settle(v event.Reservation, u event.Usage) *event.BudgetReservationFinished {
	return &event.BudgetReservationFinished{RootID: rootID, ReservationID: v.ID, Usage: u, Outcome: journal.Settlement(v, u)}
}

func root(limit uint32) event.Scope { return event.Scope{Limit: limit} }

func below(scope, parent uint64, limit uint32) event.Scope {
	return event.Scope{Scope: scope, Parent: &parent, Limit: limit}
}

func dispatched() *event.ToolDispatchStarted {
	return &event.ToolDispatchStarted{DispatchID: id("31"), RunKey: "run", CallID: "call", CallFingerprint: "print", ToolName: "read"}
}

func answered(isError bool) *event.ToolDispatchFinished {
	return &event.ToolDispatchFinished{DispatchID: id("31"), ObservationHash: "sha256:0", IsError: isError}
}

func tool(e event.Effect) *event.ToolEffect {
	return &event.ToolEffect{RunKey: "run", CallFingerprint: "print", Effect: e}
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }

const approvedRead = `{"action":{"ToolCall":{"arguments":"{\"path\":\"secret\"}","call_id":"call","name":"read"}},"approval":null,` +
	`"arguments":{"path":"secret"},"contract":{"name":"read"},"fingerprint":"print","resolved":{"argv":["secret"],` +
	`"command_boundary":{"filesystem":{"read":["/workspace"]}},"network_policy":null},"source_policy":{"agent_name":"alpha"}}`

const intent = `{"bytes":3,"candidate_identity":[1,2],"candidate_name":".x","parent_identity":[3,4],"parent_path":"/srv/out",` +
	`"path":"out.txt","publication_id":"00000000-0000-4000-8000-000000000077","sha256":"00","target_name":"out.txt"}`

// stories are runs that between them tell every event there is.
func stories() []story {
	return append(plainStories(), effectStories()...)
}

func plainStories() []story {
	first, second, third := reservation("11", 100, 50, root(1000)), reservation("12", 10, 40, below(1, 0, 500), root(1000)), reservation("13", 5, 5, below(2, 1, 100), below(1, 0, 500), root(1000))
	callID := "call"
	return []story{
		{"respond", id("01"), entries(
			started(map[string]json.RawMessage{
				"invocation":       raw(`{"id":"` + id("99") + `","request_hash":"sha256:1","scope":"scheduler:v1"}`),
				"agent_definition": raw(`{"name":"alpha","text":"agent alpha() {}"}`),
			}),
			&event.BudgetOpened{RootID: rootID, Limit: 1000}, reserve(first), settle(first, usage(7, 5)),
			&event.ReasoningComplete{Iteration: 1, Actions: []event.Action{{Respond: &event.Respond{Content: "hello \u2028 <b>\x1b[31m & \"quotes\""}}}, Usage: usage(7, 5)},
			&event.PolicyEvaluated{Iteration: 1, ActionCount: 1, Approved: []json.RawMessage{raw(`{"action":{"Respond":{"content":"hello"}},"fingerprint":"f"}`)}},
			&event.ToolsDispatched{Iteration: 1, Duration: event.SpanOf(172937)},
			&event.ToolBatchCompleted{Iteration: 1, Duration: event.SpanOf(172937)},
			&event.ObservationsCollected{Iteration: 1},
			&event.BudgetUpdated{Budget: event.Snapshot{RootID: rootID, Limit: 1000, Usage: usage(7, 5), Available: 988}},
			completed(),
		)},
		{"accounts", id("02"), entries(
			started(nil), &event.BudgetOpened{RootID: rootID, Limit: 1000},
			reserve(first), settle(first, event.Usage{}), reserve(second), reserve(third), settle(third, usage(50, 9)), completed(),
		)},
		{"everything else", id("03"), entries(
			started(map[string]json.RawMessage{"delegation": raw(`{"call_id":"c","parent_agent_id":"` + childID + `","parent_audit":` +
				string(must(json.Marshal(reference(childID, id("50"))))) + `,"run_key":"k"}`)}),
			&event.BudgetScopeLinked{RootID: rootID, Scope: 3, RootAudit: new(reference(childID, id("50")))},
			&event.BudgetScopeLinked{RootID: rootID, Scope: 3},
			&event.ReasoningComplete{Iteration: 1, Actions: []event.Action{
				{ToolCall: &event.ToolCall{CallID: "call", Name: "read", Arguments: "{}"}},
				{Delegate: &event.Delegate{CallID: "d", Target: "reader", Message: "m"}},
				{Terminate: &event.Terminate{Reason: "r", Output: "o"}},
			}},
			&event.ToolBatchCompleted{Iteration: 1, Observations: []event.Observation{{Source: "read", Content: "text", CallID: &callID, Metadata: map[string]string{"b": "2", "a": "1"}}}},
			&event.RecoveryTriggered{Iteration: 1, ToolName: "read", Strategy: event.Recovery{Fallback: &event.Fallback{Alternatives: []string{"cat"}}}, Error: "e"},
			&event.RecoveryTriggered{Iteration: 1, ToolName: "read", Strategy: event.Recovery{CachedResult: &event.CachedResult{}}, Error: "e"},
			&event.RecoveryTriggered{Iteration: 1, ToolName: "read", Strategy: event.Recovery{LLMRecovery: &event.LLMRecovery{MaxRecoveryAttempts: 1}}, Error: "e"},
			&event.RecoveryTriggered{Iteration: 1, ToolName: "read", Strategy: event.Recovery{Escalate: &event.Escalate{Queue: "q", ContextSnapshot: true}}, Error: "e"},
			&event.RecoveryTriggered{Iteration: 1, ToolName: "read", Strategy: event.Recovery{}, Error: "e"},
			&event.ImprovementOutput{Output: "out"},
			ended(event.Reason{End: event.PolicyDenial, Text: "no"}),
		)},
		{"failed", id("04"), entries(started(nil), ended(event.Reason{End: event.Failed, Text: "no model"}))},
		{"timed out", id("05"), entries(started(nil), ended(event.Reason{End: event.Timeout}))},
		{"no end", id("06"), entries(started(nil), &event.ObservationsCollected{Iteration: 1})},
		{"no start", id("07"), entries(&event.ObservationsCollected{Iteration: 1}, completed())},
	}
}

func effectStories() []story {
	hash, failure, status := "sha256:2", "refused", uint16(200)
	policy := &event.PolicyEvaluated{
		Iteration: 1, ActionCount: 2, DeniedCount: 1, Approved: []json.RawMessage{raw(approvedRead)},
		Denied: []json.RawMessage{raw(`{"action":{"Delegate":{"call_id":"c","message":"m","target":"reader"}},"reason":"not allowed"}`), raw(`7`)},
	}
	child := &event.DelegationStarted{
		RunKey: "run", CallID: "child", CallFingerprint: "f", Target: "reader", ChildAgentID: childID,
		Audit: reference(childID, id("50")), SystemPromptHash: "h", MessageHash: "h",
	}
	return []story{
		{"tool", id("21"), entries(started(nil), policy, dispatched(), answered(false), completed())},
		{"tool failed", id("22"), entries(started(nil), policy, dispatched(), answered(true), ended(event.Reason{End: event.UnconfirmedEffects}))},
		{"tool of unknown end", id("23"), entries(started(nil), dispatched(), completed())},
		{"approval without start", id("24"), entries(started(nil), policy, policy, dispatched(), answered(false), completed())},
		{"effects", id("25"), entries(
			started(nil),
			tool(event.Effect{FilePrepared: &event.FilePrepared{Intent: raw(intent)}}),
			tool(event.Effect{NetworkStarted: &event.NetworkStarted{Outbound: raw(`{"name":"api"}`), RequestID: "n1", Method: "GET", URL: "https://api.example/x", RequestHash: hash, RequestBytes: 1}}),
			tool(event.Effect{NetworkStarted: &event.NetworkStarted{RequestID: "n2", Method: "GET", URL: "https://api.example/y", RequestHash: hash}}),
			tool(event.Effect{NetworkFinished: &event.NetworkFinished{RequestID: "n1", Status: &status, ResponseHash: &hash, ResponseHeadersHash: &hash, ResponseBytes: 3}}),
			tool(event.Effect{NetworkFinished: &event.NetworkFinished{RequestID: "n2", Status: &status, ResponseHash: &hash, Error: &failure}}),
			tool(event.Effect{FileFinished: &event.FileFinished{PublicationID: id("77"), Confirmed: true}}),
			&event.InferenceRequested{RequestID: "i", Endpoint: "https://model.example", Model: "m", RequestHash: hash, ReservedOutputTokens: 10},
			&event.InferenceCompleted{RequestID: "i", Status: 500, ResponseHash: hash, ResponseBytes: 2},
			&event.DirectInferenceRequested{CallID: "d", Operation: "ask", Provider: "p", Model: "m", RequestHash: hash, RequestBytes: 4, Recipient: new(childID), Communication: raw(`{"a":1}`)},
			&event.DirectInferenceResponseReceived{CallID: "d", ResponseHash: hash, ResponseBytes: 2},
			&event.DirectInferenceFinished{CallID: "d", Reason: event.Reason{End: event.Completed}, ResponseHash: &hash, FinishReason: new("stop"), Usage: usage(1, 1)},
			&event.DirectInferenceRequested{CallID: "d2", Operation: "ask", Provider: "p", Model: "m", RequestHash: hash},
			&event.DirectInferenceFinished{CallID: "d2", Reason: event.Reason{End: event.MaxTokens}},
			&event.ResponseDeliveryStarted{Fingerprint: "r", RequestHash: hash, RequestBytes: 9},
			&event.ResponseDeliveryFinished{Fingerprint: "r", Receipt: raw(`{"id":7}`), Confirmed: true},
			&event.ResponseDeliveryStarted{Fingerprint: "r2", RequestHash: hash},
			&event.ResponseDeliveryFinished{Fingerprint: "r2", Error: &failure},
			ended(event.Reason{End: event.UnconfirmedEffects}),
		)},
		{"delegation", id("26"), entries(started(nil), child, &event.DelegationFinished{
			RunKey: "run", CallID: "child", Audit: child.Audit, Reason: event.Reason{End: event.Completed}, OutputHash: "h",
		}, completed())},
		{"delegation of unknown end", id("27"), entries(started(nil), child, ended(event.Reason{End: event.MaxIterations}))},
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
