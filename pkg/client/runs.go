package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// RunView is what a runtime found in the journal of one run, checked against
// the key that the caller sent. Arguments, prompts and outputs are left out.
type RunView struct {
	Audit          Audit           `json:"audit"`
	AgentID        string          `json:"agent_id"`
	SnapshotSHA256 string          `json:"snapshot_sha256"`
	Status         string          `json:"status"`          // incomplete, unknown_effects, completed, stopped
	FirstRecordAt  *time.Time      `json:"first_record_at"` // nil without a record
	LastRecordAt   *time.Time      `json:"last_record_at"`
	Recovery       Recovery        `json:"recovery"`
	Parent         *LinkedRun      `json:"parent"`
	ParentContext  *ParentContext  `json:"parent_context"`
	Children       []ChildRun      `json:"children"`
	Permissions    []Permission    `json:"permissions"`
	Budget         *BudgetRecord   `json:"budget"`
	BudgetRoot     *LinkedRun      `json:"budget_root"`
	Terminal       *Terminal       `json:"terminal"`
	Limits         *RunLimits      `json:"limits"`
	Source         json.RawMessage `json:"source"`
	Invocation     *RunInvocation  `json:"invocation"`
}

// Recovery says what the journal proves and what it leaves open.
type Recovery struct {
	RunID                  string           `json:"run_id"`
	AgentID                string           `json:"agent_id"`
	VerifiedRecords        uint64           `json:"verified_records"`
	VerifiedBytes          uint64           `json:"verified_bytes"`
	UnverifiedTailBytes    uint64           `json:"unverified_tail_bytes"`
	JournalComplete        bool             `json:"journal_complete"`
	TerminalReason         *Variant         `json:"terminal_reason"`
	RequiresReconciliation bool             `json:"requires_reconciliation"`
	UntrackedToolApprovals json.RawMessage  `json:"untracked_tool_approvals"`
	Effects                []Effect         `json:"effects"`
	Warnings               []string         `json:"warnings"`
	RecoveredBudget        *RecoveredBudget `json:"recovered_budget"`
}

// Effect is something the run did to the world. Identity holds kind and the ids
// of that kind; Outcome is result_recorded or unknown.
type Effect struct {
	Identity       map[string]any  `json:"identity"`
	StartSequence  uint64          `json:"start_sequence"`
	FinishSequence *uint64         `json:"finish_sequence"`
	Outcome        string          `json:"outcome"`
	Details        json.RawMessage `json:"details"`
}

// RecoveredBudget is the budget as the journal tells it.
type RecoveredBudget struct {
	RootID       string        `json:"root_id"`
	Scopes       []Budget      `json:"scopes"`
	Reservations []Reservation `json:"reservations"`
}

// Reservation is a piece of budget set aside for one call of a model.
type Reservation struct {
	Reservation    json.RawMessage `json:"reservation"`
	StartSequence  uint64          `json:"start_sequence"`
	FinishSequence *uint64         `json:"finish_sequence"`
	Outcome        string          `json:"outcome"`
	Usage          *Usage          `json:"usage"`
}

// LinkedRun names another run.
type LinkedRun struct {
	AgentID string `json:"agent_id"`
	Audit   Audit  `json:"audit"`
}

// ParentContext names the call of the parent that started the run, as the
// parent wrote it down: strings, or null where it said nothing.
type ParentContext struct {
	AgentID json.RawMessage `json:"agent_id"`
	RunKey  json.RawMessage `json:"run_key"`
	CallID  json.RawMessage `json:"call_id"`
}

// ChildRun is a run that this one started.
type ChildRun struct {
	AgentID               string          `json:"agent_id"`
	Audit                 Audit           `json:"audit"`
	CallID                string          `json:"call_id"`
	Target                string          `json:"target"`
	ParentRecordedOutcome json.RawMessage `json:"parent_recorded_outcome"`
}

// Permission is one decision of the gate; Decision is allowed or denied.
type Permission struct {
	Sequence     uint64          `json:"sequence"`
	Decision     string          `json:"decision"`
	Contract     json.RawMessage `json:"contract"`
	ToolName     *string         `json:"tool_name"`
	ActionType   *string         `json:"action_type"`
	Target       *string         `json:"target"`
	Fingerprint  *string         `json:"fingerprint"`
	SourcePolicy json.RawMessage `json:"source_policy"`
	Reason       *string         `json:"reason"`
	Grants       json.RawMessage `json:"grants"`
}

// BudgetRecord is the budget at one record of the journal.
type BudgetRecord struct {
	RecordedAt time.Time `json:"recorded_at"`
	Sequence   uint64    `json:"sequence"`
	Snapshot   Budget    `json:"snapshot"`
}

// Terminal is how the run ended.
type Terminal struct {
	Reason          Variant `json:"reason"`
	Iterations      uint64  `json:"iterations"`
	Usage           Usage   `json:"usage"`
	DurationSeconds float64 `json:"duration_seconds"`
}

// RunLimits are the limits of the run.
type RunLimits struct {
	MaxTotalTokens     uint64  `json:"max_total_tokens"`
	MaxIterations      uint64  `json:"max_iterations"`
	TimeoutSeconds     float64 `json:"timeout_seconds"`
	DelegationDepth    uint64  `json:"delegation_depth"`
	MaxDelegationDepth uint64  `json:"max_delegation_depth"`
}

// RunInvocation is the submission behind the run. Status is recorded,
// unresolved or reconciled, with Resolution; or changed, in_progress or
// unavailable, with Error.
type RunInvocation struct {
	ID         string          `json:"id"`
	Scope      string          `json:"scope"`
	Status     string          `json:"status"`
	Resolution json.RawMessage `json:"resolution,omitzero"`
	Error      string          `json:"error,omitzero"`
}

// InspectRun calls GET /audit/runs/{agent_id}/{run_id} (since 1.21). The key is
// the one that the caller kept (64 hex digits), not one that the server tells. A
// view of something else than was asked for is a *[ReplyError].
func (c *Client) InspectRun(ctx context.Context, agentID, runID, publicKeyHex string) (RunView, error) {
	var v RunView
	to := segments("audit", "runs", agentID, runID)
	got, err := sendInto(ctx, c, call{method: http.MethodGet, path: to, query: url.Values{"public_key": {publicKeyHex}}}, &v)
	switch {
	case err != nil:
		return RunView{}, err
	case !sameID(v.AgentID, agentID), !sameID(v.Audit.RunID, runID), !strings.EqualFold(v.Audit.PublicKey, publicKeyHex):
		return RunView{}, &ReplyError{
			Method: http.MethodGet, Path: to.full(), Status: got.status, ContentType: got.header.Get("Content-Type"),
			Problem: "a view of another run, agent or key than was asked for", Body: got.body,
		}
	}
	return v, nil
}

// sameID reports whether two spellings are of one UUID. Runtimes take them with
// or without dashes, in braces and as a URN, and answer with dashes.
func sameID(a, b string) bool {
	plain := func(id string) string {
		return strings.NewReplacer("urn:uuid:", "", "{", "", "}", "", "-", "").Replace(strings.ToLower(id))
	}
	return plain(a) == plain(b)
}
