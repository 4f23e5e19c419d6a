package journal

import (
	"encoding/json"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// Status says what a journal amounts to.
type Status string

// The statuses. All but Refused are those of the runtime.
const (
	Refused        Status = "refused"         // something in it is forged, altered or out of place
	Incomplete     Status = "incomplete"      // untampered, but there is no last record or there is a torn tail
	UnknownEffects Status = "unknown_effects" // complete, but something that was begun has no known end
	Completed      Status = "completed"       // complete, and the run reached its goal
	Stopped        Status = "stopped"         // complete, and the run ended otherwise
)

// Report is the verdict on a journal and, unless it is refused, what the journal
// tells. Its JSON has the names of the runtime's audit view; the view's state of
// the invocation is not in it, as that is in another file.
type Report struct {
	Status  Status `json:"status"`
	Code    Code   `json:"code,omitempty"`    // why it is refused
	Line    int    `json:"line,omitempty"`    // where it is refused, from 1; 0 for the file as a whole
	Message string `json:"message,omitempty"` // what is wrong there

	Version   int         `json:"version"`    // of the format, 1 or 2; 0 when no line was verified
	AgentID   string      `json:"agent_id"`   // as the journal says
	RunID     string      `json:"run_id"`     // as the journal says; "" in version 1
	PublicKey string      `json:"public_key"` // that it was verified with, in hex
	SHA256    string      `json:"snapshot_sha256,omitempty"`
	First     *event.Time `json:"first_record_at"`
	Last      *event.Time `json:"last_record_at"`
	Recovery  Recovery    `json:"recovery"`

	Parent        *Link          `json:"parent"`
	ParentContext *ParentContext `json:"parent_context"`
	Children      []Child        `json:"children"`
	Permissions   []Permission   `json:"permissions"` // 32,768 at most

	// PermissionsOmitted counts the decisions that are not in Permissions.
	PermissionsOmitted int `json:"permissions_omitted,omitempty"`

	Budget     *Budget         `json:"budget"`
	BudgetRoot *Link           `json:"budget_root"`
	Terminal   *Terminal       `json:"terminal"`
	Limits     *Limits         `json:"limits"`
	Source     json.RawMessage `json:"source"` // the agent's definition, null when none was recorded
	Invocation *Invocation     `json:"invocation"`
}

// Intact reports whether the journal is what was written: not refused.
func (r Report) Intact() bool { return r.Status != Refused }

// Complete reports whether nothing is missing at its end.
func (r Report) Complete() bool { return r.Recovery.Complete }

// Recovery says how far the journal can be relied on, and what was begun.
type Recovery struct {
	Records                int              `json:"verified_records"`
	Bytes                  int64            `json:"verified_bytes"`
	TailBytes              int64            `json:"unverified_tail_bytes"` // after the last line feed
	Complete               bool             `json:"journal_complete"`
	TerminalReason         *event.Reason    `json:"terminal_reason"`
	RequiresReconciliation bool             `json:"requires_reconciliation"`
	UntrackedApprovals     int              `json:"untracked_tool_approvals"`
	Effects                []Effect         `json:"effects"`
	Warnings               []string         `json:"warnings"`
	Budget                 *RecoveredBudget `json:"recovered_budget"`
}

// Effect is something that was begun. Identity holds "kind" and the members that
// tell it from others of the kind.
type Effect struct {
	Identity map[string]string `json:"identity"`
	Start    uint64            `json:"start_sequence"`
	Finish   *uint64           `json:"finish_sequence"`
	Outcome  EffectOutcome     `json:"outcome"`
	Details  any               `json:"details"`
}

// EffectOutcome says whether the end of an effect is known.
type EffectOutcome string

// The outcomes of effects.
const (
	ResultRecorded EffectOutcome = "result_recorded"
	EffectUnknown  EffectOutcome = "unknown"
)

// RecoveredBudget is the accounts of a run and of those that draw on them,
// recomputed from the reservations. What was not settled counts as possibly
// spent.
type RecoveredBudget struct {
	RootID       string                 `json:"root_id"`
	Scopes       []event.Snapshot       `json:"scopes"`
	Reservations []RecoveredReservation `json:"reservations"`
}

// RecoveredReservation is one reservation and how it was settled.
type RecoveredReservation struct {
	Reservation event.Reservation `json:"reservation"`
	Start       uint64            `json:"start_sequence"`
	Finish      *uint64           `json:"finish_sequence"`
	Outcome     event.Outcome     `json:"outcome"`
	Usage       *event.Usage      `json:"usage"`
}

// Link is the journal of another run.
type Link struct {
	AgentID string          `json:"agent_id"`
	Audit   event.Reference `json:"audit"`
}

// ParentContext is the call by which another run started this one, as that run
// wrote it down; nothing in it has been verified against the other journal.
type ParentContext struct {
	AgentID json.RawMessage `json:"agent_id"`
	RunKey  json.RawMessage `json:"run_key"`
	CallID  json.RawMessage `json:"call_id"`
}

// Child is a run that this one started.
type Child struct {
	Link
	CallID  string        `json:"call_id"`
	Target  string        `json:"target"`
	Outcome *event.Reason `json:"parent_recorded_outcome"`
}

// Permission is one decision of the gate, without arguments and outputs.
type Permission struct {
	Sequence     uint64                     `json:"sequence"`
	Decision     Decision                   `json:"decision"`
	Contract     json.RawMessage            `json:"contract"`
	ToolName     *string                    `json:"tool_name"`
	ActionType   *string                    `json:"action_type"`
	Target       *string                    `json:"target"`
	Fingerprint  *string                    `json:"fingerprint"`
	SourcePolicy json.RawMessage            `json:"source_policy"`
	Reason       *string                    `json:"reason"`
	Grants       map[string]json.RawMessage `json:"grants"`
}

// Decision of the gate.
type Decision string

// The decisions.
const (
	Allowed Decision = "allowed"
	Denied  Decision = "denied"
)

// Budget is the last recorded state of the run's account.
type Budget struct {
	RecordedAt event.Time     `json:"recorded_at"`
	Sequence   uint64         `json:"sequence"`
	Snapshot   event.Snapshot `json:"snapshot"`
}

// Terminal is how the run ended.
type Terminal struct {
	Reason          event.Reason `json:"reason"`
	Iterations      uint32       `json:"iterations"`
	Usage           event.Usage  `json:"usage"`
	DurationSeconds float64      `json:"duration_seconds"`
}

// Limits are those that the run started with.
type Limits struct {
	MaxTotalTokens     uint32  `json:"max_total_tokens"`
	MaxIterations      uint32  `json:"max_iterations"`
	TimeoutSeconds     float64 `json:"timeout_seconds"`
	DelegationDepth    uint32  `json:"delegation_depth"`
	MaxDelegationDepth uint32  `json:"max_delegation_depth"`
}

// Invocation is the submission that the run answers.
type Invocation struct {
	ID    string `json:"id"`
	Scope string `json:"scope"`
}
