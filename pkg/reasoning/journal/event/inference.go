package event

import (
	"encoding/json"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// InferenceRequested stands before a request to a model leaves.
type InferenceRequested struct {
	RequestID            string `json:"request_id"`
	Endpoint             string `json:"endpoint"`
	Model                string `json:"model"`
	RequestHash          string `json:"request_hash"`
	ReservedOutputTokens uint64 `json:"reserved_output_tokens"`
}

// InferenceCompleted stands after the model's reply.
type InferenceCompleted struct {
	RequestID     string `json:"request_id"`
	Status        uint16 `json:"status"`
	ResponseHash  string `json:"response_hash"`
	ResponseBytes uint64 `json:"response_bytes"`
}

// DirectInferenceRequested stands before a call of a model from the agent's own
// definition.
type DirectInferenceRequested struct {
	CallID              string          `json:"call_id"`
	Operation           string          `json:"operation"`
	Provider            string          `json:"provider"`
	Model               string          `json:"model"`
	RequestHash         string          `json:"request_hash"`
	RequestBytes        uint64          `json:"request_bytes"`
	Recipient           *string         `json:"recipient"` // an agent's UUID
	RecipientDefinition *string         `json:"recipient_definition_hash"`
	Communication       json.RawMessage `json:"communication"`
}

// DirectInferenceFinished says how such a call ended. FinishReason is "stop",
// "tool_calls", "max_tokens", "content_filter" or "refusal".
type DirectInferenceFinished struct {
	CallID        string  `json:"call_id"`
	Reason        Reason  `json:"reason"`
	ResponseHash  *string `json:"response_hash"`
	ResponseBytes uint64  `json:"response_bytes"`
	FinishReason  *string `json:"finish_reason"`
	Usage         Usage   `json:"usage"`
}

// DirectInferenceResponseReceived stands before the reply is passed on.
type DirectInferenceResponseReceived struct {
	CallID        string `json:"call_id"`
	ResponseHash  string `json:"response_hash"`
	ResponseBytes uint64 `json:"response_bytes"`
}

// BudgetOpened starts the accounts of a run that has no parent.
type BudgetOpened struct {
	RootID string `json:"root_id"` // a UUID, not nil
	Limit  uint32 `json:"limit"`   // tokens
}

// BudgetScopeLinked says that a run draws on the accounts of another.
type BudgetScopeLinked struct {
	RootID    string     `json:"root_id"`
	Scope     uint64     `json:"scope"`
	RootAudit *Reference `json:"root_audit"`
}

// BudgetReservationStarted sets tokens aside before a request to a model.
type BudgetReservationStarted struct {
	Reservation Reservation `json:"reservation"`
}

// BudgetReservationFinished settles them: "confirmed", "unknown" when no usage
// was reported, "exceeded" when it was more than reserved.
type BudgetReservationFinished struct {
	RootID        string  `json:"root_id"`
	ReservationID string  `json:"reservation_id"`
	Usage         Usage   `json:"usage"`
	Outcome       Outcome `json:"outcome"`
}

// BudgetUpdated is the state of an account.
type BudgetUpdated struct {
	Budget Snapshot `json:"budget"`
}

func (e *InferenceRequested) read(r *strictjson.Reader) {
	e.RequestID, e.Endpoint, e.Model = r.String("request_id"), r.String("endpoint"), r.String("model")
	e.RequestHash, e.ReservedOutputTokens = r.String("request_hash"), count(r, "reserved_output_tokens")
}

func (e *InferenceCompleted) read(r *strictjson.Reader) {
	e.RequestID, e.Status = r.String("request_id"), number[uint16](r, "status")
	e.ResponseHash, e.ResponseBytes = r.String("response_hash"), count(r, "response_bytes")
}

func (e *DirectInferenceRequested) read(r *strictjson.Reader) {
	e.CallID, e.Operation, e.Provider = r.String("call_id"), r.String("operation"), r.String("provider")
	e.Model, e.RequestHash, e.RequestBytes = r.String("model"), r.String("request_hash"), count(r, "request_bytes")
	if id := r.OptString("recipient"); id != nil {
		e.Recipient = new(ID(r, "recipient"))
	}
	e.RecipientDefinition, e.Communication = r.OptString("recipient_definition_hash"), raw(r, "communication")
}

func (e *DirectInferenceFinished) read(r *strictjson.Reader) {
	e.CallID, e.ResponseHash, e.ResponseBytes = r.String("call_id"), r.OptString("response_hash"), count(r, "response_bytes")
	e.Reason.read(r, "reason")
	if e.FinishReason = r.OptString("finish_reason"); e.FinishReason != nil {
		choice(r, "finish_reason", *e.FinishReason, "stop", "tool_calls", "max_tokens", "content_filter", "refusal")
	}
	r.Object("usage", e.Usage.read)
}

func (e *DirectInferenceResponseReceived) read(r *strictjson.Reader) {
	e.CallID, e.ResponseHash, e.ResponseBytes = r.String("call_id"), r.String("response_hash"), count(r, "response_bytes")
}

func (e *BudgetOpened) read(r *strictjson.Reader) {
	e.RootID, e.Limit = ID(r, "root_id"), number[uint32](r, "limit")
}

func (e *BudgetScopeLinked) read(r *strictjson.Reader) {
	e.RootID, e.Scope = ID(r, "root_id"), count(r, "scope")
	e.RootAudit = optReference(r, "root_audit")
}

func (e *BudgetReservationStarted) read(r *strictjson.Reader) {
	r.Object("reservation", e.Reservation.read)
}

func (e *BudgetReservationFinished) read(r *strictjson.Reader) {
	e.RootID, e.ReservationID = ID(r, "root_id"), ID(r, "reservation_id")
	r.Object("usage", e.Usage.read)
	e.Outcome = Outcome(r.String("outcome"))
	choice(r, "outcome", e.Outcome, Confirmed, Unknown, Exceeded)
}

func (e *BudgetUpdated) read(r *strictjson.Reader) { r.Object("budget", e.Budget.read) }
