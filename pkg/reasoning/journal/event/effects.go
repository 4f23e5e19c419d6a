package event

import (
	"encoding/json"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// ToolDispatchStarted stands before an approved call is handed to a tool. Until
// it is finished, what the tool did is not known.
type ToolDispatchStarted struct {
	DispatchID      string `json:"dispatch_id"` // a UUID
	RunKey          string `json:"run_key"`
	CallID          string `json:"call_id"`
	CallFingerprint string `json:"call_fingerprint"`
	ToolName        string `json:"tool_name"`
}

// ToolDispatchFinished stands after a tool answered. An error does not mean that
// nothing was done.
type ToolDispatchFinished struct {
	DispatchID      string `json:"dispatch_id"`
	ObservationHash string `json:"observation_hash"`
	IsError         bool   `json:"is_error"`
}

// ToolEffect is something a tool did while it ran.
type ToolEffect struct {
	RunKey          string `json:"run_key"`
	CallFingerprint string `json:"call_fingerprint"`
	Effect          Effect `json:"effect"`
}

// Effect is exactly one of its members.
type Effect struct {
	FilePrepared    *FilePrepared    `json:"FilePublicationPrepared,omitempty"`
	FileFinished    *FileFinished    `json:"FilePublicationFinished,omitempty"`
	NetworkStarted  *NetworkStarted  `json:"NetworkRequestStarted,omitempty"`
	NetworkFinished *NetworkFinished `json:"NetworkRequestFinished,omitempty"`
}

// FilePrepared says that a file is about to be published. Intent describes it;
// its member "publication_id" is a UUID.
type FilePrepared struct {
	Intent        json.RawMessage `json:"intent"`
	PublicationID string          `json:"-"` // of Intent, set by [Read]
}

// FileFinished says whether the file is there.
type FileFinished struct {
	PublicationID string  `json:"publication_id"`
	Confirmed     bool    `json:"confirmed"`
	Error         *string `json:"error"`
}

// NetworkStarted stands before a request leaves. Outbound is the permission it
// leaves under, nil before runtime 3.0.
type NetworkStarted struct {
	Outbound     json.RawMessage `json:"outbound,omitempty"`
	RequestID    string          `json:"request_id"`
	Method       string          `json:"method"`
	URL          string          `json:"url"`
	RequestHash  string          `json:"request_hash"`
	RequestBytes uint64          `json:"request_bytes"`
}

// NetworkFinished stands after the reply, or after its failure.
type NetworkFinished struct {
	RequestID           string  `json:"request_id"`
	Status              *uint16 `json:"status"`
	ResponseHash        *string `json:"response_hash"`
	ResponseHeadersHash *string `json:"response_headers_hash"`
	ResponseBytes       uint64  `json:"response_bytes"`
	Error               *string `json:"error"`
}

// ResponseDeliveryStarted stands before an answer is sent to whoever asked.
type ResponseDeliveryStarted struct {
	Fingerprint  string `json:"fingerprint"`
	RequestHash  string `json:"request_hash"`
	RequestBytes uint64 `json:"request_bytes"`
}

// ResponseDeliveryFinished says whether the answer arrived.
type ResponseDeliveryFinished struct {
	Fingerprint string          `json:"fingerprint"`
	Receipt     json.RawMessage `json:"receipt"`
	Confirmed   bool            `json:"confirmed"`
	Error       *string         `json:"error"`
}

// DelegationStarted links a run to the run of another agent that works for it.
type DelegationStarted struct {
	RunKey           string    `json:"run_key"`
	CallID           string    `json:"call_id"`
	CallFingerprint  string    `json:"call_fingerprint"`
	Target           string    `json:"target"`
	ChildAgentID     string    `json:"child_agent_id"`
	Audit            Reference `json:"audit"`
	SystemPromptHash string    `json:"system_prompt_hash"`
	MessageHash      string    `json:"message_hash"`
}

// DelegationFinished says how the run of the other agent ended.
type DelegationFinished struct {
	RunKey     string    `json:"run_key"`
	CallID     string    `json:"call_id"`
	Audit      Reference `json:"audit"`
	Reason     Reason    `json:"reason"`
	OutputHash string    `json:"output_hash"`
}

func (e *ToolDispatchStarted) read(r *strictjson.Reader) {
	e.DispatchID, e.RunKey, e.CallID = ID(r, "dispatch_id"), r.String("run_key"), r.String("call_id")
	e.CallFingerprint, e.ToolName = r.String("call_fingerprint"), r.String("tool_name")
}

func (e *ToolDispatchFinished) read(r *strictjson.Reader) {
	e.DispatchID, e.ObservationHash, e.IsError = ID(r, "dispatch_id"), r.String("observation_hash"), flag(r, "is_error")
}

func (e *ToolEffect) read(r *strictjson.Reader) {
	e.RunKey, e.CallFingerprint = r.String("run_key"), r.String("call_fingerprint")
	r.Object("effect", func(r *strictjson.Reader) {
		oneOf(r, func(name string) func(*strictjson.Reader) {
			switch name {
			case "FilePublicationPrepared":
				e.Effect.FilePrepared = &FilePrepared{}
				return e.Effect.FilePrepared.read
			case "FilePublicationFinished":
				e.Effect.FileFinished = &FileFinished{}
				return e.Effect.FileFinished.read
			case "NetworkRequestStarted":
				e.Effect.NetworkStarted = &NetworkStarted{}
				return e.Effect.NetworkStarted.read
			case "NetworkRequestFinished":
				e.Effect.NetworkFinished = &NetworkFinished{}
				return e.Effect.NetworkFinished.read
			}
			return nil
		})
	})
}

func (e *FilePrepared) read(r *strictjson.Reader) {
	if v, ok := find(r, "intent"); ok {
		e.Intent = v.AppendJSON(nil) // its members are known, see below
	}
	r.Object("intent", func(r *strictjson.Reader) {
		e.PublicationID = ID(r, "publication_id")
		for _, name := range []string{"path", "parent_path", "candidate_name", "target_name", "sha256"} {
			r.String(name)
		}
		count(r, "bytes")
		for _, name := range []string{"parent_identity", "candidate_identity"} {
			numbers := r.Array(name)
			if len(numbers) != 2 {
				r.Failf(name, "want two numbers, got %d", len(numbers))
			}
			for _, n := range numbers {
				whole(r, name, n)
			}
		}
		noMore(r)
	})
}

func (e *FileFinished) read(r *strictjson.Reader) {
	e.PublicationID, e.Confirmed, e.Error = ID(r, "publication_id"), flag(r, "confirmed"), r.OptString("error")
}

func (e *NetworkStarted) read(r *strictjson.Reader) {
	e.Outbound, e.RequestID, e.Method = raw(r, "outbound"), r.String("request_id"), r.String("method")
	e.URL, e.RequestHash, e.RequestBytes = r.String("url"), r.String("request_hash"), count(r, "request_bytes")
}

func (e *NetworkFinished) read(r *strictjson.Reader) {
	e.RequestID, e.Status, e.Error = r.String("request_id"), optNumber[uint16](r, "status"), r.OptString("error")
	e.ResponseHash, e.ResponseHeadersHash = r.OptString("response_hash"), r.OptString("response_headers_hash")
	e.ResponseBytes = count(r, "response_bytes")
}

func (e *ResponseDeliveryStarted) read(r *strictjson.Reader) {
	e.Fingerprint, e.RequestHash = r.String("fingerprint"), r.String("request_hash")
	e.RequestBytes = count(r, "request_bytes")
}

func (e *ResponseDeliveryFinished) read(r *strictjson.Reader) {
	e.Fingerprint, e.Receipt = r.String("fingerprint"), raw(r, "receipt")
	e.Confirmed, e.Error = flag(r, "confirmed"), r.OptString("error")
}

func (e *DelegationStarted) read(r *strictjson.Reader) {
	e.RunKey, e.CallID, e.CallFingerprint = r.String("run_key"), r.String("call_id"), r.String("call_fingerprint")
	e.Target, e.ChildAgentID = r.String("target"), ID(r, "child_agent_id")
	e.SystemPromptHash, e.MessageHash = r.String("system_prompt_hash"), r.String("message_hash")
	r.Object("audit", e.Audit.Read)
}

func (e *DelegationFinished) read(r *strictjson.Reader) {
	e.RunKey, e.CallID, e.OutputHash = r.String("run_key"), r.String("call_id"), r.String("output_hash")
	r.Object("audit", e.Audit.Read)
	e.Reason.read(r, "reason")
}
